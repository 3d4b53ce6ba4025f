import FlxEvents
import Testing

@Suite struct CorrectionTests {
    private let store = MemoryEventStore()

    @Test func aCorrectionNamesTheEventThatItCorrects() async throws {
        try await store.append([try Event(Counted(number: -1))], to: "s")
        var policy = SubscriptionPolicy()
        policy.retry = .none
        let runner = try SubscriptionRunner(
            Subscription("strict", to: .stream("s"), policy: policy) { recorded in
                guard try recorded.event.decode(as: Counted.self).number > 0 else { throw HandlerRefusal() }
            }, on: store)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runner.run() }
            try await eventually { try await runner.parking.count() == 1 }
            group.cancelAll()
        }
        try await runner.parking.edit(at: 1, payload: .json(Counted(number: 1)), by: "ops")
        let events = try await store.read(.stream("s"), .forward, limit: 9).events
        #expect(events.map(\.corrects) == [nil, events[0].id])
        // Not every cause is a correction.
        #expect(try Event(Counted(number: 1), causationID: events[0].id).corrects == nil)
    }
}
