import FlxMacros
import Testing

private enum Shop {
    @Event("shop.sale")
    fileprivate struct Sale {
        var amount: Int
    }

    @Event("shop.refund")
    fileprivate struct Refund {
        var amount: Int
    }

    @Event("shop.refund", version: 2)
    fileprivate struct Refunded {
        var cents: Int
    }

    fileprivate struct Broken: Error {}

    @Projection
    fileprivate struct DailyTakings: Equatable {
        private(set) var total = 0
        private(set) var last: Position?

        mutating func on(_ event: Sale) { total += event.amount }

        mutating func on(refund event: Refund, _ recorded: RecordedEvent) throws {
            guard event.amount > 0 else { throw Broken() }
            total -= event.amount
            last = recorded.position
        }
    }

    @Projection("limited", version: 4)
    fileprivate struct Limited {
        let limit: Int
        private(set) var reached = false

        mutating func on(_ event: Refunded) { reached = event.cents >= limit }
    }
}

@Suite struct ProjectionBehaviourTests {
    private static func recorded(_ event: some DomainEvent, at position: Int64 = 1) throws -> RecordedEvent {
        RecordedEvent(
            event: try Event(event), version: Version(1), position: try Position(position), recordedTime: EventClock.system.now())
    }

    @Test func `each type goes to its method`() throws {
        var takings = Shop.DailyTakings()
        #expect(try takings.apply(Self.recorded(Shop.Sale(amount: 5))))
        #expect(try takings.apply(Self.recorded(Shop.Refund(amount: 2), at: 7)))
        #expect(takings.total == 3)
        #expect(takings.last == Position(7))
    }

    @Test func `another type, or another version of one, is not handled`() throws {
        var takings = Shop.DailyTakings()
        #expect(try !takings.apply(Self.recorded(Shop.Refunded(cents: 200))))
        #expect(takings == Shop.DailyTakings())
        var limited = Shop.Limited(limit: 100)
        #expect(try !limited.apply(Self.recorded(Shop.Refund(amount: 2))))
        #expect(try limited.apply(Self.recorded(Shop.Refunded(cents: 200))))
        #expect(limited.reached)
    }

    @Test func `an error goes through and changes nothing`() throws {
        var takings = Shop.DailyTakings()
        let event = try Self.recorded(Shop.Refund(amount: 0))
        #expect(throws: Shop.Broken.self) { try takings.apply(event) }
        #expect(takings == Shop.DailyTakings())
    }

    @Test func `the attribute gives name, version and selection`() {
        #expect(Shop.DailyTakings.name == "daily-takings")
        #expect(Shop.DailyTakings.version == 1)
        #expect(Shop.DailyTakings.selection == .types("shop.sale", "shop.refund"))
        #expect(Shop.Limited.checkpointName == "projection:limited:4")
    }

    @Test func `projections that need no arguments are found`() {
        let found = EventHandlerRegistry.discovered().projections
        #expect(found.contains { $0 is Shop.DailyTakings })
        #expect(!found.contains { $0 is Shop.Limited })
    }

    @Test func `a projection from the macro runs over a store`() async throws {
        let store = MemoryEventStore()
        try await store.append([Event(Shop.Sale(amount: 5)), Event(Shop.Refund(amount: 1))], to: "till")
        #expect(try await store.state(of: Shop.DailyTakings()).total == 4)
    }
}
