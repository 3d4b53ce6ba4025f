@testable import FlxEvents
import FlxTesting
import Logging
import Synchronization
import Testing

/// How many calls run at the same time, and when a call begins.
@Suite struct CallsTests {
    private let bench = SubscriptionBench()

    /// Counts the calls that run at the same time.
    private final class Meter: Sendable {
        private let state = Mutex((now: 0, most: 0))
        var most: Int { state.withLock(\.most) }

        func pass(_ work: () async throws -> Void) async rethrows {
            state.withLock { ($0.now, $0.most) = ($0.now + 1, max($0.most, $0.now + 1)) }
            defer { state.withLock { $0.now -= 1 } }
            try await work()
        }
    }

    @Test(arguments: [1, 3]) func noMoreCallsThanParallelismRunWhenEventsFail(parallelism: Int) async throws {
        let (meter, seen) = (Meter(), Seen<Int>())
        let failed = Mutex(Set<Int>())
        for number in 1...30 { try await bench.append(number...number, to: StreamName("s-\(number)")) }
        let policy = bench.policy {
            $0.parallelism = parallelism
            $0.breakerThreshold = 1_000
        }
        try await bench.drain(Subscription("s", policy: policy) { recorded in
            try await meter.pass {
                let number = try SubscriptionBench.number(recorded)
                for _ in 1...3 { await Task.yield() }
                if failed.withLock({ $0.insert(number).inserted }) { throw HandlerRefusal() }
                seen.add(number)
            }
        })
        #expect(seen.values.sorted() == Array(1...30))
        #expect(meter.most <= parallelism, "\(meter.most) calls at once")
    }

    @Test func theLogNamesEventAttemptAndNextStep() async throws {
        let (lines, clock) = (Seen<String>(), ManualClock())
        try await bench.append(1...1)
        let policy = bench.policy { $0.retry = .fixed(.seconds(3), attempts: 2) }
        let runner = try SubscriptionRunner(
            Subscription("bills", policy: policy) { _ in throw HandlerRefusal() }, on: bench.store, sleep: clock,
            logger: Logger(label: "test") { _ in LineHandler(lines: lines) })
        try await bench.run(runner) {
            try await eventually {
                clock.advance(by: .seconds(3))
                return try await bench.parked("bills") == [1]
            }
        }
        let (failures, parks) = (lines.values.filter { $0.contains("attempt failed") }, lines.values.filter { $0.contains("event parked") })
        #expect(failures.count == 2 && parks.count == 1, "\(lines.values)")
        #expect(failures.first?.contains("\"attempt\": 1") == true && failures.first?.contains("attempt in 3") == true, "\(failures)")
        #expect(failures.last?.contains("\"attempt\": 2") == true && failures.last?.contains("\"next\": park") == true, "\(failures)")
        #expect((failures + parks).allSatisfy { $0.contains("test.counted") }, "\(parks)")
    }

    @Test func aRetryTakesATurnOfTheSameCalls() async throws {
        let (meter, gate, repaired) = (Meter(), Gate(), Seen<Int>())
        try await bench.append(1...3)
        let runner = try bench.runner(Subscription("s", policy: bench.policy()) { recorded in
            try await meter.pass {
                let number = try SubscriptionBench.number(recorded)
                if number <= 3, repaired.count == 0 { throw HandlerRefusal() }
                if number == 4 { await gate.pass() }
            }
        })
        try await bench.run(runner) {
            try await eventually { try await bench.parked("s").count == 3 }
            repaired.add(1)
            try await bench.append(4...4)
            await gate.arrived()
            async let retried = runner.retryParked(.all, by: "ops")
            for _ in 1...100 { await Task.yield() }
            #expect(try await bench.parked("s").count == 3, "the handler is at work")
            gate.open()
            #expect(try await retried.handled == 3)
        }
        #expect(meter.most == 1)
    }

    @Test func aShutdownActsBetweenTwoEvents() async throws {
        let (gate, seen) = (Gate(), Seen<Int>())
        try await bench.append(1...200)
        let runner = try bench.runner(Subscription("s") { recorded in
            seen.add(try SubscriptionBench.number(recorded))
            await gate.pass()
        })
        try await bench.run(runner) {
            await gate.arrived()
            Task.detached { gate.open() }
        }
        #expect(seen.count < 200)
        #expect(try await bench.store.checkpoint("subscription:s") == Position(Int64(seen.count)))
    }

    @Test func anOutageOfAPartnerRestsAndParksNothing() async throws {
        struct PartnerIsDown: Error {}
        let (clock, seen, calls, isUp) = (ManualClock(), Seen<Int>(), Seen<Int>(), Seen<Int>())
        try await bench.append(1...5)
        let policy = bench.policy { $0.isOutage = { $0 is PartnerIsDown } }
        let subscription = Subscription("s", policy: policy) { recorded in
            calls.add(1)
            if isUp.count == 0 { throw PartnerIsDown() }
            seen.add(try SubscriptionBench.number(recorded))
        }
        let runner = try SubscriptionRunner(subscription, on: bench.store, sleep: clock, logger: SubscriptionBench.silence)
        try await bench.run(runner) {
            for attempt in 1...4 {
                try await eventually { calls.count == attempt && runner.state.withLock(\.machine.breaker.isOpen) }
                #expect(try await runner.status().reason?.contains("rests") == true)
                try await clock.sleepers(reach: 2)
                clock.advance(by: .seconds(1))
            }
            isUp.add(1)
            try await eventually {
                clock.advance(by: .seconds(2))
                return seen.count == 5
            }
        }
        #expect(seen.values == Array(1...5))
        #expect(try await bench.parked("s").isEmpty)
    }

    @Test func aDeadlineLetsACancellationThrough() async throws {
        let (began, ended) = (Seen<Int>(), Seen<Bool>())
        let work = Task {
            try await withDeadline(.seconds(1_000), clock: ContinuousClock()) {
                began.add(1)
                try? await ContinuousClock().sleep(for: .seconds(500))
                ended.add(Task.isCancelled)
            }
        }
        try await eventually { began.count == 1 }
        work.cancel()
        try await work.value
        #expect(ended.values == [true])
    }

    @Test func turnsAreGivenInTheirOrderAndLostByACancellation() async throws {
        let (slots, order) = (CallSlots(1), Seen<String>())
        #expect(await slots.enter())
        let first = Task { await slots.enter() }
        try await eventually { slots.isContended }
        let second = Task {
            let isIn = await slots.enter()
            order.add("second \(isIn)")
            slots.leave()
        }
        first.cancel()
        #expect(await first.value == false)
        slots.leave()
        await second.value
        #expect(order.values == ["second true"] && !slots.isContended)
        #expect(await slots.enter(), "a turn that was given up is free again")
    }
}
