import Foundation
import SharedData
import Testing

@testable import FlxCore

/// Numbers of a grammar that reaches the ends of all types, read in every way: exact or refused, and never the end of the process.
@Suite("Numbers of a grammar")
struct NumberGrammarTests {
    private static let rounds = ProcessInfo.processInfo.environment["FLX_FULL"] == "1" ? 200_000 : 2_000

    /// A few thousand numbers, or with FLX_FULL=1 many more.
    private static func each(_ name: String = #function, _ body: (String, inout SeededRandom) throws -> Void) rethrows {
        var random = SeededRandom.printed(name)
        for _ in 0..<rounds {
            let text = NumberGrammar.number(using: &random)
            if text.utf8.count <= JSONLimits.standard.maximumNumberBytes { try body(text, &random) }
        }
    }

    private static func decode<T: JSONReadable & Decodable>(_ text: String, as type: T.Type) -> (T?, T?) {
        (try? T(json: Array(text.utf8)), try? EventDecoder().decode([T].self, from: Array("[\(text)]".utf8)).first)
    }

    private static func checkInteger<T: FixedWidthInteger & JSONCodable & Codable>(_ text: String, as type: T.Type) {
        let (read, decoded) = decode(text, as: T.self)
        // Where the number cannot be written out, its exponent is too great for a whole number of 64 bits.
        let expected = PlainDecimal(text)?.integer.flatMap { T($0) }
        #expect(read == expected, "\(text) as \(T.self)")
        #expect(decoded == expected, "\(text) as Codable \(T.self)")
    }

    @Test("Integers of every width are exact or refused")
    func integers() {
        Self.each { text, _ in
            Self.checkInteger(text, as: Int8.self)
            Self.checkInteger(text, as: UInt8.self)
            Self.checkInteger(text, as: Int16.self)
            Self.checkInteger(text, as: UInt16.self)
            Self.checkInteger(text, as: Int32.self)
            Self.checkInteger(text, as: UInt32.self)
            Self.checkInteger(text, as: Int64.self)
            Self.checkInteger(text, as: UInt64.self)
            Self.checkInteger(text, as: Int.self)
            Self.checkInteger(text, as: UInt.self)
            let number = JSONNumber(text)
            let integer = PlainDecimal(text)?.integer
            #expect(number?.int64 == integer.flatMap(Int64.init) && number?.uint64 == integer.flatMap(UInt64.init), "\(text)")
            #expect((try? EventValue(json: Array(text.utf8)))?.int == integer.flatMap(Int.init), "\(text)")
        }
    }

    @Test("Floating point is the nearest or refused, and a Decimal is exact or refused")
    func fractions() throws {
        try Self.each { text, _ in
            let double = Double(text).flatMap { $0.isFinite ? $0 : nil }
            let (read, decoded) = Self.decode(text, as: Double.self)
            #expect(read?.bitPattern == double?.bitPattern && decoded?.bitPattern == double?.bitPattern, "\(text)")
            #expect(JSONNumber(text)?.double?.bitPattern == double?.bitPattern, "\(text)")
            let float = Float(text).flatMap { $0.isFinite ? $0 : nil }
            #expect(Self.decode(text, as: Float.self).0?.bitPattern == float?.bitPattern, "\(text)")
            let (decimal, codable) = Self.decode(text, as: Decimal.self)
            #expect(decimal == codable, "\(text)")
            guard let decimal, let number = JSONNumber(text) else { return }
            let back = try #require(JSONNumber(decimal.description), "\(decimal)")
            #expect(NumberValue(back) == NumberValue(number), "\(text) became \(decimal)")
            let written = try JSONNumber(json: decimal.json())
            #expect(NumberValue(written) == NumberValue(number), "\(text) became \(decimal)")
        }
    }

