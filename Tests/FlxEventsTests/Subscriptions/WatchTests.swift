@testable import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// What the runners of a group do together.
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
            group.addTask { try await SubscriptionGroup(runners).run() }
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

    /// One of the group stands by for another process; the others are woken, keep their leases, and obey.
    @Test func eachWorksUnderALeaseOfItsOwn() async throws {
        let seen = Seen<String>()
        let (first, second) = (try runner("one", seen), try runner("two", seen))
        #expect(try await bench.store.acquireLease(first.subscription.checkpointName, owner: "z", for: .seconds(1_000)) != nil)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await SubscriptionGroup([first, second]).run() }
            try await bench.append(1...1)
            try await eventually { seen.count == 1 }
            try await eventually { first.state.withLock(\.isStandby) }
            // Four times a third of the lease: without renewals it would be free.
            for _ in 1...4 {
                let end = second.state.withLock { $0.lease?.expires }
                try await time.sleepers(reach: 2)
                time.advance(by: .seconds(10))
                try await eventually { second.state.withLock { $0.lease?.expires } != end }
            }
            #expect(try await bench.store.acquireLease(second.subscription.checkpointName, owner: "b", for: .seconds(1)) == nil)
            try await SubscriptionControl(of: "two", in: bench.store).pause(by: "ops")
            try await time.sleepers(reach: 2)
            time.advance(by: .seconds(10))
            try await eventually { second.state.withLock(\.machine.isPaused) }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(seen.values == ["two 1"])
    }

    @Test func aGroupIsWrittenAsAListAndRefusesTwoOfOneName() async throws {
        let seen = Seen<String>()
        let group = try SubscriptionGroup(store: bench.store, sleep: time, logger: SubscriptionBench.silence) {
            Subscription("one") { seen.add("one \($0.position)") }
            for name in ["two", "three"] { Subscription(name) { seen.add("\(name) \($0.position)") } }
        }
        #expect(group.runners.count == 3 && group["two"]?.subscription.name == "two" && group["four"] == nil)
        try await bench.append(1...1)
        let run = Task { try await group.run() }
        try await eventually { seen.count == 3 }
        run.cancel()
        try await run.value
        #expect(Set(seen.values) == ["one 1", "two 1", "three 1"])
        let error = #expect(throws: FlxError.self) {
            try SubscriptionGroup(store: bench.store) {
                Subscription("one") { _ in }
                Subscription("one") { _ in }
            }
        }
        #expect(error?.code == .invalidValue)
    }

    @Test func aLeaseThatWasLostIsNoticedAtTheNextBeat() async throws {
        let seen = Seen<String>()
        let (one, two) = (try runner("one", seen), try runner("two", seen))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await SubscriptionGroup([one, two]).run() }
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
        let run = Task { try await SubscriptionGroup(runners).run() }
        try await eventually { try await runners.asyncAll { try await SubscriptionBench.isIdle($0) } }
        await bench.store.close()
        let error = await #expect(throws: FlxError.self) { try await run.value }
        #expect(error?.code == .closed)
    }
}

extension Array {
    fileprivate func asyncAll(_ holds: (Element) async throws -> Bool) async throws -> Bool {
        for element in self where try await !holds(element) { return false }
        return true
    }
}
