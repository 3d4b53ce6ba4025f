@testable import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// Pause, move and status, by the process that runs the subscription and by others.
@Suite struct ControlTests {
    private let bench = SubscriptionBench()
    private var store: MemoryEventStore { bench.store }

    @Test func aPauseOutlivesTheRunnerAndSaysWhoAndWhy() async throws {
        try await bench.append(1...3)
        let seen = Seen<Int>()
        let subscription = Subscription("s") { seen.add(Int($0.position.value)) }
        let control = try SubscriptionControl(of: "s", in: store)
        try await control.pause(by: "ops", reason: "the mail server moves")
        let runner = try bench.runner(subscription)
        try await bench.run(runner) {
            try await eventually { try await runner.status().version != nil }
            for _ in 1...50 { await Task.yield() }
            let status = try await runner.status()
            #expect(status.pausedBy == "ops" && status.lag == 3 && status.isLagExact)
            #expect(status.reason?.contains("paused by ops") == true && status.reason?.contains("the mail server moves") == true)
            #expect(seen.count == 0)
            try await runner.resume(by: "ops")
            try await eventually { seen.count == 3 }
        }
        #expect(try await control.status().reason == nil)
        #expect(try await control.status().lag == 0)
    }

    @Test func systemStreamsComeOnlyToSubscriptionsThatSelectThem() async throws {
        try await bench.append(1...2)
        let control = try SubscriptionControl(of: "somebody", in: store)
        try await control.pause(by: "ops")
        try await bench.append(3...3)
        let cases: [(name: String, selection: Selection, positions: [Int])] = [
            ("all", .all, [1, 2, 4]), ("everything", .everything, [1, 2, 3, 4]), ("acts", .prefix("flx-subscription-somebody"), [3]),
        ]
        for (name, selection, positions) in cases {
            let seen = Seen<Int>()
            let subscription = Subscription(name, to: selection) { recorded in
                // What the other subscriptions record of themselves comes to the one of everything, too.
                if recorded.position <= 4 { seen.add(Int(recorded.position.value)) }
            }
            try await bench.run(subscription) { seen.count == positions.count }
            #expect(seen.values == positions, "\(name)")
            // Counted by the filter on record, as a program without the code does.
            try await store.setCheckpoint(subscription.checkpointName, to: .start)
            let lag = try await SubscriptionControl(of: name, in: store).status().lag
            let expected = try await store.read(selection, .forward, limit: 99).events.count
            #expect(lag == Int64(expected) && lag >= Int64(positions.count), "\(name)")
        }
    }

    @Test func anotherProcessIsObeyedWithinAThirdOfTheLease() async throws {
        try await bench.append(1...3)
        let (clock, seen) = (ManualClock(), Seen<Int>())
        let subscription = Subscription("s") { seen.add(try SubscriptionBench.number($0)) }
        let runner = try SubscriptionRunner(subscription, on: store, sleep: clock, logger: SubscriptionBench.silence)
        try await bench.run(runner) {
            try await eventually { seen.count == 3 }
            let elsewhere = try SubscriptionControl(of: "s", in: store)
            try await elsewhere.pause(by: "ops")
            try await clock.sleepers(reach: 1)
            clock.advance(by: .seconds(10))
            try await eventually { try await runner.isPausedNow }
            try await bench.append(4...4)
            for _ in 1...50 { await Task.yield() }
            #expect(seen.count == 3)
            try await elsewhere.resume(by: "ops")
            clock.advance(by: .seconds(10))
            try await eventually { seen.count == 4 }
        }
    }

    @Test(arguments: [(1, [2, 3, 4]), (3, [4]), (0, [1, 2, 3, 4])] as [(Position, [Int])])
    func itIsMovedWhileItIsDown(to position: Position, expected: [Int]) async throws {
        try await bench.append(1...3)
        try await bench.drain(Subscription("s") { _ in })
        let control = try SubscriptionControl(of: "s", in: store)
        try await control.move(to: position, by: "ops", reason: "a repaired view")
        #expect(try await control.status().moveTo == position)
        try await bench.append(4...4)
        let seen = Seen<Int>()
        let subscription = Subscription("s") { seen.add(try SubscriptionBench.number($0)) }
        try await bench.drain(subscription)
        try await bench.drain(subscription)
        #expect(seen.values == expected, "the move is obeyed once")
        #expect(try await control.status().moveTo == nil)
    }

