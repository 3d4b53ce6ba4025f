import FlxMacros
import Testing

/// A list of entries, which may be lists.
@Schema
private indirect enum List: Codable, Sendable {
    case end
    case entry(Entry, next: List)
}

@Schema
private struct Entry: Codable, Sendable {
    /// What lies within.
    var within: [List]
    var other: List?
    var named: [String: Entry] = [:]
}

@Schema
private struct Box<Content: Codable & Sendable>: Codable, Sendable {
    var content: Content
    var inner: [Box]
}

private enum Other {
    @Schema
    struct Entry: Codable, Sendable {
        var parts: [Entry]
    }
}

@Event("tree.grown")
private struct TreeGrown {
    @Constraint(.count(0...1)) var lists: [List]
    /// The first of all.
    var first: Entry
    var box: Box<Int>?
    var other: Other.Entry
}

@Suite struct SchemaRecursionTests {
    private static let leaf = Entry(within: [.end], other: nil)
    private static let entry = Entry(within: [.entry(leaf, next: .end)], other: .end, named: ["a": leaf])

    private static func grown() -> TreeGrown {
        TreeGrown(
            lists: [.entry(entry, next: .entry(leaf, next: .end))], first: entry,
            box: Box(content: 1, inner: [Box(content: 2, inner: [])]), other: Other.Entry(parts: [Other.Entry(parts: [])]))
    }

    @Test func `types that hold each other are described once, and what is written fits`() throws {
        let schema = try #require(TreeGrown.schema)
        #expect(Set(try #require(schema["$defs"]?.object).map(\.key.description)) == ["Box_Int", "Entry", "Entry_2", "List"])
        let checked = try JSONSchema(schema)
        let value = try EventValue(json: try Self.grown().json())
        #expect(try checked.violations(of: value).isEmpty)
        let round = try TreeGrown(json: try value.json())
        #expect(try EventValue(json: round.json()) == value)
    }

    @Test(arguments: [
        ("/lists/0/entry/next/entry/_0/within/0", "end"), ("/first/named/a/within", [1]), ("/box/inner/0/content", "two"),
        ("/other/parts/0/parts", nil), ("/lists/0/entry/_0/other", [:]),
    ] as [(String, EventValue?)])
    func `what is wrong deep inside does not fit`(place: String, value: EventValue?) throws {
        let change: Transform.Step = if let value { .set(try .init(place), value) } else { .drop(try .init(place)) }
        let wrong = try #require(try Transform([change]).apply(to: Event(Self.grown())).first).value
        #expect(try !JSONSchema(try #require(TreeGrown.schema)).accepts(wrong), "\(wrong)")
    }

    @Test func `a schema that is asked for by itself is a whole document`() throws {
        let entry = try written(Self.entry)
        for schema in [Entry.jsonSchema, PayloadSchema.value(of: Entry.self)] {
            #expect(try JSONSchema(schema).accepts(entry))
            #expect(try !JSONSchema(schema).accepts(["within": [["entry": ["_0": ["within": 1], "next": ["end": [:]]]]]]))
        }
        #expect(try JSONSchema([Entry].jsonSchema).accepts([entry]))
        #expect(try JSONSchema(Entry?.jsonSchema).accepts(nil))
        #expect(try !JSONSchema([String: Entry].jsonSchema).accepts(["a": 1]))
    }
}
