@testable import FlxEvents
import FlxTesting
import Testing

/// Two runners of one subscription.
@Suite struct LeaseTests {
    @Test func theSecondStandsByAndTakesOverInGoodOrder() async throws {
        let (bench, seen) = (SubscriptionBench(), Seen<String>())
        try await bench.append(1...3)
        func runner(_ name: String, _ clock: ManualClock) throws -> SubscriptionRunner {
            let subscription = Subscription("s") { seen.add("\(name) \(try SubscriptionBench.number($0))") }
            return try SubscriptionRunner(subscription, on: bench.store, owner: name, sleep: clock, logger: SubscriptionBench.silence)
        }
        let (clock, gate) = (ManualClock(), Gate())
        let (first, second) = (try runner("a", ManualClock()), try runner("b", clock))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await bench.run(first) { await gate.pass() } }
            try await eventually { seen.count == 3 }
            group.addTask { try await second.run() }
            try await clock.sleepers(reach: 1)
            #expect(try await second.status().reason?.contains("stands by") == true)
            gate.open()
            try await eventually { try await first.status().isRunning == false }
            try await bench.append(4...5)
            clock.advance(by: .seconds(10))
            try await eventually { seen.count == 5 }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(seen.values == ["a 1", "a 2", "a 3", "b 4", "b 5"])
    }

    @Test func anOwnerThatSleptTooLongWritesNothing() async throws {
        let (time, gate, seen) = (ManualClock(), Gate(), Seen<String>())
        let bench = SubscriptionBench(.memory(clock: time.events))
        try await bench.append(1...2)
        let policy = bench.policy { $0.saveEvery = 1 }
        let sleeper = try SubscriptionRunner(
            Subscription("s", policy: policy) { recorded in
                if recorded.position == 1 { await gate.pass() }
                seen.add("a \(recorded.position)")
                throw HandlerRefusal()
            }, on: bench.store, owner: "a", sleep: ManualClock(), logger: SubscriptionBench.silence)
        let heir = try SubscriptionRunner(
            Subscription("s", policy: policy) { seen.add("b \($0.position)") }, on: bench.store, owner: "b", sleep: time,
            logger: SubscriptionBench.silence)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sleeper.run() }
            await gate.arrived()
            time.advance(by: .seconds(31))
            try await bench.run(heir) {
                try await eventually { try await SubscriptionBench.isIdle(heir) }
                // The first wakes up in its handler, fails, and wants to park what the other has handled.
                gate.open()
                try await eventually { try await sleeper.status().isStandby }
            }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(try await ParkingPlace(of: "s", in: bench.store).count() == 0)
        #expect(seen.values.filter { $0.hasPrefix("b") }.count >= 2)
    }

    @Test func aRunnerThatGaveItsLeaseBackWritesNothing() async throws {
        let bench = SubscriptionBench()
        try await bench.append(1...1)
        let runner = try SubscriptionRunner(Subscription("s") { _ in }, on: bench.store, logger: SubscriptionBench.silence)
        try await bench.run(runner) { try await eventually { try await SubscriptionBench.isIdle(runner) } }
        let (saved, last) = (try await bench.store.checkpoint("subscription:s"), try await bench.store.lastPosition())
        let refusals = [
            await #expect(throws: FlxError.self) { try await runner.fence.setCheckpoint("subscription:s", to: 9) },
            await #expect(throws: FlxError.self) { try await runner.fence.append([StreamWrite([Event(type: "t")], to: "s")]) },
        ]
        #expect(refusals.map { $0?.code } == [.leaseLost, .leaseLost])
        #expect(try await bench.store.checkpoint("subscription:s") == saved)
        #expect(try await bench.store.lastPosition() == last)
    }
}

/// A retry beside a run, in the same runner.
@Suite struct SharedLeaseTests {
    private let bench = SubscriptionBench()

    private func parkedRunner(_ gate: Gate, _ seen: Seen<Int>) async throws -> SubscriptionRunner {
        try await bench.append(1...1)
        try await bench.drain(Subscription("s", policy: bench.policy()) { _ in throw HandlerRefusal() })
        return try bench.runner(Subscription("s", policy: bench.policy()) { recorded in
            let number = try SubscriptionBench.number(recorded)
            if number == 1 { await gate.pass() }
            seen.add(number)
        })
    }

    @Test func aRetryThatEndsLeavesTheLeaseToTheRun() async throws {
        let (gate, seen) = (Gate(), Seen<Int>())
        let runner = try await parkedRunner(gate, seen)
        let retry = Task { try await runner.retryParked(.all, by: "ops").handled }
        await gate.arrived()
        try await bench.run(runner) {
            try await eventually { try await SubscriptionBench.isIdle(runner) }
            gate.open()
            #expect(try await retry.value == 1)
            let other = try await bench.store.acquireLease("subscription:s", owner: "other", for: .seconds(9))
            #expect(other == nil)
            try await bench.append(2...3)
            try await eventually { seen.count == 3 }
        }
        #expect(seen.values == [1, 2, 3])
        #expect(try await bench.store.acquireLease("subscription:s", owner: "other", for: .seconds(9)) != nil)
    }

    @Test func aRunThatEndsLeavesTheLeaseToARetry() async throws {
        let (gate, seen) = (Gate(), Seen<Int>())
        let runner = try await parkedRunner(gate, seen)
        let retry = Task {
            try await eventually { try await SubscriptionBench.isIdle(runner) }
            return try await runner.retryParked(.all, by: "ops").handled
        }
        try await bench.run(runner) { await gate.arrived() }
        #expect(try await bench.store.acquireLease("subscription:s", owner: "other", for: .seconds(9)) == nil)
        gate.open()
        let handled = await retry.result
        #expect(throws: Never.self) { try #expect(handled.get() == 1) }
        #expect(try await runner.parking.count() == 0)
        #expect(try await bench.store.acquireLease("subscription:s", owner: "other", for: .seconds(9)) != nil)
    }
}
