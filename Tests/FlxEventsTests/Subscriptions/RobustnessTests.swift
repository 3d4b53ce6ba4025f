@testable import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// A store of which some calls fail for a while.
private final class FrailStore: ForwardingStore {
    let inner: MemoryEventStore
    private let reads = Mutex<(stream: StreamName, failures: Int)?>(nil)
    private let writes = Atomic(false)

    init(_ store: MemoryEventStore) { inner = store }

    /// The next reads of a stream fail.
    func failReads(of stream: StreamName, times: Int) { reads.withLock { $0 = (stream, times) } }
    /// Nothing can be kept from now on.
    func fill() { writes.store(true, ordering: .relaxed) }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        let fails = reads.withLock { failing in
            guard let found = failing, selection.scope == .stream(found.stream), found.failures > 0 else { return false }
            failing = (found.stream, found.failures - 1)
            return true
        }
        if fails { throw FlxError(.io, "a moment of weakness") }
        return try await inner.read(selection, direction, limit: limit)
    }

    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        if writes.load(ordering: .relaxed) { throw FlxError(.storageFull, "no room") }
        return try await inner.commit(change)
    }
}

/// A subscription goes on, whatever its store, its events and its operators do.
@Suite struct RobustnessTests {
    private let bench = SubscriptionBench()
    private var store: MemoryEventStore { bench.store }

    private func runner(_ subscription: Subscription, on store: any StateStore, _ clock: ManualClock) throws -> SubscriptionRunner {
        try SubscriptionRunner(subscription, on: store, sleep: clock, logger: SubscriptionBench.silence)
    }

    @Test func aReadThatFailsWhileAnOperatorIsObeyedEndsNothing() async throws {
        let (frail, clock, seen) = (FrailStore(store), ManualClock(), Seen<Int>())
        try await bench.append(1...2)
        let subscription = Subscription("s", policy: bench.policy { $0.parking = .keyWaits }) { recorded in
            let number = try SubscriptionBench.number(recorded)
            if number == 1, seen.count == 0 { throw HandlerRefusal() }
            seen.add(number)
        }
        let runner = try runner(subscription, on: frail, clock)
        try await bench.run(runner) {
            try await eventually { try await bench.parked("s") == [1, 2] }
            frail.failReads(of: "flx-parked-s", times: 3)
            seen.add(0)
            try await runner.control.requestRetry(.all, by: "ops")
            runner.send(.called)
            try await eventually {
                clock.advance(by: .seconds(10))
                return try await bench.parked("s").isEmpty
            }
            try await bench.append(3...3)
            try await eventually { seen.values.last == 3 }
        }
        #expect(seen.values == [0, 1, 2, 3])
    }

    @Test func aJobWaitsForAKeyThatSomebodyElseRetries() async throws {
        let (clock, gate, repaired, seen) = (ManualClock(), Gate(), Seen<Int>(), Seen<Int>())
        try await bench.append(1...2)
        let runner = try runner(Subscription("s", policy: bench.policy { $0.parking = .keyWaits }) { recorded in
            if repaired.count == 0 { throw HandlerRefusal() }
            await gate.pass()
            seen.add(try SubscriptionBench.number(recorded))
        }, on: store, clock)
        try await bench.run(runner) {
            try await eventually { try await bench.parked("s") == [1, 2] }
            repaired.add(1)
            async let retried = runner.retryParked(.all, by: "ops")
            await gate.arrived()
            let second = await #expect(throws: FlxError.self) { try await runner.retryParked(.all, by: "other") }
            #expect(second?.code == .alreadyRunning)
            let job = try await runner.control.requestRetry(.all, by: "night shift")
            runner.send(.called)
            for _ in 1...50 { await Task.yield() }
            gate.open()
            #expect(try await retried.handled == 2)
            async let end = runner.control.follow(retry: job)
            try await eventually {
                clock.advance(by: .seconds(1))
                return try await runner.control.retryCount() == 0
            }
            #expect(try await end.isStopped == false)
        }
        #expect(seen.values == [1, 2])
    }

