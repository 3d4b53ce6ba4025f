import FlxMacros
import Testing

@Event("ticket.opened", category: .created, keys: .snakeCase)
struct TicketOpened {
    var ticketID: Int
    var openedBy: String?
    var priority = "normal"
}

@Event
struct TicketClosed {
    var ticketID: Int
}

@Event("pipeline.paused", category: .deactivated)
struct PipelinePaused {
    let pipeline: String
    let reason: String?
    let pause: Pause
}

/// How long to wait, and for what.
@Schema
enum Pause: Codable {
    case hours(Int)
    case until(event: String)
}

@Projection
struct OpenTickets {
    private(set) var open: Set<Int> = []

    mutating func on(_ event: TicketOpened) { open.insert(event.ticketID) }
    mutating func on(_ event: TicketClosed) { open.remove(event.ticketID) }
}

@EventHandlers
struct HelpDesk {
    @Handles func greet(_ event: TicketOpened) async throws {
        print("ticket \(event.ticketID) is with us")
    }

    @Handles("ticket.*", options: HandlerOptions(concurrency: .serial))
    func log(_ event: Event) {
        print("\(event.type) \(event.id)")
    }
}

@Suite struct MacrosTests {
    private let bus = InMemoryEventBus()

    @Test func `an event has the JSON and the name that the guide shows`() throws {
        let json = try String(decoding: TicketOpened(ticketID: 7).json(), as: UTF8.self)
        #expect(json == #"{"ticket_id":7,"opened_by":null,"priority":"normal"}"#)
        #expect(TicketClosed.eventType == "ticket.closed")
        let paused = PipelinePaused(pipeline: "nightly", reason: nil, pause: .until(event: "repaired"))
        #expect(try JSONSchema(try #require(PipelinePaused.schema)).violations(of: try EventValue(json: paused.json())).isEmpty)
    }

    @Test func `what carries an attribute is found`() async throws {
        let registry = EventHandlerRegistry.discovered()
        try registry.subscribeAll(to: bus)

        let receipt = try await bus.publish(TicketOpened(ticketID: 7))
        #expect(receipt.calls.map(\.handler) == ["HelpDesk.greet", "HelpDesk.log"])
        #expect(registry.projections.contains { $0 is OpenTickets })
    }

    @Test func `everything can be registered by hand`() async throws {
        var registry = EventHandlerRegistry()
        registry.register(TicketOpened.self)
        registry.register(TicketClosed.self)
        registry.register(OpenTickets())
        registry.register(HelpDesk())
        try registry.subscribeAll(to: bus)

        let receipt = try await bus.publish(TicketClosed(ticketID: 7))
        #expect(receipt.calls.map(\.handler) == ["HelpDesk.log"])
        #expect(try registry.events().all.count == 2)
    }

    @Test func `a projection is folded by its methods`() async throws {
        let store = MemoryEventStore()
        try await store.append([Event(TicketOpened(ticketID: 7)), Event(TicketOpened(ticketID: 8))], to: "tickets")
        try await store.append([Event(TicketClosed(ticketID: 7))], to: "tickets")
        #expect(try await store.state(of: OpenTickets()).open == [8])
    }
}
