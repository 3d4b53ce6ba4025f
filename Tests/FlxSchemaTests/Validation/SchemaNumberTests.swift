import FlxCore
import FlxTesting
import Foundation
import SharedData
import Testing

@testable import FlxSchema

/// Numbers in schemas and in values, at all ends.
@Suite("Numbers of schemas")
struct SchemaNumberTests {
    private static func number(_ text: String) throws -> EventValue { try EventValue(json: Array(text.utf8)) }

    private static func verdict(_ keyword: String, _ bound: String, _ value: EventValue) throws -> Bool {
        let schema = try JSONSchema(EventValue(dictionaryLiteral: (keyword, number(bound))))
        let accepts = try schema.accepts(value)
        #expect(try schema.violations(of: value).isEmpty == accepts, "\(keyword) \(bound)")
        return accepts
    }

    @Test("Bounds and multiples of all sizes", arguments: [
        ("minimum", "5", "1e9223372036854775807", true), ("maximum", "5", "10e9223372036854775807", false),
        ("minimum", "0.5", "1e-9223372036854775808", false), ("exclusiveMinimum", "0", "0.1e-9223372036854775808", true),
        ("maximum", "9007199254740992", "9007199254740993", false), ("maximum", "1e400", "10e399", true),
        ("exclusiveMaximum", "1e400", "10e399", false), ("multipleOf", "1e-9223372036854775808", "12.5", true),
        ("multipleOf", "1e9223372036854775807", "1", false), ("multipleOf", "3", "3e9223372036854775807", true),
        ("multipleOf", "0.1", "123456789012345678901234567890123456789012345678901234567890.3", true),
        ("multipleOf", "0.1", "123456789012345678901234567890123456789012345678901234567890.33", false),
        ("minimum", "123456789012345678901234567890123456789012345678901", "123456789012345678901234567890123456789012345678900", false),
        ("const", "1e400", "10e399", true), ("const", "1e400", "1e401", false),
        ("const", "10e9223372036854775807", "1e9223372036854775808", true),
    ])
    func bounds(keyword: String, bound: String, value: String, fits: Bool) throws {
        #expect(try Self.verdict(keyword, bound, Self.number(value)) == fits)
    }

    @Test("Counts may be greater than any value has parts", arguments: [
        ("minLength", "1e400", "\"abc\"", false), ("maxLength", "1e400", "\"abc\"", true),
        ("minItems", "9223372036854775808", "[1]", false),
        ("maxItems", "10e9223372036854775807", "[1]", true), ("minProperties", "1e99999999999999999999", "{}", false),
        ("maxProperties", "18446744073709551616", "{}", true), ("minLength", "3.0", "\"abc\"", true),
        ("maxLength", "20e-1", "\"abc\"", false),
        ("minItems", "-0", "[]", true),
    ])
    func counts(keyword: String, bound: String, value: String, fits: Bool) throws {
        #expect(try Self.verdict(keyword, bound, Self.number(value)) == fits)
    }

    @Test("Counts that are none are refused", arguments: ["-1", "1.5", "1e-400", "-1e9223372036854775807", "0.1e-9223372036854775808"])
    func noCounts(bound: String) throws {
        for keyword in ["minLength", "maxItems", "minProperties", "maxContains"] {
            let document = EventValue(dictionaryLiteral: (keyword, try Self.number(bound)), ("contains", true))
            #expect(throws: FlxError.self) { try JSONSchema(document) }
        }
    }

    @Test("A value of very long numbers costs steps, not time")
    func long() throws {
        let nines = String(repeating: "9", count: 1_000)
        let schema = try JSONSchema(["items": ["multipleOf": Self.number(nines)]])
        let error = #expect(throws: FlxError.self) { try schema.accepts(.array(Array(repeating: Self.number(nines), count: 1_000))) }
        #expect(error?.code == .limitExceeded)
    }

    @Test("Numbers of a grammar are told apart as when they are written out")
    func grammar() throws {
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<(ProcessInfo.processInfo.environment["FLX_FULL"] == "1" ? 100_000 : 500) {
            let (bound, value) = (NumberGrammar.number(using: &random), NumberGrammar.number(using: &random))
            guard bound.utf8.count <= 1024, value.utf8.count <= 1024 else { continue }
            let limits = ["exclusiveMaximum", "const", "exclusiveMinimum"]
            let verdicts = try limits.map { try Self.verdict($0, bound, Self.number(value)) }
            #expect(verdicts.count(where: \.self) == 1, "\(value) and \(bound), seed \(seed)")
            _ = try? Self.verdict("multipleOf", bound, Self.number(value))
            for keyword in ["minLength", "maxItems"] { _ = try? Self.verdict(keyword, bound, "abc") }
            #expect(try JSONSchema(["type": "integer"]).accepts(Self.number(value)) == NumberValue(try #require(JSONNumber(value))).isWhole)
            guard let order = PlainDecimal(value).flatMap({ value in PlainDecimal(bound).map { value.compared(to: $0) } }) else { continue }
            #expect(verdicts == [order < 0, order == 0, order > 0], "\(value) and \(bound), seed \(seed)")
        }
    }
}
