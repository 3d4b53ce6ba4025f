@testable import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// What runners of one store do together.
@Suite struct WatchTests {
    private let bench: SubscriptionBench
    private let time = ManualClock()

    init() {
        bench = SubscriptionBench(.memory(clock: time.events))
    }

    private func runner(
        _ name: String, owner: String = "a", upcast: Bool = false, _ seen: Seen<String>
    ) throws -> SubscriptionRunner {
        let store: any StateStore = upcast ? EvolvingStore(bench.store) : bench.store
        let subscription = Subscription(name) { seen.add("\(name) \(try SubscriptionBench.number($0))") }
        return try SubscriptionRunner(subscription, on: store, owner: owner, sleep: time, logger: SubscriptionBench.silence)
    }

    @Test func manyRunnersShareOneAlarmAndAllGetEachEvent() async throws {
        let seen = Seen<String>()
        let runners = try (1...40).map { try runner("s-\($0)", upcast: $0.isMultiple(of: 2), seen) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for runner in runners { group.addTask { try await runner.run() } }
            try await bench.append(1...1)
            try await eventually { seen.count == 40 }
            try await bench.append(2...3)
            try await eventually { seen.count == 120 }
            try await time.sleepers(reach: 1)
            #expect(time.sleepers == 1, "one beats for all")
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(Set(seen.values).count == 120)
    }

    /// The leader ends, and the others are still woken, keep their leases, and obey.
    @Test(arguments: [true, false])
    func theOthersGoOnWhenOneEnds(cancelled: Bool) async throws {
        let seen = Seen<String>()
        let (first, second, heir) = (try runner("one", seen), try runner("two", seen), try runner("two", owner: "b", seen))
        try await withThrowingTaskGroup(of: Void.self) { group in
            let gate = Gate()
            let leader = Task { [bench] in
                if cancelled { try await first.run() } else { try await bench.run(first) { await gate.pass() } }
            }
            try await eventually { try await SubscriptionBench.isIdle(first) }
            group.addTask { try await second.run() }
            try await eventually { try await SubscriptionBench.isIdle(second) }
            cancelled ? leader.cancel() : gate.open()
            try await leader.value
            try await bench.append(1...1)
            try await eventually { seen.count == 1 }
            // Four times a third of the lease: without renewals it would be free.
            for _ in 1...4 {
                let end = second.state.withLock { $0.lease?.expires }
                try await time.sleepers(reach: 1)
                time.advance(by: .seconds(10))
                try await eventually { second.state.withLock { $0.lease?.expires } != end }
            }
            #expect(try await bench.store.acquireLease(heir.subscription.checkpointName, owner: "b", for: .seconds(1)) == nil)
            try await SubscriptionControl(of: "two", in: bench.store).pause(by: "ops")
            try await time.sleepers(reach: 1)
            time.advance(by: .seconds(10))
            try await eventually { second.state.withLock(\.machine.isPaused) }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(seen.values == ["two 1"])
    }

    @Test func aLeaseThatWasLostIsNoticedAtTheNextBeat() async throws {
        let seen = Seen<String>()
        let (one, two) = (try runner("one", seen), try runner("two", seen))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for runner in [one, two] { group.addTask { try await runner.run() } }
            for runner in [one, two] { try await eventually { try await SubscriptionBench.isIdle(runner) } }
            // The same name again under the same owner: the runner's own lease holds no longer.
            _ = try await bench.store.acquireLease(two.subscription.checkpointName, owner: "a", for: .seconds(1))
            let token = two.state.withLock { $0.lease?.token }
            try await time.sleepers(reach: 1)
            time.advance(by: .seconds(10))
            try await eventually { two.state.withLock { $0.lease?.token ?? 0 > token ?? 0 } }
            #expect(one.state.withLock(\.isStandby) == false)
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test func theEndOfTheStoreEndsAll() async throws {
        let seen = Seen<String>()
        let runners = try (1...5).map { try runner("s-\($0)", seen) }
        let ends = Seen<FlxError.Code?>()
        await withTaskGroup(of: Void.self) { group in
            for runner in runners {
                group.addTask {
                    do { try await runner.run() } catch { ends.add((error as? FlxError)?.code) }
                }
            }
            try? await eventually { try await runners.asyncAll { try await SubscriptionBench.isIdle($0) } }
            await bench.store.close()
        }
        #expect(ends.values == Array(repeating: .closed, count: 5))
    }
}

extension Array {
    fileprivate func asyncAll(_ holds: (Element) async throws -> Bool) async throws -> Bool {
        for element in self where try await !holds(element) { return false }
        return true
    }
}
