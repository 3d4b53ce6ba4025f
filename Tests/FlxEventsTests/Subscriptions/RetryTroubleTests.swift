@testable import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// An error that says nothing about the event.
private struct PartnerIsAway: Error {}

/// A store that a test watches and makes forget the outcomes of appends to a parking place.
private final class ForgetfulStore: ForwardingStore {
    let inner: MemoryEventStore
    /// The number of reads of the parking place from its start.
    let folds = Seen<Int>()
    private let left = Mutex(0)

    init(_ store: MemoryEventStore) { inner = store }

    func forget(_ count: Int) { left.withLock { $0 = count } }

    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        let result = try await inner.commit(change)
        let isForgotten = left.withLock { left in
            guard left > 0, change.writes.contains(where: { $0.stream == "flx-parked-s" }) else { return false }
            left -= 1
            return true
        }
        if isForgotten { throw FlxError(.io, "no answer", isOutcomeUnknown: true) }
        return result
    }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        if selection == .stream("flx-parked-s"), case .forward(after: .start) = direction { folds.add(1) }
        return try await inner.read(selection, direction, limit: limit)
    }
}

/// Retries of parked events while partners and stores fail, and for longer than a lease.
@Suite(.timeLimit(.minutes(10))) struct RetryTroubleTests {
    private let clock: ManualClock
    private let bench: SubscriptionBench
    private var store: MemoryEventStore { bench.store }
    private let parkings = Selection(.stream("flx-parked-s"), .events("flx.event.parked"))

    init() {
        let clock = ManualClock()
        (self.clock, bench) = (clock, SubscriptionBench(.memory(clock: clock.events)))
    }

    private func runner(
        on other: (any StateStore)? = nil, _ change: (inout SubscriptionPolicy) -> Void = { _ in },
        _ handler: @escaping Subscription.Handler
    ) throws -> SubscriptionRunner {
        let policy = bench.policy {
            $0.isOutage = { $0 is PartnerIsAway }
            change(&$0)
        }
        return try SubscriptionRunner(
            Subscription("s", policy: policy, handler: handler), on: other ?? store, clock: clock.events, sleep: clock,
            logger: SubscriptionBench.silence)
    }

    /// Parks events by a handler that refuses them.
    private func park(_ numbers: ClosedRange<Int>) async throws {
        try await bench.append(numbers)
        try await bench.drain(Subscription("s", to: .stream("s"), policy: bench.policy()) { _ in throw HandlerRefusal(reason: "first") })
    }

    @Test(arguments: [SubscriptionPolicy.Parking.keyGoesOn, .keyWaits])
    func anOutageStopsARetryAndUsesUpNoAttempt(parking: SubscriptionPolicy.Parking) async throws {
        try await park(1...3)
        let calls = Seen<Int>()
        let runner = try runner { $0.parking = parking } _: { _ in
            calls.add(1)
            throw PartnerIsAway()
        }
        let progress = try await runner.retryParked(.all, by: "ops")
        #expect(progress.isStopped && progress.done == 0 && calls.count == 1)
        let parked = try await runner.parking.events(limit: 9)
        #expect(parked.map(\.attempts) == [2, 2, 2])
        #expect(parked.allSatisfy { $0.error.contains("first") })
        #expect(try await store.read(parkings, .forward, limit: 99).events.count == 3)
    }

    @Test(arguments: [SubscriptionPolicy.Parking.keyGoesOn, .keyWaits])
    func aJobWaitsForTheEndOfAnOutage(parking: SubscriptionPolicy.Parking) async throws {
        try await park(1...3)
        let calls = Seen<Int>()
        let runner = try runner { $0.parking = parking } _: { _ in
            calls.add(1)
            if calls.count < 5 { throw PartnerIsAway() }
        }
        try await bench.run(runner) {
            try await eventually { try await SubscriptionBench.isIdle(runner) }
            let job = try await runner.control.requestRetry(.all, by: "ops")
            runner.send(.called)
            let begin = clock.now
            try await eventually {
                clock.advance(by: .milliseconds(10))
                return try await runner.parking.count() == 0
            }
            // The pauses double from 100 ms, and each is up to a fifth shorter.
            #expect(begin.duration(to: clock.now) >= .milliseconds(1_200))
            #expect(try await runner.control.follow(retry: job).handled == 3)
        }
        #expect(calls.count == 7)
        #expect(try await store.read(parkings, .forward, limit: 99).events.count == 3)
    }

    @Test func aJobThatWaitsForTheEndOfAnOutageCanBeStopped() async throws {
        try await park(1...3)
        let calls = Seen<Int>()
        let runner = try runner { _ in
            calls.add(1)
            throw PartnerIsAway()
        }
        try await bench.run(runner) {
            try await eventually { try await SubscriptionBench.isIdle(runner) }
            let job = try await runner.control.requestRetry(.all, by: "ops")
            runner.send(.called)
            try await eventually {
                clock.advance(by: .milliseconds(100))
                return calls.count >= 3
            }
            try await runner.control.stopRetries(by: "ops")
            try await eventually {
                clock.advance(by: .seconds(1))
                return try await runner.control.retryCount() == 0
            }
            async let end = runner.control.follow(retry: job)
            try await eventually {
                clock.advance(by: .seconds(1))
                return try await store.checkpoint("subscription-retries:s") == job
            }
            #expect(try await end.isStopped)
        }
        #expect(try await bench.parked("s") == [1, 2, 3])
    }

    /// Where a run is between two sessions, nobody else renews the lease.
    @Test(arguments: [false, true]) func aLongCallOfARetryKeepsItsLease(besideARun: Bool) async throws {
        try await park(1...1)
        let (taken, store, clock) = (Seen<Int>(), store, clock)
        let runner = try runner { _ in
            for _ in 1...6 {
                // Who renews the lease sleeps until then.
                for _ in 1...20_000 where clock.sleepers == 0 { await Task.yield() }
                clock.advance(by: .seconds(10))
            }
            for _ in 1...20_000 where clock.sleepers == 0 { await Task.yield() }
            if try await store.acquireLease("subscription:s", owner: "other", for: .seconds(1)) != nil { taken.add(1) }
        }
        runner.state.withLock { $0.isRunning = besideARun }
        #expect(try await runner.retryParked(.all, by: "ops").handled == 1)
        #expect(taken.count == 0)
    }

    /// A session that ends answers nobody, and a retry asks it again after a pause.
    @Test func aRetryDoesNotAskAgainAndAgainAtTheEndOfASession() async throws {
        try await park(1...1)
        let mailbox = Mailbox()
        let box = Mutex<SubscriptionRunner?>(nil)
        let runner = try runner { $0.parking = .keyWaits } _: { _ in
            box.withLock(\.self)?.state.withLock { ($0.mailbox, $0.isEnding) = (mailbox, true) }
        }
        box.withLock { $0 = runner }
        defer { box.withLock { $0 = nil } }
        let retry = Task { try await runner.retryParked(.all, by: "ops") }
        try await eventually { try await runner.parking.count() == 0 }
        // Beside it sleeps who renews the lease.
        for _ in 1...20_000 where clock.sleepers < 2 { await Task.yield() }
        #expect(clock.sleepers == 2)
        runner.state.withLock { $0.mailbox = nil }
        try await eventually {
            clock.advance(by: .milliseconds(100))
            return runner.state.withLock { $0.retried.isEmpty }
        }
        #expect(try await retry.value.handled == 1)
    }

    @Test func anEventIsParkedOnceThoughTheAnswerIsLost() async throws {
        let forgetful = ForgetfulStore(store)
        try await bench.append(1...2)
        let runner = try runner(on: forgetful) { _ in throw HandlerRefusal() }
        forgetful.forget(2)
        try await bench.run(runner) {
            try await eventually {
                clock.advance(by: .milliseconds(100))
                return try await SubscriptionBench.isIdle(runner)
            }
        }
        #expect(try await store.read(parkings, .forward, limit: 99).events.count == 2)
    }

    @Test func whoeverAsksForAStatusAgainReadsOnlyWhatIsNew() async throws {
        try await park(1...3)
        let forgetful = ForgetfulStore(store)
        let control = try SubscriptionControl(of: "s", in: forgetful)
        for _ in 1...3 { #expect(try await control.status().parked == 3) }
        #expect(forgetful.folds.count == 1)
    }
}
