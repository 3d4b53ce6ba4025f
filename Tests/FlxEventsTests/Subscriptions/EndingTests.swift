@testable import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// A store in which nothing can be parked: such an append lasts until its task is cancelled.
private final class StuckStore: ForwardingStore {
    let inner: MemoryEventStore
    private let state = Atomic(false)

    init(_ store: MemoryEventStore) {
        inner = store
    }

    /// Whether an append is stuck.
    var isStuck: Bool { state.load(ordering: .relaxed) }

    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        if change.writes.contains(where: { $0.stream == "flx-parked-s" }) {
            state.store(true, ordering: .relaxed)
            for await _ in AsyncStream<Void>.makeStream().stream {}
            throw FlxError(.cancelled, "the append was stuck")
        }
        return try await inner.commit(change)
    }
}

/// A run ends whatever is under way.
@Suite struct EndingTests {
    @Test(.timeLimit(.minutes(10))) func aRunEndsWhileARetryWaitsForAKey() async throws {
        let bench = SubscriptionBench()
        let policy = bench.policy { $0.parking = .keyWaits }
        let subscription = Subscription("s", policy: policy) { _ in throw FlxError(.handlerFailed, "no") }
        try await bench.append(1...1)
        try await bench.drain(subscription)
        // The next one is on its way to the parking place when the retry wants to hold its key.
        try await bench.append(2...2)
        let store = StuckStore(bench.store)
        let runner = try SubscriptionRunner(subscription, on: store, logger: SubscriptionBench.silence)
        let run = Task { try await runner.run() }
        try await eventually { store.isStuck }
        try await runner.control.requestRetry(.all, by: "ops")
        runner.send(.called)
        try await eventually { runner.state.withLock { !$0.holders.isEmpty } }
        run.cancel()
        _ = await run.result
        #expect(runner.state.withLock { $0.holders.isEmpty })
    }
}