    /// What comes of a key while it is retried is parked behind it, taken up by the same retry, and keeps nobody else waiting.
    @Test func aRetryAtARateKeepsOtherKeysGoing() async throws {
        let (clock, repaired, seen) = (ManualClock(), Seen<Int>(), Seen<Int>())
        try await bench.append(1...3, to: "slow")
        let policy = bench.policy {
            $0.parking = .keyWaits
            $0.pageSize = 4
        }
        let runner = try runner(Subscription("s", policy: policy) { recorded in
            if repaired.count == 0 { throw HandlerRefusal() }
            seen.add(try SubscriptionBench.number(recorded))
        }, on: store, clock)
        try await bench.run(runner) {
            try await eventually { try await bench.parked("s") == [1, 2, 3] }
            repaired.add(1)
            async let retried = runner.retryParked(.all, by: "ops", perSecond: 1)
            try await eventually { seen.count == 1 }
            try await bench.append(11...30, to: "slow")
            try await bench.append(4...8, to: "other")
            try await eventually { seen.values.filter { $0 < 10 }.count == 6 }
            try await eventually {
                clock.advance(by: .seconds(1))
                return seen.count == 28
            }
            let progress = try await retried
            #expect(progress.handled == progress.total && progress.total >= 3)
            try await eventually { try await bench.parked("s").isEmpty }
        }
        #expect(seen.values.filter { $0 < 4 || $0 > 10 } == Array(1...3) + Array(11...30))
    }

    @Test func aJobObeysAPause() async throws {
        let (clock, repaired, seen) = (ManualClock(), Seen<Int>(), Seen<Int>())
        try await bench.append(1...20)
        let runner = try runner(Subscription("s", policy: bench.policy { $0.breakerThreshold = 1_000 }) { recorded in
            if repaired.count == 0 { throw HandlerRefusal() }
            seen.add(try SubscriptionBench.number(recorded))
        }, on: store, clock)
        try await bench.run(runner) {
            try await eventually { try await bench.parked("s").count == 20 }
            repaired.add(1)
            try await runner.control.requestRetry(.all, perSecond: 1, by: "ops")
            runner.send(.called)
            try await eventually { seen.count == 1 }
            try await runner.pause(by: "ops")
            for _ in 1...20 {
                clock.advance(by: .seconds(1))
                for _ in 1...20 { await Task.yield() }
            }
            #expect(seen.count <= 2, "\(seen.count) were handled")
            try await runner.resume(by: "ops")
            try await eventually {
                clock.advance(by: .seconds(1))
                return seen.count == 20
            }
            try await eventually { try await runner.control.retryCount() == 0 }
        }
        #expect(seen.values.sorted() == Array(1...20))
    }

    /// After a crash the events that were parked come again, and stay as they were parked.
    @Test func aParkedEventThatComesAgainKeepsItsError() async throws {
        try await bench.append(1...3)
        let subscription = Subscription("s", policy: bench.policy { $0.parking = .keyWaits }) { recorded in
            if try SubscriptionBench.number(recorded) == 2 { throw HandlerRefusal(reason: "the database is down") }
        }
        try await bench.drain(subscription)
        let before = try await ParkingPlace(of: "s", in: store).events(limit: 9).map { "\($0.position) \($0.attempts) \($0.error)" }
        try await store.setCheckpoint("subscription:s", to: 0)
        try await bench.drain(subscription)
        let after = try await ParkingPlace(of: "s", in: store).events(limit: 9).map { "\($0.position) \($0.attempts) \($0.error)" }
        #expect(before.count == 2 && before.first?.contains("the database is down") == true)
        #expect(after == ["1 0 \(SubscriptionMachine.behind)"] + before)
    }

    @Test func aStoreThatCannotWriteHoldsAShutdownForABoundedTime() async throws {
        let (frail, clock, seen) = (FrailStore(store), ManualClock(), Seen<Int>())
        try await bench.append(1...3)
        let runner = try runner(Subscription("s", policy: bench.policy { $0.drain = .seconds(5) }) { recorded in
            frail.fill()
            seen.add(try SubscriptionBench.number(recorded))
        }, on: frail, clock)
        try await bench.run(runner) {
            try await eventually { seen.count == 3 }
            Task.detached {
                for _ in 1...400 {
                    try? await ContinuousClock().sleep(for: .milliseconds(10))
                    clock.advance(by: .seconds(1))
                }
            }
        }
        #expect(try await store.checkpoint("subscription:s") == nil)
    }

