import FlxEvents
import FlxTesting
import Testing

@Suite("Registry of schemas")
struct SchemaRegistryTests {
    private static let first = EventSchema("order.placed", ["type": "object", "properties": ["total": ["type": "integer"]]])
    private static let wider = EventSchema("order.placed", version: 2, ["type": "object", "properties": ["total": ["type": "number"]]])
    private static let breaking = EventSchema("order.placed", version: 2, ["type": "object", "required": ["currency"]])

    @Test("Versions are kept in the log, once")
    func register() async throws {
        let store = MemoryEventStore()
        let registry = SchemaRegistry(in: store)
        #expect(try await registry.register([Self.wider, Self.first]) == [Self.first, Self.wider])
        #expect(try await registry.register([Self.first, Self.wider]).isEmpty)
        #expect(try await SchemaRegistry(in: store).entries().map(\.schema) == [Self.first, Self.wider])
        #expect(try await store.read(.stream(SchemaRegistry.stream), .forward, limit: 10).events.count == 2)
    }

    @Test("A version does not change, but for what it says about itself")
    func unchanged() async throws {
        let registry = SchemaRegistry(in: MemoryEventStore())
        try await registry.register([Self.first])
        let described = EventSchema(
            "order.placed", ["description": "An order.", "type": "object", "properties": ["total": ["type": "integer", "title": "t"]]])
        #expect(try await registry.register([described]).isEmpty)
        let other = EventSchema("order.placed", ["type": "object", "properties": ["total": ["type": "string"]]])
        let error = await #expect(throws: FlxError.self) { try await registry.register([other]) }
        #expect(error?.code == .registration)
        #expect(error?.message.contains("raise the version") == true)
    }

    @Test(
        "A reference to nothing is refused where the document is there, and taken where the document may be somewhere else",
        arguments: ["#/$defs/none", "#none", "https://e.org/part#/$defs/none"])
    func dangling(reference: String) async throws {
        let store = MemoryEventStore()
        let registry = SchemaRegistry(in: store)
        let resolver = SchemaResolver.documents(["https://e.org/part": ["type": "string"]])
        let schema = EventSchema("order.placed", ["properties": ["total": ["$ref": .string(reference)]]])
        let error = await #expect(throws: FlxError.self) { try await registry.register([schema], resolving: resolver) }
        #expect(error?.code == .notFound)
        #expect(try await registry.entries().isEmpty)
        let elsewhere = EventSchema("order.placed", ["properties": ["total": ["$ref": "https://e.org/other#/$defs/none"]]])
        #expect(try await registry.register([elsewhere], resolving: resolver) == [elsewhere])
        #expect(try await registry.entries().map(\.schema) == [elsewhere])
    }

    @Test("A version that breaks readers is refused with the reason, and nothing of the call is registered")
    func breaking() async throws {
        let store = MemoryEventStore()
        let registry = SchemaRegistry(in: store)
        try await registry.register([Self.first])
        let other = EventSchema("order.paid", ["type": "object"])
        let error = await #expect(throws: FlxError.self) { try await registry.register([other, Self.breaking]) }
        #expect(error?.message.contains("order.placed v2 breaks the promise to readers of order.placed v1") == true)
        #expect(error?.message.contains("'currency' may be missing, and readers need it") == true)
        #expect(try await registry.entries().count == 1)
        #expect(try await registry.register([Self.breaking], keeping: .forward) == [Self.breaking])
    }

    @Test("An older version that comes late is compared with the one after it")
    func late() async throws {
        let registry = SchemaRegistry(in: MemoryEventStore())
        try await registry.register([Self.breaking])
        await #expect(throws: FlxError.self) { try await registry.register([Self.first]) }
    }

    @Test("Two programs that register at once both end with one registry")
    func concurrent() async throws {
        let store = MemoryEventStore()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { try await SchemaRegistry(in: store).register([Self.first, Self.wider]) }
            }
            try await group.waitForAll()
        }
        #expect(try await SchemaRegistry(in: store).entries().map(\.schema) == [Self.first, Self.wider])
    }

    @Test("A field that comes back with another type breaks what the version before the last wrote")
    func gap() async throws {
        let registry = SchemaRegistry(in: MemoryEventStore())
        let without = EventSchema("order.placed", version: 2, ["type": "object"])
        try await registry.register([Self.first, without])
        let again = EventSchema("order.placed", version: 3, ["type": "object", "properties": ["total": ["type": "string"]]])
        let error = await #expect(throws: FlxError.self) { try await registry.register([again]) }
        #expect(error?.message.contains("order.placed v3 breaks the promise to readers of order.placed v1") == true)
        // What was given up once is not asked for again.
        let store = SchemaRegistry(in: MemoryEventStore())
        try await store.register([Self.first])
        try await store.register([Self.breaking], keeping: .none)
        let wider = EventSchema("order.placed", version: 3, ["type": "object", "required": ["currency"], "properties": ["a": [:]]])
        #expect(try await store.register([wider]) == [wider])
    }

    @Test("What is registered can be read: a version that no event has is refused, and a dialect of one's own is taken")
    func readable() async throws {
        let registry = SchemaRegistry(in: MemoryEventStore())
        for version in [0, -1, Int.min] {
            let error = await #expect(throws: FlxError.self) { try await registry.register([EventSchema("t", version: version, [:])]) }
            #expect(error?.code == .invalidValue)
        }
        let dialect: EventValue = ["$vocabulary": ["https://json-schema.org/draft/2020-12/vocab/applicator": true]]
        let resolver = SchemaResolver.documents(["http://e.org/d": dialect, "http://e.org/x": true])
        let own = EventSchema("own", ["$schema": "http://e.org/d", "type": 5, "properties": ["a": ["$id": "b", "minimum": "no number"]]])
        await #expect(throws: FlxError.self) { try await registry.register([own]) }
        #expect(try await registry.register([own], resolving: resolver) == [own])
        #expect(try await registry.register([own], resolving: resolver).isEmpty)
        let contents = try await registry.contents()
        #expect(contents.entries.map(\.schema) == [own] && contents.faults.isEmpty)
    }

    @Test("A schema is looked at with the documents that it refers to, and what is impossible in it is refused")
    func impossible() async throws {
        let registry = SchemaRegistry(in: MemoryEventStore())
        let resolver = SchemaResolver.documents(["http://e.org/x": true])
        for parts: EventValue in [[["$ref": "http://e.org/x"], ["type": "text"]], [["type": "text"], ["$ref": "http://e.org/x"]]] {
            let schema = EventSchema("t", ["allOf": parts])
            let error = await #expect(throws: FlxError.self) { try await registry.register([schema], resolving: resolver) }
            #expect(error?.message.contains("no type of JSON Schema") == true)
        }
    }

    @Test("What is not proven is refused, and the error says what to do")
    func unproven() async throws {
        let registry = SchemaRegistry(in: MemoryEventStore())
        let text = EventSchema("note", ["type": "string", "pattern": "^[ab]+$"])
        try await registry.register([text])
        let error = await #expect(throws: FlxError.self) {
            try await registry.register([EventSchema("note", version: 2, ["type": "string", "pattern": "^[abc]+$"])])
        }
        #expect(error?.code == .registration)
        #expect(error?.message.contains("whether note v2 keeps backward compatibility with note v1 cannot be proven") == true)
        #expect(error?.message.contains("reading: or --upcasters") == true)
    }
}
