import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// A store that refuses effects until it is repaired.
private final class EffectlessStore: ForwardingStore {
    let inner: MemoryEventStore
    let failures = Seen<Int>()
    private let code: Mutex<FlxError.Code?>

    init(_ store: MemoryEventStore, _ code: FlxError.Code) {
        inner = store
        self.code = Mutex(code)
    }

    func repair() { code.withLock { $0 = nil } }

    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        if let code = code.withLock(\.self), change.writes.contains(where: { $0.stream == "f" }) {
            failures.add(1)
            throw FlxError(code, "the medium")
        }
        return try await inner.commit(change)
    }
}

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

    /// What the store cannot do says nothing about the event.
    @Test(.timeLimit(.minutes(10)), arguments: [FlxError.Code.readOnly, .corrupt, .incompatibleFormat, .cancelled])
    func aStoreThatCannotKeepEffectsParksNothing(_ code: FlxError.Code) async throws {
        try await bench.append(1...3)
        let (clock, failing) = (ManualClock(), EffectlessStore(store, code))
        let runner = try SubscriptionRunner(
            subscription(), on: failing, sleep: clock, logger: SubscriptionBench.silence)
        try await bench.run(runner) {
            try await eventually {
                clock.advance(by: .milliseconds(100))
                return failing.failures.count >= 20
            }
            failing.repair()
            try await eventually {
                clock.advance(by: .milliseconds(100))
                return try await effects() == [1, 3]
            }
        }
        #expect(try await runner.parking.count() == 0)
    }

    /// A version that the effects expect is a matter of the event.
    @Test func effectsThatExpectAnotherVersionArePutAside() async throws {
        try await bench.append(1...1)
        try await bench.run(Subscription(once: "s", to: .stream("s"), policy: bench.policy()) { _ in
            [StreamWrite([Event(type: "t")], to: "f", expecting: .exactly(7))]
        }) { [bench] in try await bench.parked("s") == [1] }
        #expect(try await store.read(.stream("f"), .forward, limit: 1).events.isEmpty)
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
