import FlxEvents
import Logging
import Testing

@Suite("Schemas at publish and append")
struct SchemaCheckTests {
    private static let schemas = [
        EventSchema("order.placed", ["type": "object", "required": ["total"], "properties": ["total": ["type": "number", "minimum": 0]]]),
        EventSchema("order.placed", version: 2, ["type": "object", "required": ["amount"]]),
    ]

    @Test("A bus that refuses says which field and why, and stores nothing of the publish")
    func refuse() async throws {
        let store = MemoryEventStore()
        let check = try SchemaCheck(Self.schemas)
        let bus = HybridEventBus(store: store, configuration: BusConfiguration(middleware: [.schemas(check)]))
        let good = try Event(type: "order.placed", data: ["total": 1])
        let bad = try Event(type: "order.placed", data: ["total": -1])
        let error = await #expect(throws: FlxError.self) { try await bus.publish([good, bad]) }
        #expect(error?.code == .schemaViolation)
        #expect(error?.message.contains("order.placed v1: /total must be at least 0, and is -1 (#/properties/total/minimum)") == true)
        #expect(try await store.lastPosition() == .start)
        try await bus.publish([good])
        #expect(try await store.lastPosition() == 1)
    }

    @Test("Each version has its own schema, and what has none passes")
    func versions() throws {
        let check = try SchemaCheck(Self.schemas)
        var event = try Event(type: "order.placed", data: ["amount": 1])
        #expect(throws: FlxError.self) { try check.check(event) }
        event.schemaVersion = 2
        try check.check(event)
        event.schemaVersion = 3
        try check.check(event)
        try check.check(Event(type: "order.shipped", data: ["amount": "x"]))
        let text = Event(type: "order.placed", payload: try .text("total"))
        #expect(throws: FlxError.self) { try check.check(text) }
    }

    @Test("Data is compared in whatever content type it is written", arguments: ContentType.allCases)
    func content(type: ContentType) throws {
        let check = try SchemaCheck(Self.schemas)
        try check.check(Event(type: "order.placed", data: ["total": 1]).converted(to: type))
        let error = #expect(throws: FlxError.self) {
            try check.check(Event(type: "order.placed", data: ["total": -1]).converted(to: type))
        }
        #expect(error?.message.contains("/total must be at least 0") == true)
        let broken = Event(type: "order.placed", payload: try .binary([0xFF], contentType: "application/cbor"))
        #expect(throws: FlxError.self) { try check.check(broken) }
        try SchemaCheck(Self.schemas, policy: .warn).check(broken)
    }

    @Test("By the policy of its type an event is warned of, or not looked at")
    func policies() async throws {
        let lines = Seen<String>()
        let logger = Logger(label: "test") { _ in LineHandler(lines: lines) }
        let store = MemoryEventStore()
        let bad = try Event(type: "order.placed", data: ["total": -1])
        let warning = try SchemaCheck(Self.schemas, policy: .refuse, except: ["order.placed": .warn], logger: logger)
        try await EvolvingStore(store, check: warning).append([bad], to: "order-1")
        #expect(lines.values.count == 1)
        #expect(lines.values.first?.contains("/total must be at least 0") == true)
        let off = try SchemaCheck(Self.schemas, except: ["order.placed": .off], logger: logger)
        try off.check(bad)
        #expect(lines.values.count == 1)
    }

    @Test("An event whose comparison takes too much work is refused, or warned of, as its policy says")
    func work() throws {
        let lines = Seen<String>()
        let logger = Logger(label: "test") { _ in LineHandler(lines: lines) }
        let schema = EventSchema("list", ["items": ["type": "integer", "minimum": 0]])
        let event = try Event(type: "list", data: .array((0..<200_000).map { .int($0) }))
        let error = #expect(throws: FlxError.self) { try SchemaCheck([schema]).check(event) }
        #expect(error?.code == .limitExceeded)
        try SchemaCheck([schema], policy: .warn, logger: logger).check(event)
        #expect(lines.values.count == 1)
    }

    @Test("A store that refuses keeps nothing, whoever appends")
    func store() async throws {
        let store = EvolvingStore(MemoryEventStore(), check: try SchemaCheck(Self.schemas))
        let bad = try Event(type: "order.placed", data: [:])
        let error = await #expect(throws: FlxError.self) { try await store.append([bad], to: "order-1") }
        #expect(error?.message.contains("lacks 'total'") == true)
        #expect(try await store.lastPosition() == .start)
    }

    @Test("A schema that cannot be is told of when the check is made")
    func broken() {
        let error = #expect(throws: FlxError.self) { try SchemaCheck([EventSchema("a", ["type": "text"])]) }
        #expect(error?.message.hasPrefix("a v1: schema: #: 'type'") == true)
    }

    @Test("A registered schema that refers to a missing or a broken document refuses events of its own version alone")
    func incomplete() throws {
        let other = EventSchema("other", ["$ref": "https://e.org/missing"])
        let check = SchemaCheck(registered: Self.schemas + [other])
        try check.check(try Event(type: "order.placed", data: ["total": 1]))
        #expect(throws: FlxError.self) { try check.check(try Event(type: "order.placed", data: [:])) }
        let error = #expect(throws: FlxError.self) { try check.check(try Event(type: "other", data: 1)) }
        #expect(error?.code == .schemaViolation && error?.message.contains("https://e.org/missing") == true)
        let known = SchemaCheck(registered: [other], resolving: .documents(["https://e.org/missing": ["type": "integer"]]))
        try known.check(try Event(type: "other", data: 1))
        #expect(throws: FlxError.self) { try known.check(try Event(type: "other", data: "x")) }
        let broken = SchemaResolver.documents(["https://e.org/missing": ["type": "text"]])
        let partly = SchemaCheck(registered: Self.schemas + [other], resolving: broken)
        try partly.check(try Event(type: "order.placed", data: ["total": 1]))
        #expect(throws: FlxError.self) { try partly.check(try Event(type: "other", data: 1)) }
    }
}