    @Test func itIsMovedWhileItRuns() async throws {
        try await bench.append(1...3)
        let seen = Seen<Int>()
        let runner = try bench.runner(Subscription("s") { seen.add(try SubscriptionBench.number($0)) })
        try await bench.run(runner) {
            try await eventually { seen.count == 3 }
            try await runner.move(to: 1, by: "ops")
            try await eventually { seen.count == 5 }
        }
        #expect(seen.values == [1, 2, 3, 2, 3])
    }

    @Test func aRetryThatWasAskedForIsDoneByWhoeverRuns() async throws {
        try await bench.append(1...4)
        let repaired = Seen<Int>()
        let subscription = Subscription("s", policy: bench.policy()) { _ in if repaired.count == 0 { throw HandlerRefusal() } }
        try await bench.drain(subscription)
        #expect(try await bench.parked("s") == [1, 2, 3, 4])
        repaired.add(1)
        try await SubscriptionControl(of: "s", in: store).requestRetry(.position(3), by: "ops")
        try await bench.run(subscription) { [bench] in try await bench.parked("s") == [1, 2, 4] }
        try await bench.drain(subscription)
        #expect(try await bench.parked("s") == [1, 2, 4])
    }

    @Test func aRetryIsFollowedFromElsewhereAndStopped() async throws {
        try await bench.append(1...4)
        let (repaired, told, time) = (Seen<Int>(), Seen<Int>(), ManualClock())
        let subscription = Subscription("s", policy: bench.policy()) { _ in if repaired.count == 0 { throw HandlerRefusal() } }
        try await bench.drain(subscription)
        repaired.add(1)
        let control = try SubscriptionControl(of: "s", in: store)
        let request = try await control.requestRetry(.all, perSecond: 1, by: "ops")
        #expect(try await control.retryCount() == 1)
        let runner = try SubscriptionRunner(
            subscription, on: store, clock: time.events, sleep: time, logger: SubscriptionBench.silence)
        let followed = Task { try await control.follow(retry: request) { told.add($0.done) } }
        try await bench.run(runner) { [bench] in
            try await eventually { try await bench.parked("s") == [2, 3, 4] }
            try await control.stopRetries(by: "ops")
            // The beat of the lease, and the pace of the retry.
            try await time.sleepers(reach: 2)
            time.advance(by: .seconds(1))
            let end = try await followed.value
            #expect(end.handled == 2 && end.total == 4 && end.failed == 0 && end.isStopped)
            #expect(told.values.first == 0 && told.values.last == 2)
        }
        #expect(try await bench.parked("s") == [3, 4])
        #expect(try await control.retryCount() == 0)
        let never = try await control.requestRetry(.all, by: "ops")
        try await control.stopRetries(by: "ops")
        #expect(try await control.follow(retry: never).isStopped)
        try await bench.drain(subscription)
        #expect(try await bench.parked("s") == [3, 4], "what was stopped does not begin")
    }

    @Test func theStatusCountsWhatTheSubscriptionSelects() async throws {
        let clock = ManualClock()
        let bench = SubscriptionBench(.memory(clock: clock.events))
        try await bench.drain(Subscription("s", version: 3, to: .prefix("a"), matching: ["test.*"]) { _ in })
        try await bench.append(1...5, to: "a-1")
        clock.advance(by: .seconds(90))
        try await bench.append(6...9, to: "b-1")
        try await bench.store.append([Event(type: "other")], to: "a-1")
        let status = try await SubscriptionControl(of: "s", in: bench.store, clock: clock.events).status()
        #expect(status.lag == 5 && status.isLagExact && status.lagTime == .seconds(90) && status.version == 3)
        #expect(status.isRunning == nil && status.reason == nil)
        try await bench.append(10...2_500, to: "a-2")
        let far = try await SubscriptionControl(of: "s", in: bench.store).status()
        #expect(!far.isLagExact && far.lag >= 2_496)
    }

    @Test func anOperatorHasAName() async throws {
        let control = try SubscriptionControl(of: "s", in: store)
        let error = await #expect(throws: FlxError.self) { try await control.pause(by: "") }
        #expect(error?.code == .invalidValue)
        #expect(throws: FlxError.self) { try SubscriptionControl(of: "a\nb", in: store) }
    }
}

extension SubscriptionRunner {
    /// Whether the machine stands still, not only the record.
    fileprivate var isPausedNow: Bool {
        get async throws { state.withLock(\.machine.isPaused) }
    }
}
