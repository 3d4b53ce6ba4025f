@testable import FlxRedis
import FlxTesting

/// Makes replies of every kind, as values and as a server writes them.
struct RESPGrammar {
    var random: SeededGenerator

    /// A value, and one of the ways to write it.
    mutating func reply(depth: Int = 0) -> (value: RESPValue, bytes: [UInt8]) {
        switch random.number(below: depth < 4 ? 15 : 10) {
        case 0: return (.null, Array(random.pick(["_\r\n", "$-1\r\n", "*-1\r\n"]).utf8))
        case 1:
            let text = random.pick(["", "OK", "PONG", "a: b", "größe"])
            return (.text(text), Array("+\(text)\r\n".utf8))
        case 2:
            let number = random.pick([0, 1, -1, 42, .max, .min, Int64(random.number(in: -1_000_000...1_000_000))])
            return (.integer(number), Array(":\(number >= 0 && random.once(in: 4) ? "+" : "")\(number)\r\n".utf8))
        case 3:
            let (number, text) = random.pick([
                (0.5, "0.5"), (-3, "-3"), (1e300, "1e300"), (.infinity, "inf"), (-.infinity, "-inf"), (2.5e-7, "2.5E-7"),
            ])
            return (.double(number), Array(",\(text)\r\n".utf8))
        case 4: return random.once(in: 2) ? (.boolean(true), Array("#t\r\n".utf8)) : (.boolean(false), Array("#f\r\n".utf8))
        case 5:
            let text = random.pick(["123456789012345678901234567890", "-98765432109876543210"])
            return (.bigNumber(text), Array("(\(text)\r\n".utf8))
        case 6:
            let line = random.pick(["ERR unknown command", "WRONGTYPE", "MOVED 3999 127.0.0.1:6381", ""])
            let error = RESPValue.error(RESPError(line.utf8))
            return (error, Array((random.once(in: 2) ? "-\(line)\r\n" : "!\(line.utf8.count)\r\n\(line)\r\n").utf8))
        case 7:
            let content = bytes()
            return (.bytes(content), Array("=\(content.count + 4)\r\ntxt:".utf8) + content + Array("\r\n".utf8))
        case 8, 9:
            let content = bytes()
            return (.bytes(content), Array("$\(content.count)\r\n".utf8) + content + Array("\r\n".utf8))
        case 10, 11: return list("*", depth) { .array($0) }
        case 12: return list("~", depth) { .array($0) }
        case 13:
            // What the attribute says is left out.
            let (attribute, reply) = (list("|", depth, parts: 2) { .array($0) }, reply(depth: depth + 1))
            return (reply.value, attribute.bytes + reply.bytes)
        default: return list("%", depth, parts: 2) { values in
            .map(stride(from: 0, to: values.count, by: 2).map { .init(key: values[$0], value: values[$0 + 1]) })
        }
        }
    }

    /// A message that no command asked for.
    mutating func push() -> (value: RESPValue, bytes: [UInt8]) { list(">", 0) { .push($0) } }

    private mutating func list(
        _ kind: Character, _ depth: Int, parts: Int = 1, _ make: ([RESPValue]) -> RESPValue
    ) -> (value: RESPValue, bytes: [UInt8]) {
        let count = random.pick([0, 1, 2, 3, 5])
        let items = (0..<count * parts).map { _ in reply(depth: depth + 1) }
        return (make(items.map(\.value)), Array("\(kind)\(count)\r\n".utf8) + items.flatMap(\.bytes))
    }

    private mutating func bytes() -> [UInt8] {
        let count = random.pick([0, 1, 2, 7, 40, 3_000])
        return (0..<count).map { _ in random.pick([13, 10, 0, 36, 42, UInt8(truncatingIfNeeded: random.next())]) }
    }
}
