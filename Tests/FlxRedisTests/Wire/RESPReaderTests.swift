import FlxCore
@testable import FlxRedis
import FlxTesting
import Testing

@Suite struct RESPReaderTests {
    private static func random(_ test: String = #function) -> SeededGenerator {
        let seed = SeededGenerator.freshSeed()
        print("seed of \(test): \(seed)")
        return SeededGenerator(seed: seed)
    }

    /// Reads bytes in pieces; the replies, and the error that ended it.
    private static func read(
        _ bytes: [UInt8], in sizes: () -> Int, limits: RESPLimits = RESPLimits()
    ) -> (replies: [RESPValue], error: FlxError?) {
        var (reader, replies, rest) = (RESPReader(limits: limits), [RESPValue](), bytes[...])
        do throws(FlxError) {
            while !rest.isEmpty {
                let piece = rest.prefix(max(1, sizes()))
                rest = rest.dropFirst(piece.count)
                reader.append(piece)
                while let reply = try reader.reply() { replies.append(reply) }
            }
            return (replies, nil)
        } catch {
            return (replies, error)
        }
    }

    @Test(arguments: [
        ("+OK\r\n", RESPValue.text("OK")),
        ("$0\r\n\r\n", .bytes([])),
        ("$-1\r\n", .null),
        ("*-1\r\n", .null),
        ("*2\r\n$1\r\na\r\n:7\r\n", .array([.bytes([97]), .integer(7)])),
        ("-MOVED 12 host:1\r\n", .error(RESPError("MOVED 12 host:1".utf8))),
        ("%1\r\n+a\r\n*0\r\n", .map([.init(key: .text("a"), value: .array([]))])),
        ("|1\r\n+ttl\r\n:3\r\n$1\r\nx\r\n", .bytes([120])),
        ("*1\r\n|1\r\n+ttl\r\n:3\r\n$1\r\nx\r\n", .array([.bytes([120])])),
        ("=7\r\ntxt:a b\r\n", .bytes([97, 32, 98])),
        (">2\r\n+message\r\n+c\r\n", .push([.text("message"), .text("c")])),
        ("(123456789012345678901\r\n", .bigNumber("123456789012345678901")),
        (",-0.5e3\r\n", .double(-500)),
    ])
    func aReplyIsWhatItSays(text: String, value: RESPValue) {
        let whole = Self.read(Array(text.utf8), in: { .max })
        #expect(whole.error == nil)
        #expect(whole.replies == [value])
    }

    @Test func piecesOfAnySizeSayTheSame() {
        var random = Self.random()
        for _ in 0..<400 {
            var grammar = RESPGrammar(random: random)
            let replies = (0..<5).map { _ in grammar.random.once(in: 5) ? grammar.push() : grammar.reply() }
            random = grammar.random
            let (values, bytes) = (replies.map(\.value), replies.flatMap(\.bytes))
            #expect(Self.read(bytes, in: { .max }).replies == values)
            #expect(Self.read(bytes, in: { 1 }).replies == values)
            #expect(Self.read(bytes, in: { random.number(in: 1...50) }).replies == values)
        }
    }

    @Test func changedBytesSayTheSameToASimplerReader() {
        var random = Self.random()
        let limits = RESPLimits(replyBytes: 64 << 10, lineBytes: 200, depth: 3)
        var refused = 0
        for _ in 0..<4_000 {
            var grammar = RESPGrammar(random: random)
            var bytes = (0..<2).flatMap { _ in grammar.reply().bytes }
            random = grammar.random
            for _ in 0..<random.number(in: 0...3) where !bytes.isEmpty {
                let place = random.number(below: bytes.count)
                switch random.number(below: 4) {
                case 0: bytes[place] ^= 1 << UInt8(random.number(below: 8))
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(random.pick(Array("*$%~|+-:,#_!=>(09\r\n".utf8)), at: place)
                default: bytes.removeSubrange(place...)
                }
            }
            let found = Self.read(bytes, in: { random.number(in: 1...9) }, limits: limits)
            switch PlainReader.read(bytes, limits: limits) {
            case .replies(let replies):
                // What is too large as a whole is refused by the one that counts it.
                if let error = found.error { #expect(error.code == .limitExceeded) } else { #expect(Self.same(found.replies, replies)) }
            case .refused(let replies):
                refused += 1
                // What is announced and never comes is no fault yet.
                #expect(found.error != nil, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
                #expect(Self.same(found.replies, replies))
            }
        }
        #expect(refused > 500)
    }

    /// Equal, where a number that is none is equal to itself.
    private static func same(_ left: [RESPValue], _ right: [RESPValue]) -> Bool { "\(left)" == "\(right)" }

    @Test(arguments: [
        "", "\r\n", "x\r\n", "+a\nb\r\n", "+a\rb\r\n", ":\r\n", ":1 \r\n", ":0x1\r\n", ":9223372036854775808\r\n",
        "$-2\r\n", "$1a\r\n", "$+1\r\n",
        "$1\r\nab\r\n", "*-2\r\n", "~-1\r\n", "#x\r\n", "#tt\r\n", "_1\r\n", ",0x1p3\r\n", ",\r\n", ",infinity\r\n", "(\r\n", "(1.5\r\n",
        "=3\r\ntxt\r\n", "=5\r\ntxt-a\r\n", "$99999999999999999999\r\n", "*9223372036854775807\r\n", "%4611686018427387904\r\n",
        "|9223372036854775807\r\n", "$9223372036854775807\r\n", "!-1\r\n", "HTTP/1.1 400 Bad Request\r\n",
    ])
    func whatIsNoReplyIsRefused(text: String) {
        let found = Self.read(Array(text.utf8) + Array("+OK\r\n".utf8), in: { 1 })
        if text.isEmpty {
            #expect(found.replies == [.text("OK")])
        } else {
            #expect([.malformed, .limitExceeded].contains(found.error?.code))
            #expect(found.replies.isEmpty)
        }
    }

    @Test func limitsHoldBeforeAnythingIsReserved() {
        let limits = RESPLimits(replyBytes: 10_000, lineBytes: 100, depth: 4)
        func code(_ text: String) -> FlxError.Code? { Self.read(Array(text.utf8), in: { 7 }, limits: limits).error?.code }
        #expect(code("$10001\r\n") == .limitExceeded)
        #expect(code("*400\r\n") == .limitExceeded)
        #expect(code(String(repeating: "*1\r\n", count: 5)) == .limitExceeded)
        #expect(code(String(repeating: "*1\r\n", count: 4)) == nil)
        #expect(code("+" + String(repeating: "a", count: 101)) == .limitExceeded)
        // Many small values count, too: each takes room.
        #expect(code("*300\r\n" + String(repeating: "$10\r\n0123456789\r\n", count: 300)) == .limitExceeded)
        // The next reply begins anew.
        #expect(code(String(repeating: "$5000\r\n" + String(repeating: "a", count: 5_000) + "\r\n", count: 20)) == nil)
    }

    @Test func afterAnErrorNothingIsRead() throws {
        var reader = RESPReader()
        reader.append("+OK\r\nx\r\n+OK\r\n".utf8)
        #expect(try reader.reply() == .text("OK"))
        let first = #expect(throws: FlxError.self) { try reader.reply() }
        reader.append("+OK\r\n".utf8)
        let second = #expect(throws: FlxError.self) { try reader.reply() }
        #expect(first?.code == .malformed && second?.message == first?.message)
    }
}
