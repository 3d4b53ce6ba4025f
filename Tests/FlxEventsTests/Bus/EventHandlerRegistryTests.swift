import FlxEvents
import Testing

private struct Opened: DomainEvent, Codable {
    static let eventType: EventType = "door.opened"
    var door: Int
}

private enum Other {
    struct Opened: DomainEvent, Codable {
        static let eventType: EventType = "door.opened"
    }

    struct Doors: Projection {
        static let name = "doors"
        mutating func apply(_ recorded: RecordedEvent) -> Bool { false }
    }
}

private struct Doors: Projection {
    static let name = "doors"
    private(set) var opened = 0

    mutating func apply(_ recorded: RecordedEvent) -> Bool {
        guard recorded.event.type == Opened.eventType else { return false }
        opened += 1
        return true
    }
}

private struct Porters: HandlerGroup {
    var eventHandlers: [EventHandler] {
        ["first", "second"].map { EventHandler($0, of: Opened.self) { _, _ in } }
    }
}

@Suite struct EventHandlerRegistryTests {
    @Test func `everything registered is subscribed in order`() async throws {
        var registry = EventHandlerRegistry()
        registry.register(Opened.self)
        registry.register(EventHandler("zeroth", on: "door.*") { _ in })
        registry.register(Porters())
        let bus = InMemoryEventBus()
        let subscriptions = try registry.subscribeAll(to: bus)
        #expect(subscriptions.map(\.name) == ["zeroth", "first", "second"])
        let receipt = try await bus.publish(Opened(door: 1))
        #expect(receipt.calls.map(\.handler) == ["zeroth", "first", "second"])
        #expect(try registry.events().type(named: "door.opened") == Opened.self)
    }

    @Test func `two types of one name and version are an error that names both, and nothing is subscribed`() async throws {
        var registry = EventHandlerRegistry()
        registry.register(Opened.self)
        registry.register(Other.Opened.self)
        registry.register(Porters())
        let bus = InMemoryEventBus()
        let error = #expect(throws: FlxError.self) { try registry.subscribeAll(to: bus) }
        #expect(error?.code == .registration)
        #expect(error?.message.contains(String(reflecting: Opened.self)) == true)
        #expect(error?.message.contains(String(reflecting: Other.Opened.self)) == true)
        #expect(try await bus.publish(Opened(door: 1)).calls.isEmpty)
    }

    @Test func `two projections of one name and version are an error that names both`() throws {
        var registry = EventHandlerRegistry()
        registry.register(Doors())
        #expect(try registry.runners(over: MemoryEventStore()).count == 1)
        registry.register(Other.Doors())
        let error = #expect(throws: FlxError.self) { try registry.runners(over: MemoryEventStore()) }
        #expect(error?.code == .registration)
        #expect(error?.message.contains(String(reflecting: Doors.self)) == true)
        #expect(error?.message.contains(String(reflecting: Other.Doors.self)) == true)
        #expect(throws: FlxError.self) { try registry.subscribeAll(to: InMemoryEventBus()) }
    }

    @Test func `a runner is made for each projection`() async throws {
        var registry = EventHandlerRegistry()
        registry.register(Doors())
        let store = MemoryEventStore()
        try await store.append([Event(Opened(door: 1))], to: "house")
        let runner = try #require(registry.runners(over: store).first as? ProjectionRunner<Doors>)
        try await runner.catchUp()
        #expect(runner.state.opened == 1)
    }
}
