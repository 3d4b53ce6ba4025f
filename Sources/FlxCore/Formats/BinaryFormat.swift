internal import OrderedCollections

/// A binary format of values as heads: bytes with the kind and length of the next item.
///
/// A format writes and reads heads; ``BinaryWriting`` and ``BinaryReading`` walk the values.
protocol BinaryFormat: ValueCodec {
    /// The name, for messages.
    static var name: String { get }
    /// Writes the beginning of an item, or all of it.
    static func write(_ item: BinaryItem, to bytes: inout [UInt8])
    /// Writes a number outside 64 bits and Double, or throws if the format has no such numbers.
    static func write(large number: ExactNumber, to bytes: inout [UInt8]) throws(FlxError)
    /// Reads the beginning of the next item, or all of it.
    static func read(from cursor: inout ByteCursor) throws(FlxError) -> BinaryItem
    /// The value of a tag or an extension with its content.
    static func readTagged(_ tag: UInt64, count: Int?, by reading: inout BinaryReading<Self>) throws(FlxError) -> EventValue
}

/// The head of an item of a binary format, or the whole item.
enum BinaryItem: Equatable {
    case null, undefined
    case bool(Bool)
    case unsigned(UInt64)
    /// The number −1 − n.
    case negative(UInt64)
    case double(Double)
    /// A text: the number of following bytes of UTF-8; nil for pieces up to a break.
    case text(count: Int?)
    /// Bytes: the number of following bytes; nil for pieces up to a break.
    case bytes(count: Int?)
    /// An array: the number of following elements; nil for elements up to a break.
    case array(count: Int?)
    /// An object: the number of following pairs of key and value; nil for pairs up to a break.
    case map(count: Int?)
    /// A meaning for the following item, or for `count` bytes.
    case tag(UInt64, count: Int?)
    /// The end of an item with an open count.
    case end
}

extension BinaryFormat {
    /// The bytes of a value.
    public static func encode(_ value: EventValue) throws(FlxError) -> [UInt8] {
        var writing = BinaryWriting<Self>()
        try writing.write(value, depth: 0)
        return writing.bytes
    }

    /// The value of some bytes, all of them.
    public static func decode(_ bytes: [UInt8], foreign: ForeignValues, limits: JSONLimits) throws(FlxError) -> EventValue {
        guard bytes.count <= limits.maximumBytes else {
            throw FlxError(.limitExceeded, "the \(name) has \(bytes.count) bytes: at most \(limits.maximumBytes) are allowed")
        }
        var reading = BinaryReading<Self>(cursor: ByteCursor(bytes, format: name), foreign: foreign, limits: limits)
        let value = try reading.readValue(depth: 0)
        guard reading.cursor.isAtEnd else { throw reading.cursor.failure(.malformed, "something follows the value") }
        return value
    }
}

/// Writes values as a binary format.
struct BinaryWriting<Format: BinaryFormat> {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ value: EventValue, depth: Int) throws(FlxError) {
        switch value {
        case .null: Format.write(.null, to: &bytes)
        case .bool(let value): Format.write(.bool(value), to: &bytes)
        case .string(let text): write(text)
        case .number(let number): try write(try ExactNumber(number))
        case .array(let elements):
            try check(depth)
            Format.write(.array(count: elements.count), to: &bytes)
            for (index, element) in elements.enumerated() {
                do { try write(element, depth: depth + 1) } catch { throw error.under("\(index)") }
            }
        case .object(let fields):
            try check(depth)
            Format.write(.map(count: fields.count), to: &bytes)
            for (key, value) in fields {
                try check(key.description)
                write(key.description)
                do { try write(value, depth: depth + 1) } catch { throw error.under(key.description) }
            }
        }
    }

    private mutating func write(_ text: String) {
        Format.write(.text(count: text.utf8.count), to: &bytes)
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func write(_ number: ExactNumber) throws(FlxError) {
        switch number {
        case .unsigned(let value): Format.write(.unsigned(value), to: &bytes)
        case .negative(let value): Format.write(.negative(value), to: &bytes)
        case .double(let value): Format.write(.double(value), to: &bytes)
        case .integer, .decimal: try Format.write(large: number, to: &bytes)
        }
    }

    private func check(_ depth: Int) throws(FlxError) {
        let limit = JSONLimits.standard.maximumDepth
        guard depth < limit else { throw exceeded("arrays and objects are nested deeper than \(limit) levels") }
    }

    /// Refuses a key beyond the limits of a standard reader.
    private func check(_ key: String) throws(FlxError) {
        if let reason = JSONLimits.standard.refusal(ofKey: key) { throw exceeded(reason) }
    }

    private func exceeded(_ message: String) -> FlxError {
        FlxError(.limitExceeded, message, at: .init(offset: bytes.count, pointer: ""))
    }
}

extension FlxError {
    /// The error, one level further out: its place is inside a field or element.
    func under(_ step: String) -> FlxError {
        let pointer = "/\(JSONPointer.escaped(step))\(location?.pointer ?? "")"
        return FlxError(code, message, at: Location(offset: location?.offset ?? 0, pointer: pointer), cause: cause)
    }
}
