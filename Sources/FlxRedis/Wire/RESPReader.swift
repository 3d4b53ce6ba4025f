import FlxCore

/// Reads replies from bytes that come in pieces of any size.
///
/// Each byte is looked at once, however small the pieces are. No input traps, and none makes it use more memory than ``RESPLimits`` allow.
/// After an error, the place of the next reply is not known: every further call throws the same error, and the connection is of no use.
struct RESPReader: Sendable {
    /// An array, a map or an attribute of which not all values have come.
    private struct Frame {
        enum Kind { case array, map, push, attribute }

        let kind: Kind
        let count: Int
        var values: [RESPValue] = []

        /// The value; nil for an attribute, which is left out.
        var value: RESPValue? {
            switch kind {
            case .array: .array(values)
            case .push: .push(values)
            case .map: .map(stride(from: 0, to: values.count, by: 2).map { .init(key: values[$0], value: values[$0 + 1]) })
            case .attribute: nil
            }
        }
    }

    /// Bytes whose number is known and which have not all come.
    private struct Block {
        enum Kind { case bytes, verbatim, error }

        let kind: Kind
        let count: Int
    }

    /// What a step has read.
    private enum Step {
        /// The bytes end within it.
        case nothing
        /// A frame was opened, or an attribute was left out.
        case part
        case value(RESPValue)
    }

    private let limits: RESPLimits
    private var bytes: [UInt8] = []
    /// The first byte that is not read yet, and the first that was not looked at for the end of a line.
    private var (next, looked) = (0, 0)
    private var frames: [Frame] = []
    private var block: Block?
    /// What the reply has until now.
    private var size = 0
    private var failure: FlxError?

    init(limits: RESPLimits = RESPLimits()) {
        self.limits = limits
    }

    /// Takes bytes from the server.
    mutating func append(_ piece: some Collection<UInt8>) {
        drop()
        bytes.append(contentsOf: piece)
    }

    /// The next reply; nil until all of it has come.
    /// - Throws: ``FlxError/Code/malformed`` for what is no reply, ``FlxError/Code/limitExceeded`` for one that is too large.
    mutating func reply() throws(FlxError) -> RESPValue? {
        if let failure { throw failure }
        do throws(FlxError) {
            while true {
                switch try step() {
                case .nothing: return nil
                case .part: continue
                case .value(let value):
                    guard let whole = close(value) else { continue }
                    size = 0
                    return whole
                }
            }
        } catch {
            failure = error
            (bytes, next, frames) = ([], 0, [])
            throw error
        }
    }

    /// Puts a value into the frame that is open. Returns it, or the outermost frame that is full by it, if no frame is open then.
    private mutating func close(_ value: RESPValue) -> RESPValue? {
        var value = value
        while !frames.isEmpty {
            frames[frames.count - 1].values.append(value)
            guard frames[frames.count - 1].values.count == frames[frames.count - 1].count, let frame = frames.popLast() else { return nil }
            guard let whole = frame.value else { return nil }
            value = whole
        }
        return value
    }

    private mutating func step() throws(FlxError) -> Step {
        if let block { return try read(block) }
        guard let line = try line() else { return .nothing }
        let rest = line.dropFirst()
        guard let kind = line.first else { throw Self.malformed("an empty line") }
        try count(rest.count + RESPLimits.valueBytes)
        switch kind {
        case UInt8(ascii: "+"): return .value(.text(String(decoding: rest, as: UTF8.self)))
        case UInt8(ascii: "-"): return .value(.error(RESPError(rest)))
        case UInt8(ascii: ":"): return .value(.integer(try Self.integer(rest)))
        case UInt8(ascii: "("): return .value(.bigNumber(try Self.bigNumber(rest)))
        case UInt8(ascii: ","): return .value(.double(try Self.double(rest)))
        case UInt8(ascii: "#"): return .value(.boolean(try Self.boolean(rest)))
        case UInt8(ascii: "_"):
            guard rest.isEmpty else { throw Self.malformed("a null with a value") }
            return .value(.null)
        case UInt8(ascii: "$"): return try open(.bytes, rest)
        case UInt8(ascii: "="): return try open(.verbatim, rest)
        case UInt8(ascii: "!"): return try open(.error, rest)
        case UInt8(ascii: "*"): return try open(.array, rest)
        case UInt8(ascii: "~"): return try open(.array, rest, canBeNull: false)
        case UInt8(ascii: "%"): return try open(.map, rest, canBeNull: false)
        case UInt8(ascii: ">"): return try open(.push, rest, canBeNull: false)
        case UInt8(ascii: "|"): return try open(.attribute, rest, canBeNull: false)
        default: throw Self.malformed("a reply that begins with the byte \(kind)")
        }
    }

