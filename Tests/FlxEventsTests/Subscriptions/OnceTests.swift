import FlxEvents
import Testing

/// Handlers whose effects are events of the same store.
@Suite struct OnceTests {
    private let bench = SubscriptionBench()
    private var store: MemoryEventStore { bench.store }

    private func subscription(_ name: String = "s", effectsTo stream: StreamName = "f") -> Subscription {
        Subscription(once: name, to: .stream("s")) { recorded in
            let number = try SubscriptionBench.number(recorded)
            if number == 2 { return [] }
            return [StreamWrite([try Event(Followed(number: number))], to: stream)]
        }
    }

    private func effects() async throws -> [Int] {
        try await store.read(.stream("f"), .forward, limit: 99).events.map { try $0.event.decode(as: Followed.self).number }
    }

    @Test func anEffectIsRecordedOnceHoweverOftenTheEventComes() async throws {
        try await bench.append(1...3)
        try await bench.drain(subscription())
        #expect(try await effects() == [1, 3])
        // As after a crash before the checkpoint, and after a rewind.
        try await store.setCheckpoint(subscription().checkpointName, to: nil)
        try await bench.drain(subscription())
        try await SubscriptionControl(of: "s", in: store).move(to: .start, by: "ops")
        try await bench.append(4...4)
        try await bench.drain(subscription())
        #expect(try await effects() == [1, 3, 4])
        let effect = try await store.read(.stream("f"), .forward, limit: 1).events.first?.event
        let cause = try await store.read(.stream("s"), .forward, limit: 1).events.first?.id
        #expect(effect?.causationID == cause)
        try await bench.drain(subscription("another"))
        #expect(try await effects() == [1, 3, 4, 1, 3, 4], "each subscription has its own effects")
    }

    /// A condition on marks is about every stream.
    @Test func anEffectInASystemStreamIsRecordedOnceToo() async throws {
        try await bench.append(1...3)
        for _ in 1...2 {
            try await bench.drain(subscription(effectsTo: "flx-f"))
            try await store.setCheckpoint(subscription().checkpointName, to: nil)
        }
        #expect(try await store.read(.stream("flx-f"), .forward, limit: 9).events.count == 2)
    }

    @Test func aNameThatMakesNoTagParks() async throws {
        try await bench.append(1...1)
        try await bench.run(Subscription(once: "a,b", to: .stream("s"), policy: bench.policy()) { _ in
            [StreamWrite([Event(type: "t")], to: "f")]
        }) { [bench] in try await bench.parked("a,b") == [1] }
        #expect(try await store.read(.stream("f"), .forward, limit: 1).events.isEmpty)
    }
}
