import FlxCore
import FlxSchema
import Testing

@Suite("JSON schemas")
struct JSONSchemaTests {
    private static let order: EventValue = [
        "type": "object", "required": ["id", "lines"],
        "properties": [
            "id": ["type": "string", "minLength": 1], "total": ["type": "number", "minimum": 0],
            "lines": ["type": "array", "minItems": 1, "items": ["type": "object", "properties": ["count": ["type": "integer"]]]],
        ],
    ]

    @Test("All that is wrong is told, with the places in the value and in the schema")
    func violations() throws {
        let schema = try JSONSchema(Self.order)
        let value: EventValue = ["total": -1, "lines": [["count": 1.5], ["count": 2], ["count": "a/b"]]]
        let violations = try schema.violations(of: value)
        #expect(
            violations.map(\.description).sorted() == [
                "/lines/0/count must be integer, and is 1.5 (#/properties/lines/items/properties/count/type)",
                #"/lines/2/count must be integer, and is "a/b" (#/properties/lines/items/properties/count/type)"#,
                "/total must be at least 0, and is -1 (#/properties/total/minimum)",
                "the value lacks 'id' (#/required)",
            ])
        #expect(try !schema.accepts(value))
        #expect(try schema.violations(of: ["id": "x", "lines": [[:]]]).isEmpty)
    }

    @Test("What none of several schemas takes is told with the reasons of each, and what one takes is not")
    func branches() throws {
        let schema = try JSONSchema(["anyOf": [["type": "string"], ["minimum": 5]]])
        #expect(try schema.violations(of: 1).map(\.schema) == ["#/anyOf/0/type", "#/anyOf/1/minimum", "#/anyOf"])
        #expect(try schema.violations(of: 7).isEmpty)
        let one = try JSONSchema(["oneOf": [["minimum": 1], ["maximum": 9]]])
        #expect(try one.violations(of: 5).map(\.message) == ["fits 2 of the schemas, and must fit one: [0, 1]"])
    }

    @Test("Pointers are escaped in both places")
    func escapes() throws {
        let schema = try JSONSchema(["properties": ["a/b~c": ["type": "string"]]])
        let violation = try #require(try schema.violations(of: ["a/b~c": 1]).first)
        #expect(violation.instance == "/a~1b~0c")
        #expect(violation.schema == "#/properties/a~1b~0c/type")
    }

    @Test("At most so many violations are told")
    func manyViolations() throws {
        let schema = try JSONSchema(["items": ["type": "string"]])
        let value = EventValue.array((0..<500).map { .int($0) })
        #expect(try schema.violations(of: value).count == 100)
        #expect(try schema.violations(of: value, limits: SchemaLimits(maximumViolations: 7)).count == 7)
    }

    @Test(
        "A schema that says something impossible is refused with the place",
        arguments: [
            (["type": "text"], "#: 'type' names"), (["properties": ["a": ["minimum": "0"]]], "#/properties/a: 'minimum' must be a number"),
            (["minLength": -1], "must be a whole number from 0"),
            (["type": []], "must name at least one type"), (["multipleOf": 0], "greater than 0"), (["allOf": [:]], "must be an array"),
            (["required": [1]], "an array of strings"), (["items": 3], "#/items: a schema is an object, true or false"),
            (["pattern": "("], "a group does not end"), (["$ref": "#/$defs/none"], "points to nothing"),
            (["$ref": "#none"], "names an anchor"),
            (["$ref": "http://example.org/other.json"], "unknown to the resolver; nothing is fetched"), (7, "a schema is an object"),
            (["$schema": "http://json-schema.org/draft-07/schema#"], "its dialect is"),
            (["uniqueItems": 1], "must be true or false"),
            (["$defs": ["a": ["$id": "x", "type": "string"], "b": ["$id": "./x", "type": "null"]]], "two schemas have the URI 'x'"),
            (["$id": "http://e.org/a", "$defs": ["a": ["$id": "#a", "type": "string"]]], "two schemas have the URI"),
            (["$defs": ["a": ["$anchor": "n"], "b": ["$dynamicAnchor": "n"]]], "'n' is given twice"),
        ] as [(EventValue, String)])
    func refused(schema: EventValue, reason: String) {
        let error = #expect(throws: FlxError.self) { try JSONSchema(schema) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test("Every schema that is taken also fits the schema of schemas")
    func metaSchema() throws {
        let meta = try JSONSchema(["$ref": "https://json-schema.org/draft/2020-12/schema"])
        #expect(try meta.violations(of: Self.order).isEmpty)
        #expect(try meta.violations(of: ["properties": ["a": ["minimum": "0"]]]).first?.instance == "/properties/a/minimum")
    }

    @Test("Other documents come from the resolver, by their own ids too")
    func resolver() throws {
        let money: EventValue = ["$id": "https://example.org/money", "type": "object", "required": ["currency"]]
        let resolver = SchemaResolver.documents(["https://example.org/money.json": money])
        let order: EventValue = ["properties": ["total": ["$ref": "money.json"]]]
        let schema = try JSONSchema(order, at: "https://example.org/order.json", resolving: resolver)
        #expect(try schema.violations(of: ["total": [:]]).first?.schema == "https://example.org/money#/required")
    }

    @Test(
        "Formats are asserted where that is asked for",
        arguments: [
            ("date-time", "2026-02-28T12:00:00Z", "2026-02-30T12:00:00Z"), ("date", "2024-02-29", "2023-02-29"),
            ("time", "10:00:00+01:00", "25:00:00Z"),
            ("duration", "P1Y2M3DT4H5M6S", "P"), ("email", "sales@example.org", "sales@"), ("hostname", "a-b.example", "-a.example"),
            ("ipv4", "127.0.0.1", "127.0.0.01"), ("ipv6", "2001:db8::1", "2001::db8::1"), ("uri", "https://example.org/a?b#c", "/a"),
            ("uri-reference", "/a?b#c", "a b"), ("uuid", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6ba7b810-9dad-11d1-80b4"),
            ("json-pointer", "/a~1b/0", "/a~2"), ("relative-json-pointer", "1/a", "01/a"), ("regex", "^[a-z]+$", "[a"),
        ])
    func formats(format: String, good: String, bad: String) throws {
        let asserting = try JSONSchema(["format": .string(format)], assertingFormats: true)
        #expect(try asserting.accepts(.string(good)))
        #expect(try !asserting.accepts(.string(bad)))
        #expect(try JSONSchema(["format": .string(format)]).accepts(.string(bad)))
    }

    @Test(
        "Numbers are compared by their values, however they are written",
        arguments: [
            (["const": 1], "1.0", true), (["const": 1.5], "15e-1", true), (["enum": [100]], "1e2", true),
            (["minimum": 9_007_199_254_740_993], "9007199254740992", false),
            (["exclusiveMaximum": 0.1], "0.10000000000000000001", false), (["exclusiveMaximum": 0.1], "0.09999999999999999999", true),
            (["multipleOf": 0.01], "19.99", true), (["multipleOf": 0.01], "19.999", false), (["multipleOf": 3], "3e30", true),
            (["multipleOf": 7], "1e30", false), (["type": "integer"], "1e400", true), (["minimum": 0], "-1e-400", false),
        ] as [(EventValue, String, Bool)])
    func numbers(schema: EventValue, number: String, fits: Bool) throws {
        let value = EventValue.number(try #require(JSONNumber(number)))
        #expect(try JSONSchema(schema).accepts(value) == fits)
    }
}
