import FlxCore
import FlxSchema
import Testing

/// Optional fields in a payload that is written by hand, by `Codable`, and by fields.
@Suite("Schemas of payloads")
struct PayloadSchemaTests {
    private struct ByCodable: DomainEvent, Codable {
        static let eventType: EventType = "by.codable"
        static let schema: EventValue? = PayloadSchema.object(nil, .field("a", Int.self), .field("b", String?.self))
        var a: Int
        var b: String?
    }

    private struct ByFields: DomainEvent {
        static let eventType: EventType = "by.fields"
        static let schema: EventValue? = ByCodable.schema
        var a: Int
        var b: String?

        init(a: Int, b: String?) { (self.a, self.b) = (a, b) }

        init(json: inout JSONReader) throws(FlxError) {
            let value = try EventValue(json: &json)
            (a, b) = (value["a"]?.int ?? 0, value["b"]?.string)
        }

        func write(to json: inout JSONWriter) throws(FlxError) {
            json.beginObject()
            try json.field("a", a)
            try json.field("b", b)
            json.endObject()
        }
    }

    @Test("An optional field is not required, and may be null", arguments: ["x", nil] as [String?])
    func own(text: String?) throws {
        let schema = try JSONSchema(try #require(ByCodable.schema))
        #expect(ByCodable.schema?["required"] == ["a"])
        #expect(try schema.violations(of: Event(ByCodable(a: 1, b: text)).data) == [])
        #expect(try schema.violations(of: Event(ByFields(a: 1, b: text)).data) == [])
        #expect(try Event(ByCodable(a: 1, b: nil)).data["b"] == nil && Event(ByFields(a: 1, b: nil)).data["b"] == .null)
    }

    @Test("What is asked of an optional's value is not asked of null, and a field can be required all the same")
    func constrained() throws {
        let schema = PayloadSchema.object(
            nil, .field("size", String?.self, .oneOf("s", "m")), .field("must", Int?.self, isRequired: true),
            .field("can", Int.self, isRequired: false), .field("tag", Tag?.self), .field("twice", Int??.self))
        #expect(schema["required"] == ["must"])
        let compiled = try JSONSchema(schema)
        let nothing: EventValue = ["must": nil, "size": nil, "tag": nil, "twice": nil]
        for value in [nothing, ["must": 1, "size": "m", "tag": "x", "twice": 2]] {
            #expect(try compiled.violations(of: value) == [])
        }
        for wrong in [["size": "s"], ["must": 1, "size": "l"], ["must": 1, "tag": "y"], ["must": 1, "can": nil]] as [EventValue] {
            #expect(try !compiled.accepts(wrong), "\(wrong)")
        }
    }

    private enum Grade: String, CaseIterable, Codable { case low, high }

    @Test("A constraint asks for more, and takes back nothing that the type or another constraint asks for")
    func several() throws {
        let schema = PayloadSchema.object(
            nil, .field("code", String?.self, .pattern("^A"), .pattern("Z$")), .field("share", UInt8?.self, .range(-5...1_000)),
            .field("level", UInt8?.self, .range(1...10), .range(2...)), .field("grade", Grade?.self, .oneOf("low", "none")),
            .field("best", Grade?.self, .oneOf("high")), .field("step", Int?.self, .multiple(of: 4), .multiple(of: 6)))
        let compiled = try JSONSchema(schema)
        let right: [EventValue] = [
            ["code": "AZ", "share": 255, "level": 10, "grade": "low", "best": "high", "step": 12],
            ["code": nil, "share": nil, "level": nil, "grade": nil, "best": nil, "step": nil],
        ]
        for value in right { #expect(try compiled.violations(of: value) == []) }
        let wrong: [EventValue] = [
            ["code": "AB"], ["code": "BZ"], ["share": 256], ["share": -1], ["level": 1], ["level": 11], ["grade": "none"],
            ["grade": "high"], ["best": "low"], ["step": 4], ["step": 6],
        ]
        for value in wrong { #expect(try !compiled.accepts(value), "\(value)") }
        #expect(schema["properties"]?["level"] == ["type": ["integer", "null"], "minimum": 2, "maximum": 10])
        #expect(schema["properties"]?["best"]?["allOf"] == nil)
    }

    private struct Tag: SchemaDescribed {
        static var jsonSchema: EventValue { ["type": "string", "const": "x"] }
    }

    @Test("The values of an enum are written in its schema as they are in events")
    func rawFloats() throws {
        enum Size: Float, CaseIterable, Codable { case small = 0.1, big = 1e30 }
        let schema = try JSONSchema(PayloadSchema.value(of: Size.self))
        for size in Size.allCases { #expect(try schema.accepts(EventValue(json: EventEncoder().encode(size)))) }
    }
}
