@testable import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// A store that does something of its own beside a write.
private final class BusyStore: ForwardingStore {
    typealias Work = @Sendable (MemoryEventStore) async throws(FlxError) -> Void

    let inner: MemoryEventStore
    private let work = Mutex<(stream: StreamName, work: Work)?>(nil)

    init(_ store: MemoryEventStore) { inner = store }

    /// Before the next append to a stream, something else is done.
    func before(appendTo stream: StreamName, _ work: @escaping Work) { self.work.withLock { $0 = (stream, work) } }

    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        let found = work.withLock { work in
            guard let stream = work?.stream, writes.contains(where: { $0.stream == stream }) else { return Work?.none }
            return work.take()?.work
        }
        try await found?(inner)
        return try await inner.append(writes, unless: boundary)
    }
}

/// Operators act on parked events while others do.
@Suite struct MeanwhileTests {
    private let bench = SubscriptionBench()
    private var store: MemoryEventStore { bench.store }

    /// A runner whose handler refuses every event until it is repaired, and then waits at the gate first.
    private func runner(
        _ gate: Gate, _ repaired: Seen<Bool>, _ seen: Seen<Int>, _ parking: SubscriptionPolicy.Parking = .keyGoesOn
    ) throws -> SubscriptionRunner {
        try bench.runner(Subscription("s", policy: bench.policy { $0.parking = parking }) { recorded in
            guard let isGood = repaired.values.last else { throw HandlerRefusal() }
            await gate.pass()
            guard isGood else { throw HandlerRefusal() }
            seen.add(try SubscriptionBench.number(recorded))
        })
    }

    @Test(arguments: [SubscriptionPolicy.Parking.keyGoesOn, .keyWaits])
    func whatIsDiscardedDuringARetryStaysDiscarded(parking: SubscriptionPolicy.Parking) async throws {
        let (gate, repaired, seen) = (Gate(), Seen<Bool>(), Seen<Int>())
        try await bench.append(1...1)
        let runner = try runner(gate, repaired, seen, parking)
        try await bench.run(runner) {
            try await eventually { try await bench.parked("s") == [1] }
            repaired.add(false)
            async let retried = runner.retryParked(.all, by: "ops")
            await gate.arrived()
            #expect(try await runner.discardParked(.all, reason: "a test", by: "other") == 1)
            gate.open()
            let progress = try await retried
            #expect(progress.failed == 0 && progress.handled == 0)
            #expect(try await bench.parked("s").isEmpty)
            repaired.add(true)
            // What comes before the key is known to be free is parked behind it.
            try await eventually { runner.state.withLock { $0.machine.blockedKeys.isEmpty } }
            try await bench.append(2...2)
            try await eventually { seen.values == [2] }
        }
    }

    @Test(arguments: [SubscriptionPolicy.Parking.keyGoesOn, .keyWaits])
    func whatIsCorrectedDuringARetryIsHandledAsCorrected(parking: SubscriptionPolicy.Parking) async throws {
        let (gate, repaired, seen) = (Gate(), Seen<Bool>(), Seen<Int>())
        try await bench.append(1...2)
        let runner = try runner(gate, repaired, seen, parking)
        try await bench.run(runner) {
            try await eventually { try await bench.parked("s") == [1, 2] }
            repaired.add(true)
            async let retried = runner.retryParked(.all, by: "ops")
            await gate.arrived()
            try await runner.parking.edit(at: 1, payload: .json(Counted(number: 10)), by: "other")
            gate.open()
            #expect(try await retried.handled == 2)
        }
        #expect(seen.values == [1, 10, 2])
        #expect(try await bench.parked("s").isEmpty)
    }