    @Test("Durations are exact or refused, and what is read is written again")
    func durations() throws {
        try Self.each { text, _ in
            let (duration, codable) = Self.decode(text, as: Duration.self)
            #expect(duration == codable, "\(text)")
            let plain = PlainDecimal(text)
            let fits = plain.map { $0.fraction.count <= 18 && ($0.whole.isEmpty || Int64($0.whole) != nil) }
            let isLowest = plain?.isNegative == true && plain?.whole == "9223372036854775808"
            if !isLowest { #expect((duration != nil) == (fits ?? false), "\(text)") }
            guard let duration, let number = JSONNumber(text) else { return }
            let written = try JSONNumber(json: duration.json())
            #expect(NumberValue(written) == NumberValue(number), "\(text) became \(duration)")
        }
    }

    @Test("Dynamic values and CBOR keep every number, MessagePack keeps it or refuses it")
    func binary() throws {
        try Self.each { text, _ in
            let value = try EventValue(json: Array(text.utf8))
            #expect(try value.json() == Array(text.utf8))
            let number = try #require(value.number)
            for codec in [CBOR.self, MessagePack.self] as [any ValueCodec.Type] {
                do {
                    let back = try codec.decode(codec.encode(value), foreign: .refused, limits: .standard)
                    #expect(back.number.map { NumberValue($0) } == NumberValue(number), "\(codec): \(text) came back as \(back)")
                } catch let error as FlxError {
                    #expect([.invalidValue, .limitExceeded].contains(error.code), "\(codec): \(text): \(error)")
                }
            }
            // A time in seconds: the tag 1 of CBOR before the number.
            guard let content = try? CBOR.encode(value) else { return }
            let time = try? CBOR.decode([0xC1] + content, foreign: .nearest, limits: .standard).string.map { try Timestamp($0) }
            if let time { #expect(PlainDecimal(text).map { $0.fraction.count <= 9 } == true, "\(text) became \(time)") }
        }
    }

    @Test("Comparisons agree with numbers that are written out, and order all others the same way from both sides")
    func comparisons() {
        Self.each { text, random in
            let other = NumberGrammar.number(using: &random)
            guard let number = JSONNumber(text), let rival = JSONNumber(other) else { return }
            let (left, right) = (NumberValue(number), NumberValue(rival))
            let order = left.compared(to: right)
            #expect(right.compared(to: left) == -order && (left == right) == (order == 0), "\(text) and \(other)")
            if let plain = PlainDecimal(text), let otherPlain = PlainDecimal(other) {
                #expect(order == plain.compared(to: otherPlain), "\(text) and \(other)")
                #expect(left.isWhole == (plain.integer != nil), "\(text)")
            }
            #expect(JSONNumber(left.canonical).map { NumberValue($0) } == left, "\(text)")
            _ = left.isMultiple(of: right)
        }
    }

    @Test("Versions of the older forms, times and dates take a number or refuse it")
    func members() {
        Self.each { text, _ in
            let version = PlainDecimal(text)?.integer.flatMap { Int32($0) }.map { Int($0) }.flatMap { $0 >= 1 ? $0 : nil }
            let domain = #"{"event_id":"x","event_type":"t","event_version":\#(text),"data":{}}"#
            #expect((try? DomainForm.decode(Array(domain.utf8)))?.schemaVersion == version, "\(text)")
            let reflection = #"{"event_id":"x","event_type":"t","version":\#(text)}"#
            #expect((try? ReflectionForm().decode(Array(reflection.utf8)))?.schemaVersion == version, "\(text)")
            let event = #"{"specversion":"1.0","id":"x","type":"t","source":"/s","schemaversion":\#(text)}"#
            _ = try? CloudEventsJSON.decode(Array(event.utf8))
            for json in [text, "\"\(text)\"", "\"\(text)-01-01T00:00:00Z\"", "\"2026-01-01T00:00:\(text)Z\""] {
                _ = try? Timestamp(json: Array(json.utf8))
                _ = try? Date(json: Array(json.utf8))
            }
        }
    }
}
