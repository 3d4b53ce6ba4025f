import FlxCore
@testable import FlxRedis

/// Reads one reply that is there as a whole, in the simplest way: the reader of pieces must say the same.
struct PlainReader {
    private var rest: ArraySlice<UInt8>
    private let limits: RESPLimits

    private enum Fault: Error { case ends, malformed }

    /// What the bytes are.
    enum Outcome: Equatable {
        case replies([RESPValue])
        case refused(after: [RESPValue])
    }

    /// Reads all replies, up to the first that is none or is not whole.
    static func read(_ bytes: [UInt8], limits: RESPLimits) -> Outcome {
        var reader = PlainReader(rest: bytes[...], limits: limits)
        var replies: [RESPValue] = []
        while true {
            do {
                replies.append(try reader.value(depth: 0))
            } catch Fault.ends {
                return .replies(replies)
            } catch {
                return .refused(after: replies)
            }
        }
    }

    private mutating func value(depth: Int) throws -> RESPValue {
        while true {
            let line = try line()
            guard let kind = line.first.map({ Character(Unicode.Scalar($0)) }) else { throw Fault.malformed }
            let rest = line.dropFirst()
            switch kind {
            case "+": return .text(String(decoding: rest, as: UTF8.self))
            case "-": return .error(RESPError(rest))
            case ":": return .integer(try number(rest))
            case "_": if rest.isEmpty { return .null } else { throw Fault.malformed }
            case "#" where rest.elementsEqual("t".utf8): return .boolean(true)
            case "#" where rest.elementsEqual("f".utf8): return .boolean(false)
            case ",": return .double(try RESPReader.double(rest))
            case "(": return .bigNumber(try RESPReader.bigNumber(rest))
            case "$":
                guard let count = try length(rest) else { return .null }
                return .bytes(try block(count))
            case "=":
                guard let count = try length(rest) else { throw Fault.malformed }
                let content = try block(count)
                guard content.count >= 4, content[3] == UInt8(ascii: ":") else { throw Fault.malformed }
                return .bytes(Array(content.dropFirst(4)))
            case "!":
                guard let count = try length(rest) else { throw Fault.malformed }
                return .error(RESPError(try block(count)))
            case "*", "~", ">", "%", "|":
                guard let count = try length(rest) else { if kind == "*" { return .null } else { throw Fault.malformed } }
                guard count <= limits.replyBytes / 64, count == 0 || depth < limits.depth else { throw Fault.malformed }
                var values: [RESPValue] = []
                for _ in 0..<count * (kind == "%" || kind == "|" ? 2 : 1) { values.append(try value(depth: depth + 1)) }
                switch kind {
                case ">": return .push(values)
                case "%": return .map(stride(from: 0, to: values.count, by: 2).map { .init(key: values[$0], value: values[$0 + 1]) })
                case "|": continue
                default: return .array(values)
                }
            default: throw Fault.malformed
            }
        }
    }

    private mutating func line() throws -> ArraySlice<UInt8> {
        guard let end = rest.firstIndex(where: { $0 == 13 || $0 == 10 }) else {
            if rest.count > limits.lineBytes { throw Fault.malformed }
            throw Fault.ends
        }
        guard end - rest.startIndex <= limits.lineBytes, rest[end] == 13 else { throw Fault.malformed }
        guard end + 1 < rest.endIndex else { throw Fault.ends }
        guard rest[end + 1] == 10 else { throw Fault.malformed }
        defer { rest = rest[(end + 2)...] }
        return rest[..<end]
    }

    private mutating func block(_ count: Int) throws -> [UInt8] {
        guard count <= limits.replyBytes else { throw Fault.malformed }
        guard rest.count >= count + 2 else { throw Fault.ends }
        let content = Array(rest.prefix(count))
        guard rest.dropFirst(count).prefix(2).elementsEqual([13, 10]) else { throw Fault.malformed }
        rest = rest.dropFirst(count + 2)
        return content
    }

    private func number(_ text: ArraySlice<UInt8>) throws -> Int64 {
        let digits = text.first == 43 || text.first == 45 ? text.dropFirst() : text
        guard !digits.isEmpty, digits.allSatisfy({ 48...57 ~= $0 }) else { throw Fault.malformed }
        guard let number = Int64(String(decoding: text, as: UTF8.self)) else { throw Fault.malformed }
        return number
    }

    private func length(_ text: ArraySlice<UInt8>) throws -> Int? {
        if text.elementsEqual("-1".utf8) { return nil }
        guard !text.isEmpty, text.allSatisfy({ 48...57 ~= $0 }), let count = Int(String(decoding: text, as: UTF8.self)) else {
            throw Fault.malformed
        }
        return count
    }
}
