import FlxEvents
import FlxSQLite
import Foundation
import Logging
import Synchronization

/// Durable subscriptions: catching up with the great log, following an idle one, and a thousand that have nothing to do.
struct SubscriptionSuite {
    let plan: Plan

    func run() async throws {
        // Each by itself: the peak of memory is that of the process.
        if plan.wants("subscription.catchup") { try await catchUp() }
        if plan.wants("subscription.live") { try await live() }
        if plan.wants("subscription.idle") { try await idle() }
    }

    private func runner(
        _ name: String, on store: SQLiteEventStore, _ handler: @escaping Subscription.Handler
    ) throws -> SubscriptionRunner {
        try SubscriptionRunner(Subscription(name, handler: handler), on: store, logger: Logger(label: "bench"))
    }

    private func catchUp() async throws {
        let store = try await StoreFiles.open(ReplaySuite.path(plan))
        try await plan.measure("subscription.catchup.rate", "events/s") {
            var number = 0
            return try await Measure.repeated(3) {
                number += 1
                let handled = Atomic(0)
                let runner = try runner("catchup-\(number)-\(EventIDGenerator.system.next())", on: store) { _ in
                    handled.add(1, ordering: .relaxed)
                }
                let last = try await store.lastPosition()
                let seconds = try await Measure.seconds {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await runner.run() }
                        while try await store.checkpoint("subscription:" + runner.control.name) ?? .start < last {
                            try await ContinuousClock().sleep(for: .milliseconds(10))
                        }
                        group.cancelAll()
                    }
                }
                let count = handled.load(ordering: .relaxed)
                guard count >= plan.events else { throw FlxError(.corrupt, "the subscription handled \(count) events") }
                return Double(count) / seconds
            }
        }
        try await plan.measure("subscription.catchup.peak_rss", "MiB") { [try Memory.peak()] }
        await store.close()
    }

    /// From the return of an append to the end of the handler.
    private func live() async throws {
        let path = plan.path("live.db")
        let store = try await StoreFiles.fresh(path)
        let (handled, continuation) = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
        let runner = try runner("live", on: store) { _ in continuation.yield(.now) }
        let maker = try OrderMaker()
        var delays: [Double] = []
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runner.run() }
            var moments = handled.makeAsyncIterator()
            for number in 0..<2_200 {
                try await ContinuousClock().sleep(for: .milliseconds(2))
                _ = try await store.append([maker.event(in: "order-1")], to: "order-1")
                let returned = ContinuousClock.now
                guard let moment = await moments.next() else { break }
                // The first ones warm up.
                if number >= 200 { delays.append(max(0, (moment - returned) / .milliseconds(1))) }
            }
            group.cancelAll()
        }
        await store.close()
        StoreFiles.remove(path)
        delays.sort()
        try await plan.measure("subscription.live.p50", "ms") { [delays[delays.count / 2]] }
        try await plan.measure("subscription.live.p99", "ms") { [delays[delays.count * 99 / 100]] }
    }

    private func idle() async throws {
        let path = plan.path("idle.db")
        let store = try await StoreFiles.fresh(path)
        try await store.append([OrderMaker().event(in: "order-1")], to: "order-1")
        let before = try Memory.resident()
        try await withThrowingTaskGroup(of: Void.self) { group in
            let handled = Atomic(0)
            let subscriptions = try SubscriptionGroup(store: store, logger: Logger(label: "bench")) {
                for number in 1...1_000 { Subscription("idle-\(number)") { _ in handled.add(1, ordering: .relaxed) } }
            }
            group.addTask { try await subscriptions.run() }
            while handled.load(ordering: .relaxed) < 1_000 { try await ContinuousClock().sleep(for: .milliseconds(100)) }
            // What came with their beginning ebbs away.
            try await ContinuousClock().sleep(for: .seconds(15))
            let start = Memory.processorSeconds()
            try await ContinuousClock().sleep(for: .seconds(20))
            let share = (Memory.processorSeconds() - start) / 20 * 100
            try await plan.measure("subscription.idle.cpu", "%") { [share] }
            try await plan.measure("subscription.idle.memory", "MiB") { [try Memory.resident() - before] }
            group.cancelAll()
        }
        await store.close()
        StoreFiles.remove(path)
    }
}
