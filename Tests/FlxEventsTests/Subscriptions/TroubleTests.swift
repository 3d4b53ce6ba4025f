@testable import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// A store that refuses or holds up what a test names.
private final class UnreliableStore: ForwardingStore {
    let inner: MemoryEventStore
    private let errors = Mutex<(reads: [FlxError], writes: FlxError?)>(([], nil))
    private let gate: Gate?

    init(_ store: MemoryEventStore, lastPositionBehind gate: Gate? = nil) { (inner, self.gate) = (store, gate) }

    func failReads(with errors: [FlxError]) { self.errors.withLock { $0.reads = errors } }
    func failWrites(with error: FlxError) { errors.withLock { $0.writes = error } }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        if let error = errors.withLock({ $0.reads.popLast() }) { throw error }
        return try await inner.read(selection, direction, limit: limit)
    }

    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        if let error = errors.withLock({ $0.writes }) { throw error }
        return try await inner.commit(change)
    }

    func lastPosition() async throws(FlxError) -> Position {
        await gate?.pass()
        return try await inner.lastPosition()
    }
}

/// Handlers, clocks and stores at their worst.
@Suite struct TroubleTests {
    private let bench = SubscriptionBench()
    private var store: MemoryEventStore { bench.store }

    private func runner(
        _ subscription: Subscription, on other: (any StateStore)? = nil, _ clock: ManualClock
    ) throws -> SubscriptionRunner {
        try SubscriptionRunner(
            subscription, on: other ?? store, clock: clock.events, sleep: clock, logger: SubscriptionBench.silence)
    }

    /// Those who failed before the rest do not come all at once after it.
    @Test(arguments: [1, 3]) func afterARestFewCallsShowWhetherThingsAreBetter(parallelism: Int) async throws {
        for number in 1...60 { try await bench.append(number...number, to: StreamName("s-\(number)")) }
        let (clock, calls, isUp) = (ManualClock(), Seen<Int>(), Seen<Int>())
        let policy = bench.policy {
            ($0.breakerThreshold, $0.parallelism) = (40, parallelism)
            $0.retry = .fixed(.seconds(1_000), attempts: 3)
        }
        let runner = try runner(Subscription("s", policy: policy) { _ in
            calls.add(1)
            if isUp.count == 0 { throw HandlerRefusal() }
        }, clock)
        func rests() -> Bool { runner.state.withLock { $0.machine.breaker.isOpen && $0.machine.running.isEmpty } }
        try await bench.run(runner) {
            try await eventually { rests() }
            for _ in 1...3 {
                let before = calls.count
                try await eventually {
                    if calls.count == before { clock.advance(by: .seconds(1)) }
                    return calls.count > before
                }
                try await eventually { rests() }
                #expect(calls.count - before <= parallelism, "\(calls.count - before) calls")
            }
            isUp.add(1)
            try await eventually {
                clock.advance(by: .seconds(1_000))
                return try await SubscriptionBench.isIdle(runner)
            }
        }
        #expect(try await bench.parked("s").isEmpty)
    }

    // MARK: Ends

    @Test(.timeLimit(.minutes(10)), arguments: [true, false])
    func aHandlerThatNeverEndsHoldsNoEndForLong(isCancelled: Bool) async throws {
        let (clock, gate) = (ManualClock(), Gate())
        try await bench.append(1...2)
        let policy = bench.policy { $0.drain = .seconds(5) }
        let group = try SubscriptionGroup(store: store, sleep: clock, logger: SubscriptionBench.silence) {
            Subscription("s", policy: policy) { _ in await gate.pass() }
            Subscription("t") { _ in }
        }
        let ended = Seen<Bool>()
        let run = Task {
            defer { ended.add(true) }
            try await group.run()
        }
        await gate.arrived()
        if isCancelled { run.cancel() } else { await store.close() }
        try await eventually {
            clock.advance(by: .seconds(1))
            return ended.count == 1
        }
        let failure = await run.result.failure as? FlxError
        #expect(failure?.code == (isCancelled ? nil : .closed))
        gate.open()
    }

