import FlxCore
import FlxSchema
import Testing

/// Types that describe themselves by hand and hold each other.
private enum Folder {
    struct Directory: SchemaDescribed {
        static var jsonSchema: EventValue {
            PayloadSchema.object("A folder.", .field("name", String.self), .field("entries", [Entry].self), .field("link", Directory?.self))
        }
    }

    enum Entry: SchemaDescribed {
        static var jsonSchema: EventValue {
            PayloadSchema.oneOf(nil, .choice("file", nil, .field("_0", String.self)), .choice("folder", nil, .field("_0", Directory.self)))
        }
    }

    /// Holds a type of its own kind that is another one, and so on.
    struct Nest<Content>: SchemaDescribed {
        static var jsonSchema: EventValue {
            PayloadSchema.object(nil, .field("content", Content.self), .field("next", Nest<[Content]>?.self))
        }
    }

    enum Level: Int, CaseIterable { case low = 1, high }
    enum Sign: Character, CaseIterable { case plus = "+" }
}

@Suite("Documents of schemas")
struct SchemaDocumentTests {
    @Test("Types that hold each other are described once, at the root of whatever is asked for")
    func recursion() throws {
        let good: EventValue = [
            "name": "a", "entries": [["file": ["_0": "b"]], ["folder": ["_0": ["name": "c", "entries": []]]]],
            "link": ["name": "d", "entries": [], "link": nil],
        ]
        let bad: EventValue = ["name": "a", "entries": [["folder": ["_0": ["name": 1, "entries": []]]]]]
        let payload = PayloadSchema.object(
            nil, .field("first", Folder.Directory.self, description: "One."), .field("all", [Folder.Entry].self))
        for (schema, wrap) in [
            (Folder.Directory.jsonSchema, { $0 }), (PayloadSchema.value(of: Folder.Directory.self), { $0 }),
            ([Folder.Directory].jsonSchema, { [$0] }), (payload, { ["first": $0, "all": []] }),
        ] as [(EventValue, (EventValue) -> EventValue)] {
            let checked = try JSONSchema(schema)
            #expect(try checked.violations(of: wrap(good)).isEmpty, "\(schema)")
            #expect(try !checked.accepts(wrap(bad)), "\(schema)")
        }
        #expect(payload["properties"]?["first"]?["description"] == "One.")
        #expect(payload["$defs"]?["Directory"]?["description"] == "A folder.")
    }

    @Test("A type that does not hold itself stands where it is asked for")
    func plain() {
        let schema = PayloadSchema.object(nil, .field("a", [Int?].self))
        #expect(schema["$defs"] == nil)
        #expect(schema["properties"]?["a"] == ["type": "array", "items": ["type": ["integer", "null"]]])
    }

    @Test("Types without an end are described to some depth")
    func depth() throws {
        let schema = try JSONSchema(Folder.Nest<Int>.jsonSchema)
        #expect(try schema.accepts(["content": 1, "next": ["content": [2], "next": nil]]))
        #expect(try !schema.accepts(["content": 1, "next": ["content": 2]]))
    }

    @Test("Only raw values that are written are described")
    func raw() {
        #expect(PayloadSchema.value(of: Folder.Level.self) == ["type": "integer", "enum": [1, 2]])
        #expect(PayloadSchema.value(of: Folder.Sign.self) == [:])
        #expect(
            PayloadSchema.raw(Folder.Level.self, "How high.", cases: [.low], or: [:])
                == ["type": "integer", "description": "How high.", "enum": [1]])
        #expect(PayloadSchema.raw(Folder.Level.self, or: [:]) == ["type": "integer"])
        #expect(PayloadSchema.raw(Folder.Sign.self, cases: [.plus], or: ["type": "object"]) == ["type": "object"])
    }
}