    /// A handler that hears of nothing is left behind.
    @Test func aHandlerThatNeverEndsHoldsAShutdownForABoundedTime() async throws {
        let (clock, gate) = (ManualClock(), Gate())
        try await bench.append(1...2)
        let policy = bench.policy { $0.drain = .seconds(5) }
        let runner = try runner(Subscription("s", policy: policy) { _ in await gate.pass() }, on: store, clock)
        try await bench.run(runner) {
            await gate.arrived()
            Task.detached {
                for _ in 1...400 {
                    try? await ContinuousClock().sleep(for: .milliseconds(10))
                    clock.advance(by: .seconds(1))
                }
            }
        }
        #expect(try await store.checkpoint("subscription:s") == nil)
        #expect(try await store.acquireLease("subscription:s", owner: "next", for: .seconds(1)) != nil)
        gate.open()
    }

    /// Between two events of a job lies a day: nobody waits for it.
    @Test func aJobThatPausesEndsWithTheRun() async throws {
        let (clock, repaired, seen) = (ManualClock(), Seen<Int>(), Seen<Int>())
        try await bench.append(1...2)
        let runner = try runner(Subscription("s", policy: bench.policy()) { recorded in
            if repaired.count == 0 { throw HandlerRefusal() }
            seen.add(try SubscriptionBench.number(recorded))
        }, on: store, clock)
        try await bench.run(runner) {
            try await eventually { try await bench.parked("s").count == 2 }
            repaired.add(1)
            try await runner.control.requestRetry(.all, perSecond: 1.0 / 86_400, by: "ops")
            runner.send(.called)
            try await eventually { seen.count == 1 }
            Task.detached {
                for _ in 1...400 {
                    try? await ContinuousClock().sleep(for: .milliseconds(10))
                    clock.advance(by: .seconds(1))
                }
            }
        }
        #expect(seen.count == 1)
        #expect(try await runner.control.retryCount() == 1, "the next run goes on with it")
    }

    // MARK: Events that the code cannot read

    private func chain() throws -> UpcasterChain {
        try UpcasterChain([.json("old", from: 1) { data in
            guard data["number"]?.int != 2 else { throw HandlerRefusal(reason: "no such currency") }
        }])
    }

    private func old(_ number: Int, to stream: StreamName) async throws {
        try await store.append([try Event(type: "old", data: ["number": .int(number)], stream: stream)], to: stream)
    }

    @Test(arguments: [SubscriptionPolicy.Parking.keyGoesOn, .keyWaits])
    func anEventThatCannotBeUpcastIsParkedAndOthersGoOn(parking: SubscriptionPolicy.Parking) async throws {
        let (evolving, seen) = (EvolvingStore(store, upcasters: try chain()), Seen<Int>())
        for number in 1...3 { try await old(number, to: "bad") }
        for number in 4...6 { try await old(number, to: "good") }
        let subscription = Subscription("s", policy: bench.policy { $0.parking = parking }) { recorded in
            seen.add(try recorded.event.data["number"]?.int ?? 0)
        }
        let runner = try SubscriptionRunner(subscription, on: evolving, logger: SubscriptionBench.silence)
        try await bench.run(runner) { try await eventually { try await SubscriptionBench.isIdle(runner) } }
        #expect(seen.values.sorted() == (parking == .keyGoesOn ? [1, 3, 4, 5, 6] : [1, 4, 5, 6]))
        let parked = try await runner.parking.events(limit: 9)
        #expect(parked.map(\.position) == (parking == .keyGoesOn ? [2] : [2, 3]))
        #expect(parked.first?.error.contains("no such currency") == true && parked.first?.fault != nil)
        #expect(try await runner.retryParked(.position(2), by: "ops").failed == 1)
        // With a mended upcaster it is handled.
        let mended = try SubscriptionRunner(
            subscription, on: EvolvingStore(store, upcasters: try UpcasterChain([.json("old", from: 1) { _ in }])),
            logger: SubscriptionBench.silence)
        #expect(try await mended.retryParked(.all, by: "ops").failed == 0)
        #expect(try await mended.parking.count() == 0)
        #expect(seen.values.contains(2))
    }

    /// An upcaster of today leaves out what is parked: nothing is there to be handled, and the retry ends.
    @Test(.timeLimit(.minutes(10))) func aRetryOfWhatIsLeftOutTodayEnds() async throws {
        try await old(1, to: "s")
        let policy = bench.policy { $0.parking = .keyWaits }
        try await bench.drain(Subscription("s", policy: policy) { _ in throw HandlerRefusal() })
        let runner = try SubscriptionRunner(
            Subscription("s", policy: policy) { _ in },
            on: EvolvingStore(store, upcasters: try UpcasterChain([.absorbed("old")])), logger: SubscriptionBench.silence)
        let progress = try await runner.retryParked(.all, by: "ops")
        #expect(progress.handled == 0 && progress.failed == 0)
    }