    @Test func aShutdownBeforeTheLeaseIsNoError() async throws {
        let (troubled, clock) = (UnreliableStore(store), ManualClock())
        troubled.failWrites(with: FlxError(.io, "down"))
        let runner = try runner(Subscription("s") { _ in }, on: troubled, clock)
        try await bench.run(runner) { try await clock.sleepers(reach: 2) }
        #expect(try await runner.status().isRunning == false)
    }

    @Test func aCancellationThatIsNotItsOwnEndsNothing() async throws {
        let (troubled, clock, seen) = (UnreliableStore(store), ManualClock(), Seen<Int>())
        try await bench.append(1...1)
        let runner = try runner(Subscription("s") { seen.add(try SubscriptionBench.number($0)) }, on: troubled, clock)
        try await bench.run(runner) {
            try await eventually { seen.count == 1 }
            troubled.failReads(with: [FlxError(.cancelled, "somebody else's")])
            try await bench.append(2...2)
            try await eventually {
                clock.advance(by: .milliseconds(100))
                return seen.count == 2
            }
        }
        #expect(seen.values == [1, 2])
    }

    /// The error of a deadline is that of the deadline, however fast the work hears of it.
    @Test func theErrorOfADeadlineIsItsOwn() async throws {
        let clock = ManualClock()
        let held = Mutex<CheckedContinuation<Void, any Error>?>(nil)
        let ended = Atomic(false)
        async let outcome: FlxError? = {
            do {
                try await withDeadline(.seconds(1), clock: clock) {
                    defer { ended.store(true, ordering: .relaxed) }
                    try await withTaskCancellationHandler {
                        try await withCheckedThrowingContinuation { continuation in held.withLock { $0 = continuation } }
                    } onCancel: {
                        held.withLock { $0.take() }?.resume(throwing: CancellationError())
                        // Who cancels is slow, for as long as another thread needs.
                        let limit = ContinuousClock.now + .seconds(1)
                        while !ended.load(ordering: .relaxed), ContinuousClock.now < limit {}
                        for _ in 1...20_000 { held.withLock { _ in } }
                    }
                }
                return nil
            } catch {
                return error as? FlxError
            }
        }()
        try await eventually { held.withLock { $0 != nil } }
        try await clock.sleepers(reach: 1)
        clock.advance(by: .seconds(1))
        #expect(await outcome?.code == .deadlineExceeded)
    }

    // MARK: Beginnings

    @Test func whatCannotBeReadHidesNoStartInTime() async throws {
        let (time, seen) = (ManualClock(), Seen<Int>())
        let bench = SubscriptionBench(.memory(clock: time.events))
        let upcasters = try UpcasterChain([.json("old", from: 1) { data in
            if data["number"]?.int == 1 { throw HandlerRefusal() }
        }])
        for number in 1...3 {
            try await bench.store.append([try Event(type: "old", data: ["number": .int(number)])], to: "s")
            time.advance(by: .seconds(10))
        }
        let start = time.time.advanced(by: .seconds(-15))
        let runner = try SubscriptionRunner(
            Subscription("s", from: .time(start)) { seen.add(Int($0.position.value)) },
            on: EvolvingStore(bench.store, upcasters: upcasters), sleep: time, logger: SubscriptionBench.silence)
        try await bench.run(runner) {
            try await eventually { try await SubscriptionBench.isIdle(runner) || runner.state.withLock { $0.lastError != nil } }
            #expect(try await runner.status().lastError == nil)
        }
        #expect(seen.values == [3])
    }

    @Test func whatAnOperatorDoesWhileARunBeginsIsSeen() async throws {
        let (clock, gate, seen) = (ManualClock(), Gate(), Seen<Int>())
        try await bench.append(1...2)
        let troubled = UnreliableStore(store, lastPositionBehind: gate)
        let runner = try runner(Subscription("s") { seen.add(try SubscriptionBench.number($0)) }, on: troubled, clock)
        try await bench.run(runner) {
            await gate.arrived()
            for _ in 1...5_000 { await Task.yield() }
            try await SubscriptionControl(of: "s", in: store).pause(by: "ops")
            gate.open()
            try await eventually {
                clock.advance(by: .seconds(10))
                return runner.state.withLock(\.machine.isPaused) || seen.count == 2
            }
        }
        #expect(seen.count == 0)
    }

    // MARK: Retries

