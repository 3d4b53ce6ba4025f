@testable import FlxEvents
import FlxTesting
import Testing

/// The shared part of tests of views as subscriptions: a store, a clock that a test moves, and groups that run while something is done.
protocol ViewSubscriptionBench {
    var store: MemoryEventStore { get }
    var clock: ManualClock { get }
}

extension ViewSubscriptionBench {
    func group(
        _ store: (any StateStore)? = nil, @SubscriptionBuilder _ subscriptions: () throws(FlxError) -> [Subscription]
    ) throws -> SubscriptionGroup {
        try SubscriptionGroup(store: store ?? self.store, sleep: clock, logger: SubscriptionBench.silence, subscriptions)
    }

    /// Runs groups while something is done. None of them may end before.
    func run(_ groups: SubscriptionGroup..., while work: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for group in groups { tasks.addTask { try await group.run() } }
            try await work()
            tasks.cancelAll()
            try await tasks.waitForAll()
        }
    }

    /// The count of all events in the view; nil if there is no view.
    func all() async throws -> Int? {
        do {
            return try await store.document("all", of: StreamCounts.self)?.count
        } catch where error.code == .notFound {
            return nil
        }
    }

    /// Lets time pass until something holds.
    func passing(_ condition: () async throws -> Bool) async throws {
        try await eventually {
            if try await condition() { return true }
            clock.advance(by: .seconds(1))
            return false
        }
    }
}