    private mutating func open(_ kind: Block.Kind, _ number: ArraySlice<UInt8>) throws(FlxError) -> Step {
        guard let count = try Self.length(number) else {
            guard kind == .bytes else { throw Self.malformed("a text of a length below zero") }
            return .value(.null)
        }
        try self.count(count)
        block = Block(kind: kind, count: count)
        return .part
    }

    private mutating func open(_ kind: Frame.Kind, _ number: ArraySlice<UInt8>, canBeNull: Bool = true) throws(FlxError) -> Step {
        guard let length = try Self.length(number) else {
            guard canBeNull else { throw Self.malformed("an array of a length below zero") }
            return .value(.null)
        }
        let (count, isTooMany) = length.multipliedReportingOverflow(by: kind == .map || kind == .attribute ? 2 : 1)
        // The values are counted when they come; an announcement alone is refused at once.
        guard !isTooMany, count <= (limits.replyBytes - size) / RESPLimits.valueBytes else { throw tooLarge("\(length) values") }
        let frame = Frame(kind: kind, count: count)
        if count == 0 { return frame.value.map { .value($0) } ?? .part }
        guard frames.count < limits.depth else { throw tooLarge("values in each other beyond a depth of \(limits.depth)") }
        frames.append(frame)
        return .part
    }

    private mutating func read(_ block: Block) throws(FlxError) -> Step {
        guard bytes.count - next >= block.count + 2 else { return .nothing }
        let content = bytes[next..<next + block.count]
        let end = bytes[content.endIndex..<content.endIndex + 2]
        guard end.elementsEqual(Self.lineEnd) else { throw Self.malformed("bytes that do not end where they should") }
        next = end.endIndex
        looked = next
        self.block = nil
        switch block.kind {
        case .bytes: return .value(.bytes(Array(content)))
        case .error: return .value(.error(RESPError(content)))
        case .verbatim:
            guard content.count >= 4, content[content.startIndex + 3] == UInt8(ascii: ":") else {
                throw Self.malformed("a verbatim text without a format")
            }
            return .value(.bytes(Array(content.dropFirst(4))))
        }
    }

    /// The next line, without its end; nil until all of it has come.
    private mutating func line() throws(FlxError) -> ArraySlice<UInt8>? {
        while looked < bytes.count {
            switch bytes[looked] {
            case UInt8(ascii: "\n"): throw Self.malformed("a line end without a carriage return")
            case UInt8(ascii: "\r"):
                guard looked + 1 < bytes.count else { return nil }
                guard bytes[looked + 1] == UInt8(ascii: "\n") else { throw Self.malformed("a carriage return within a line") }
                let line = bytes[next..<looked]
                looked += 2
                next = looked
                return line
            default:
                looked += 1
                guard looked - next <= limits.lineBytes else { throw tooLarge("a line of more than \(limits.lineBytes) bytes") }
            }
        }
        return nil
    }

    /// Adds to the size of the reply.
    private mutating func count(_ bytes: Int) throws(FlxError) {
        guard bytes <= limits.replyBytes - size else { throw tooLarge("more than \(limits.replyBytes) bytes") }
        size += bytes
    }

    /// Lets go of what was read, when it is the greater part.
    private mutating func drop() {
        guard next > bytes.count / 2 else { return }
        bytes.removeSubrange(..<next)
        (looked, next) = (looked - next, 0)
        // The room of one great reply is not kept.
        if bytes.isEmpty, bytes.capacity > Self.keptBytes { bytes = [] }
    }

    private static let keptBytes = 1 << 20
    private static let lineEnd = [UInt8(ascii: "\r"), UInt8(ascii: "\n")]

    private static func malformed(_ what: String) -> FlxError {
        FlxError(.malformed, "Redis sent \(what): it is no Redis, or something between changed what it sent")
    }

    private func tooLarge(_ what: String) -> FlxError {
        FlxError(.limitExceeded, "Redis sent \(what) in one reply")
    }
}