    @Test func whatCannotBeConvertedIsParked() async throws {
        let evolving = EvolvingStore(store, serving: EventDemand(data: .cbor))
        let seen = Seen<Position>()
        try await store.append([Event(type: "t", payload: try .json(Array(#"{"n":1e2000000000}"#.utf8)))], to: "s")
        try await bench.append(1...1)
        let runner = try SubscriptionRunner(Subscription("s") { seen.add($0.position) }, on: evolving, logger: SubscriptionBench.silence)
        try await bench.run(runner) { try await eventually { try await SubscriptionBench.isIdle(runner) } }
        #expect(seen.values == [2])
        #expect(try await runner.parking.count() == 1)
    }

    // MARK: What makes no sense

    @Test func settingsThatMakeNoSenseAreRefused() throws {
        let changes: [(inout SubscriptionPolicy) -> Void] = [
            { $0.parallelism = 0 }, { $0.parallelism = .max }, { $0.pageSize = 0 }, { $0.pageSize = .max }, { $0.saveEvery = 0 },
            { $0.deadline = .zero }, { $0.breakerThreshold = 0 }, { $0.breakerPause = .seconds(-1) }, { $0.leaseTime = .zero },
            { $0.drain = .seconds(-1) },
        ]
        for change in changes {
            let subscription = Subscription("s", policy: bench.policy(change)) { _ in }
            let error = #expect(throws: FlxError.self) { try SubscriptionRunner(subscription, on: store) }
            #expect(error?.code == .invalidValue && error?.message.contains("'s'") == true)
        }
    }

    @Test func nobodyGoesBeyondTheLog() async throws {
        try await bench.append(1...3)
        let control = try SubscriptionControl(of: "s", in: store)
        let move = await #expect(throws: FlxError.self) { try await control.move(to: 4, by: "ops") }
        #expect(move?.code == .invalidValue && move?.message.contains("beyond") == true)
        try await store.setCheckpoint("subscription:s", to: 99)
        let (seen, others) = (Seen<Int>(), Seen<Int>())
        let group = try SubscriptionGroup(store: store, logger: SubscriptionBench.silence) {
            Subscription("s") { seen.add(try SubscriptionBench.number($0)) }
            Subscription("t", from: .after(40)) { _ in }
            Subscription("u") { others.add(try SubscriptionBench.number($0)) }
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for name in ["s", "t"] {
                try await eventually { try await group[name]?.status().reason?.contains("move it") == true }
            }
            // The others go on meanwhile.
            try await eventually { others.values == [1, 2, 3] }
            #expect(seen.values.isEmpty)
            try await control.move(to: 0, by: "ops")
            try await eventually { seen.values == [1, 2, 3] }
            tasks.cancelAll()
        }
    }

    @Test func aKeyOfAnySizeIsParkedAndRetried() async throws {
        try await bench.append(1...2)
        let (long, repaired) = (String(repeating: "é", count: 1 << 20), Seen<Int>())
        let subscription = Subscription(
            "s", policy: bench.policy { $0.parking = .keyWaits },
            key: { recorded in long + (recorded.position == 1 ? "a" : "b") }
        ) { _ in if repaired.count == 0 { throw HandlerRefusal() } }
        let runner = try bench.runner(subscription)
        try await bench.run(runner) {
            try await eventually { try await bench.parked("s") == [1, 2] }
            repaired.add(1)
            #expect(try await runner.retryParked(.all, by: "ops").handled == 2)
        }
        #expect(Set(try await bench.parked("s")).isEmpty)
    }

    @Test func effectsThatExpectAVersionAreFoundAgain() async throws {
        try await bench.append(1...2)
        let ids = [EventID(derivedFrom: "first"), EventID(derivedFrom: "second")]
        let subscription = Subscription(once: "s", to: .stream("s"), policy: bench.policy()) { recorded in
            let number = try SubscriptionBench.number(recorded)
            let event = Event(id: ids[number - 1], type: "out")
            return [StreamWrite([event], to: StreamName("out-\(number)"), expecting: .noStream)]
        }
        try await bench.drain(subscription)
        try await store.setCheckpoint("subscription:s", to: 0)
        try await bench.drain(subscription)
        #expect(try await bench.parked("s").isEmpty)
        #expect(try await store.read(Selection(.prefix("out-")), .forward, limit: 9).events.count == 2)
    }
}