    @Test func aRetryWithoutARunKeepsItsLease() async throws {
        let (clock, taken) = (ManualClock(), Seen<Int>())
        let bench = SubscriptionBench(.memory(clock: clock.events))
        try await bench.append(1...10)
        try await bench.drain(Subscription("s", policy: bench.policy()) { _ in throw HandlerRefusal() })
        let subscription = Subscription("s", policy: bench.policy()) { _ in
            clock.advance(by: .seconds(11))
            if try await bench.store.acquireLease("subscription:s", owner: "other", for: .seconds(1)) != nil { taken.add(1) }
        }
        let runner = try SubscriptionRunner(
            subscription, on: bench.store, clock: clock.events, sleep: clock, logger: SubscriptionBench.silence)
        let progress = try await runner.retryParked(.all, by: "ops")
        #expect(progress.handled == 10 && taken.count == 0)
    }

    @Test func aJobIsStoppedThoughTheClockWasSetBack() async throws {
        let (clock, repaired, seen) = (ManualClock(), Seen<Int>(), Seen<Int>())
        try await bench.append(1...30)
        let runner = try runner(Subscription("s", policy: bench.policy { $0.breakerThreshold = 1_000 }) { _ in
            if repaired.count == 0 { throw HandlerRefusal() }
            seen.add(1)
        }, clock)
        try await bench.run(runner) {
            try await eventually { try await bench.parked("s").count == 30 }
            repaired.add(1)
            let job = try await runner.control.requestRetry(.all, perSecond: 1, by: "ops")
            runner.send(.called)
            try await eventually { seen.count == 1 }
            clock.set(clock.time.advanced(by: .seconds(-3_600)))
            try await runner.control.stopRetries(by: "ops")
            async let end = runner.control.follow(retry: job)
            try await eventually {
                clock.advance(by: .seconds(1))
                return try await runner.control.stoppedJobs(job)
            }
            #expect(try await end.isStopped)
        }
        #expect(seen.count < 5, "\(seen.count)")
    }

    @Test func aStoppedJobEndsThoughItsProcessIsGone() async throws {
        let (clock, repaired, seen) = (ManualClock(), Seen<Int>(), Seen<Int>())
        try await bench.append(1...3)
        let runner = try runner(Subscription("s", policy: bench.policy()) { _ in
            if repaired.count == 0 { throw HandlerRefusal() }
            seen.add(1)
        }, clock)
        let run = Task { try await runner.run() }
        try await eventually { try await bench.parked("s").count == 3 }
        repaired.add(1)
        let job = try await runner.control.requestRetry(.all, perSecond: 1, by: "ops")
        runner.send(.called)
        try await eventually { try await bench.parked("s").count == 2 }
        run.cancel()
        _ = await run.result
        try await runner.control.stopRetries(by: "ops")
        try await bench.run(runner) { try await eventually { try await SubscriptionBench.isIdle(runner) } }
        #expect(try await runner.control.stoppedJobs(job), "who follows it hears of its end")
        #expect(try await bench.parked("s").count == 2)
    }

    @Test func thoseWhoWaitForTheStoreAreTold() async throws {
        let clock = ManualClock()
        let runner = try runner(Subscription("s") { _ in }, clock)
        let waits = Task { try await runner.persist { () throws(FlxError) -> Int in throw FlxError(.io, "down") } }
        try await clock.sleepers(reach: 1)
        let attempts = Seen<Int>()
        let other = Task {
            try await runner.persist { () throws(FlxError) in
                attempts.add(1)
                if attempts.count == 1 { throw FlxError(.io, "down") }
            }
        }
        try await clock.sleepers(reach: 2)
        clock.advance(by: .milliseconds(100))
        try await other.value
        #expect(try await runner.status().isRetrying == true, "the first still waits")
        waits.cancel()
        _ = await waits.result
        #expect(try await runner.status().isRetrying == false)
    }
}

extension SubscriptionControl {
    /// True if the end of a retry that was stopped is on record.
    fileprivate func stoppedJobs(_ request: Position) async throws -> Bool {
        let told = Selection(.stream(stream), .events(RetryAdvanced.eventType))
        let page = try await store.read(told, .forward(after: request), limit: 1_000)
        return try page.events.contains { recorded in
            let advanced = try recorded.event.decode(as: RetryAdvanced.self)
            return advanced.request == request.value && advanced.hasEnded && advanced.isStopped
        }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