    @Test func whatIsHandledMeanwhileIsNeitherCorrectedNorDiscarded() async throws {
        let busy = BusyStore(store)
        try await bench.append(1...2)
        try await bench.drain(Subscription("s", policy: bench.policy()) { _ in throw HandlerRefusal() })
        let (parking, last) = (try ParkingPlace(of: "s", in: busy), try await store.lastPosition())
        let release: @Sendable (Position) -> BusyStore.Work = { position in
            { inner throws(FlxError) in
                try await ParkingPlace(of: "s", in: inner).discard(.position(position), reason: "a test", by: "other")
            }
        }
        busy.before(appendTo: "flx-parked-s", release(1))
        let error = await #expect(throws: FlxError.self) {
            try await parking.edit(at: 1, payload: .json(Counted(number: 10)), by: "ops")
        }
        #expect(error?.code == .notFound)
        #expect(try await store.read(.stream("s"), .forward(after: last), limit: 9).events.isEmpty)
        busy.before(appendTo: "flx-parked-s", release(2))
        #expect(try await parking.discard(.all, reason: "a test", by: "ops") == 0)
        #expect(try await parking.count() == 0)
    }

    @Test func aCorrectionDoesNotOverrideAnotherThatCameMeanwhile() async throws {
        let busy = BusyStore(store)
        try await bench.append(1...1)
        try await bench.drain(Subscription("s", policy: bench.policy()) { _ in throw HandlerRefusal() })
        busy.before(appendTo: "flx-parked-s") { inner throws(FlxError) in
            try await ParkingPlace(of: "s", in: inner).edit(at: 1, payload: .json(Counted(number: 10)), by: "first")
        }
        let parking = try ParkingPlace(of: "s", in: busy)
        let error = await #expect(throws: FlxError.self) {
            try await parking.edit(at: 1, payload: .json(Counted(number: 11)), by: "second")
        }
        #expect(error?.code == .boundaryConflict && error?.message.contains("look again") == true)
        #expect(try await bench.parked("s") == [10])
        // Who has looked again may correct it once more.
        try await parking.edit(at: 1, payload: .json(Counted(number: 12)), by: "second")
        #expect(try await bench.parked("s") == [12])
    }

    @Test func anActWhoseAnswerIsLostIsDoneOnce() async throws {
        let troubled = TroubledStore(store)
        try await bench.append(1...2)
        try await bench.drain(Subscription("s", policy: bench.policy()) { _ in throw HandlerRefusal() })
        let (parking, last) = (try ParkingPlace(of: "s", in: troubled), try await store.lastPosition())
        troubled.forgetOutcomes(1)
        let corrected = try await parking.edit(at: 1, payload: .json(Counted(number: 10)), by: "ops")
        #expect(try await store.read(.stream("s"), .forward(after: last), limit: 9).events.map(\.id) == [corrected.id])
        troubled.forgetOutcomes(1)
        #expect(try await parking.discard(.position(2), reason: "a test", by: "ops") == 1)
        let acts = try await store.read(.stream("flx-subscription-s"), .forward(after: last), limit: 9).events.map(\.event.type)
        #expect(acts == ["flx.parked.edited", "flx.parked.discarded"])
    }

    /// The events of a key that is retried are at work, though the session that knew of it ended.
    @Test func aRetryKeepsItsKeyWhenTheSubscriptionIsMoved() async throws {
        let (gate, seen) = (Gate(), Seen<String>())
        try await bench.append(1...1)
        // Parked by a policy under which nothing waits behind it.
        try await bench.drain(Subscription("s", policy: bench.policy()) { _ in throw HandlerRefusal() })
        let before = try await store.lastPosition()
        try await bench.append(2...3)
        let policy = bench.policy { ($0.parking, $0.parallelism) = (.keyWaits, 2) }
        let runner = try bench.runner(Subscription("s", policy: policy) { recorded in
            let number = try SubscriptionBench.number(recorded)
            if number == 1 { await gate.pass() }
            seen.add("\(number)")
        })
        try await bench.run(runner) {
            try await eventually { try await SubscriptionBench.isIdle(runner) }
            async let retried = runner.retryParked(.all, by: "ops")
            await gate.arrived()
            try await runner.move(to: before, by: "ops")
            try await eventually { try await bench.parked("s").count == 3 || seen.count > 2 }
            seen.add("let go")
            gate.open()
            #expect(try await retried.handled == 3)
        }
        #expect(seen.values == ["2", "3", "let go", "1", "2", "3"])
    }

    @Test(.timeLimit(.minutes(10))) func aRetryThatWaitsForAKeyCanBeCancelled() async throws {
        let (gate, seen) = (Gate(), Seen<Int>())
        try await bench.append(1...1)
        try await bench.drain(Subscription("s", policy: bench.policy()) { _ in throw HandlerRefusal() })
        try await bench.append(2...2)
        let runner = try bench.runner(Subscription("s", policy: bench.policy { $0.parking = .keyWaits }) { recorded in
            await gate.pass()
            seen.add(try SubscriptionBench.number(recorded))
        })
        try await bench.run(runner) {
            await gate.arrived()
            let retry = Task { try await runner.retryParked(.all, by: "ops") }
            try await eventually { runner.state.withLock { !$0.holders.isEmpty } }
            retry.cancel()
            #expect(try await retry.value.isStopped)
            gate.open()
            // The key is nobody's.
            try await bench.append(3...3)
            try await eventually { seen.values == [2, 3] }
        }
        #expect(try await bench.parked("s") == [1])
    }

    @Test(.timeLimit(.minutes(10))) func aShutdownEndsAJobThatWaitsForAKey() async throws {
        let (clock, calls) = (ManualClock(), Seen<Int>())
        try await bench.append(1...1)
        try await bench.drain(Subscription("s", policy: bench.policy()) { _ in throw HandlerRefusal() })
        try await bench.append(2...2)
        let policy = bench.policy {
            $0.parking = .keyWaits
            $0.retry = .fixed(.seconds(3_600), attempts: 5)
        }
        let subscription = Subscription("s", policy: policy) { _ in
            calls.add(1)
            throw HandlerRefusal()
        }
        let runner = try SubscriptionRunner(subscription, on: store, sleep: clock, logger: SubscriptionBench.silence)
        try await bench.run(runner) {
            try await eventually { calls.count == 1 }
            try await runner.control.requestRetry(.all, by: "ops")
            runner.send(.called)
            try await eventually { runner.state.withLock { !$0.holders.isEmpty } }
        }
        #expect(try await runner.control.retryCount() == 1, "the next run goes on with it")
    }

    /// The event before them is not done, so that the checkpoint is before them, too.
    @Test func whatWasReleasedDoesNotComeAgainAfterACrash() async throws {
        let (gate, seen) = (Gate(), Seen<Int>())
        try await bench.append(1...3)
        let subscription = Subscription("s", policy: bench.policy { $0.parallelism = 64 }, key: { "\($0.position)" }) { recorded in
            let number = try SubscriptionBench.number(recorded)
            if number == 1 { await gate.pass() }
            seen.add(number)
            if number == 2 || number == 3 { throw HandlerRefusal() }
        }
        let runner = try bench.runner(subscription)
        let run = Task { try await runner.run() }
        try await eventually { try await bench.parked("s") == [2, 3] }
        try await runner.parking.edit(at: 3, payload: .json(Counted(number: 30)), by: "ops")
        #expect(try await runner.retryParked(.position(3), by: "ops").handled == 1)
        try await runner.discardParked(.position(2), reason: "a test", by: "ops")
        run.cancel()
        gate.open()
        _ = await run.result
        try await store.setCheckpoint("subscription:s", to: nil)
        let before = seen.count
        try await bench.drain(subscription)
        #expect(seen.values.dropFirst(before) == [1])
        // An operator who goes back gets all of them, each as it was corrected.
        try await runner.control.move(to: .start, by: "ops")
        try await bench.drain(subscription)
        #expect(Set(seen.values.dropFirst(before + 1)) == [1, 2, 30])
    }

    /// A correction that fails after a rewind is parked as a correction, and comes in its turn.
    @Test func aCorrectionHoldsAfterARewind() async throws {
        let (seen, isBroken) = (Seen<Int>(), Seen<Bool>())
        try await bench.append(1...4)
        let subscription = Subscription("s", policy: bench.policy { $0.parking = .keyWaits }) { recorded in
            let number = try SubscriptionBench.number(recorded)
            if number == 2 || number == 20 && isBroken.values.last == true { throw HandlerRefusal() }
            seen.add(number)
        }
        try await bench.drain(subscription)
        let runner = try bench.runner(subscription)
        try await runner.parking.edit(at: 2, payload: .json(Counted(number: 20)), by: "ops")
        #expect(try await runner.retryParked(.all, by: "ops").handled == 3)
        #expect(seen.values == [1, 20, 3, 4])
        try await runner.control.move(to: .start, by: "ops")
        try await bench.drain(subscription)
        #expect(seen.values.dropFirst(4) == [1, 20, 3, 4])
        isBroken.add(true)
        try await runner.control.move(to: .start, by: "ops")
        try await bench.drain(subscription)
        #expect(try await bench.parked("s") == [20, 3, 4])
        #expect(try await runner.parking.event(at: 2)?.isCorrected == true)
        isBroken.add(false)
        #expect(try await runner.retryParked(.all, by: "ops").handled == 3)
        #expect(seen.values.dropFirst(8) == [1, 20, 3, 4])
    }
}
