@testable import FlxEvents
import FlxCore
import Testing

@Suite struct SubscriptionMachineTests {
    private func policy(_ parking: SubscriptionPolicy.Parking = .keyGoesOn, parallelism: Int = 4, attempts: Int = 3) -> SubscriptionPolicy {
        var policy = SubscriptionPolicy()
        policy.parallelism = parallelism
        policy.parking = parking
        policy.retry = .fixed(.seconds(1), attempts: attempts)
        policy.pageSize = 10
        policy.breakerThreshold = 1_000
        policy.runLength = 4
        return policy
    }

    /// The order in which each key's events came, without repetitions.
    private func orders(_ events: [RecordedEvent]) -> [StreamName?: [Position]] {
        Dictionary(grouping: events, by: \.event.stream).mapValues { $0.map(\.position) }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func everythingIsHandledOnceInTheOrderOfItsKey(seed: UInt64) throws {
        var harness = try MachineHarness(events: 100, keys: 7, policy: policy(), seed: seed) { _, _ in true }
        harness.start()
        harness.run()
        #expect(harness.handled.count == 100, "seed \(seed)")
        for (key, positions) in orders(harness.handled) { #expect(positions == positions.sorted(), "seed \(seed), \(key as Any)") }
        #expect(harness.saved == 100, "seed \(seed)")
        #expect(harness.faults.isEmpty, "seed \(seed): \(harness.faults)")
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func failedEventsAreTriedAgainAndKeepTheirKeyInOrder(seed: UInt64) throws {
        var harness = try MachineHarness(events: 100, keys: 5, policy: policy(), seed: seed) { event, attempt in
            event.position.value % 7 != 0 || attempt == 3
        }
        harness.start()
        harness.run()
        #expect(harness.handled.count == 100, "seed \(seed)")
        #expect(harness.parked.isEmpty, "seed \(seed)")
        for (key, positions) in orders(harness.handled) { #expect(positions == positions.sorted(), "seed \(seed), \(key as Any)") }
        #expect(harness.faults.isEmpty, "seed \(seed): \(harness.faults)")
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func aPoisonedEventIsParkedAndItsKeyGoesOn(seed: UInt64) throws {
        var harness = try MachineHarness(events: 100, keys: 5, policy: policy(), seed: seed) { event, _ in event.position.value % 9 != 0 }
        harness.start()
        harness.run()
        #expect(harness.parked.map(\.event.position.value).sorted() == stride(from: 9, through: 99, by: 9).map { $0 }, "seed \(seed)")
        #expect(harness.handled.count == 89, "seed \(seed)")
        for (key, positions) in orders(harness.handled) { #expect(positions == positions.sorted(), "seed \(seed), \(key as Any)") }
        #expect(harness.saved == 100, "seed \(seed)")
        #expect(harness.faults.isEmpty, "seed \(seed): \(harness.faults)")
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func behindAPoisonedEventItsKeyWaits(seed: UInt64) throws {
        var harness = try MachineHarness(events: 100, keys: 5, policy: policy(.keyWaits), seed: seed) { event, _ in event.position != 30 }
        harness.start()
        harness.run()
        let key = harness.log[29].event.stream
        let behind = harness.log.filter { $0.event.stream == key && $0.position >= 30 }
        #expect(harness.parked.map(\.event.position).sorted() == behind.map(\.position), "seed \(seed)")
        #expect(harness.handled.count + harness.parked.count == 100, "seed \(seed)")
        #expect(harness.machine.blockedKeys == [ExactText(key?.description ?? "")], "seed \(seed)")
        #expect(harness.saved == 100, "seed \(seed)")
        #expect(harness.faults.isEmpty, "seed \(seed): \(harness.faults)")
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func aCrashRepeatsOnlyWhatWasUnderWay(seed: UInt64) throws {
        var harness = try MachineHarness(events: 200, keys: 7, policy: policy(), seed: seed) { event, attempt in
            event.position.value % 11 != 0 || attempt == 2
        }
        harness.start()
        for _ in 0..<5 {
            harness.run(steps: 12)
            harness.restart()
        }
        harness.run()
        #expect(Set(harness.handled.map(\.position)).count == 200, "seed \(seed)")
        // Fewer than three pages of ten are in flight, so that a crash repeats no more than that.
        #expect(harness.handled.count < 200 + 5 * 30, "seed \(seed)")
        #expect(harness.saved == 200, "seed \(seed)")
        #expect(harness.faults.isEmpty, "seed \(seed): \(harness.faults)")
    }

    @Test func theHarnessSeesAPlantedFault() throws {
        var harness = try MachineHarness(events: 20, keys: 2, policy: policy(), seed: 1) { _, _ in true }
        harness.start(at: 5)
        #expect(!harness.faults.isEmpty, "a checkpoint beyond unfinished events must be noticed")
    }

    @Test func whenEverythingFailsItRestsInsteadOfParking() throws {
        var policy = policy(attempts: 1)
        policy.breakerThreshold = 3
        policy.parallelism = 1
        var isDown = true
        var harness = try MachineHarness(events: 50, keys: 50, policy: policy, seed: 3) { _, _ in !isDown }
        harness.start()
        harness.run(steps: 200)
        #expect(harness.parked.count < 3, "at most the failures before the breaker opened")
        isDown = false
        harness.run()
        #expect(harness.handled.count + harness.parked.count == 50)
        #expect(!harness.machine.breaker.isOpen)
        #expect(harness.faults.isEmpty, "\(harness.faults)")
    }

    /// A rest must not wait for an event that can never be handled: behind it, the others would wait permanently.
    @Test(arguments: [true, false]) func aLongStretchThatNoRetryMendsIsParked(byError: Bool) throws {
        var policy = policy(attempts: byError ? 5 : 1)
        (policy.breakerThreshold, policy.parallelism, policy.parksWhileResting) = (5, 1, !byError)
        var harness = try MachineHarness(events: 50, keys: 50, policy: policy, seed: 6) { event, _ in
            !(10...39).contains(event.position.value)
        }
        harness.retry = byError ? RetryPolicy.none : nil
        harness.start()
        harness.run(steps: 2_000)
        #expect(harness.parked.map(\.event.position.value).sorted() == Array(10...39))
        #expect(harness.handled.count == 20 && harness.saved == 50)
        #expect((24...26).contains(harness.rests.count), "after the first five, a rest for each")
        #expect(harness.faults.isEmpty, "\(harness.faults)")
    }

    @Test func stoppingSavesWhatIsDoneAndFinishes() throws {
        var harness = try MachineHarness(events: 100, keys: 3, policy: policy(), seed: 4) { _, _ in true }
        harness.start()
        harness.run(steps: 6)
        harness.send(.stop)
        harness.run()
        #expect(harness.isFinished)
        #expect(harness.saved == harness.machine.checkpoint)
        #expect(harness.handled.count < 100)
    }

    @Test func aPauseLetsNothingBegin() throws {
        var harness = try MachineHarness(events: 100, keys: 3, policy: policy(), seed: 5) { event, attempt in
            event.position != 2 || attempt > 1
        }
        harness.start()
        harness.run(steps: 5)
        harness.send(.pause)
        harness.run()
        let handled = harness.handled.count
        #expect(handled < 100)
        harness.send(.resume)
        harness.run()
        #expect(harness.handled.count == 100)
        #expect(harness.faults.isEmpty, "\(harness.faults)")
    }

    @Test func batchesAreFullOrOldEnough() throws {
        var policy = policy(parallelism: 2)
        policy.pageSize = 100
        policy.batch = .upTo(8, within: .seconds(1))
        var harness = try MachineHarness(events: 90, keys: 9, policy: policy, seed: 8) { _, _ in true }
        harness.start()
        harness.run()
        #expect(harness.handled.count == 90 && harness.saved == 90)
        #expect(harness.runs.count { $0 < 8 } <= 2, "only the ends of the lanes are short: \(harness.runs)")
        #expect(harness.faults.isEmpty, "\(harness.faults)")
    }

    /// Nothing more is read while the window is full of bytes, so that nothing more can join a batch.
    @Test func aBatchOfLargeEventsDoesNotWaitForMore() throws {
        var policy = policy(parallelism: 1)
        (policy.pageSize, policy.batch) = (1_000, .upTo(1_000, within: .seconds(3_600)))
        var machine = SubscriptionMachine(policy: policy)
        _ = machine.handle(.started(.init(position: .start)))
        let payload = try Payload.binary([UInt8](repeating: 7, count: 4 << 20), contentType: "application/octet-stream")
        let items = (1...9 as ClosedRange<Int64>).map { number in
            let event = RecordedEvent(
                event: Event(type: "t", payload: payload), version: 1, position: Position(unchecked: number),
                recordedTime: Timestamp(nanoseconds: number))
            return SubscriptionItem(event: event, key: "k")
        }
        let actions = machine.handle(.page(items, through: 9, isLast: false))
        #expect(actions.contains { if case .run(_, let items) = $0 { items.count == 9 } else { false } })
    }

    /// Of an event that is done, no part is kept, wherever it is in the window.
    @Test func partsOfWhatIsDoneAreNotKept() {
        var window = EventWindow(after: .start)
        let items = (1...2 as ClosedRange<Int64>).map { number in
            let event = RecordedEvent(
                event: Event(type: "t"), version: 1, position: Position(unchecked: number), recordedTime: Timestamp(nanoseconds: 1))
            return SubscriptionItem(event: event, key: "k")
        }
        for item in items { _ = window.add(item.event) }
        window.finish(2)
        let isAnother = window.add(items[1].event)
        #expect(!isAnother)
        #expect(window.whole(items).count == 2)
    }

    @Test func anErrorBringsItsOwnRetries() throws {
        var harness = try MachineHarness(events: 10, keys: 2, policy: policy(attempts: 1), seed: 9) { event, attempt in
            event.position != 4 || attempt == 5
        }
        harness.retry = .immediate(attempts: 5)
        harness.start()
        harness.run()
        #expect(harness.handled.count == 10 && harness.parked.isEmpty)
    }

    @Test func aPauseIsShortenedByChance() throws {
        let retry = RetryPolicy.fixed(.seconds(10), attempts: 2).jittered(0.2)
        for (chance, pause) in [(0.0, Duration.seconds(10)), (0.5, .seconds(9)), (1, .seconds(8))] as [(Double, Duration)] {
            let harness = try MachineHarness(events: 1, keys: 1, policy: policy(), seed: 1) { _, _ in true }
            var machine = harness.machine
            _ = machine.handle(.started(.init(position: .start)))
            let items = harness.log.map { SubscriptionItem(event: $0, key: MachineHarness.key($0)) }
            _ = machine.handle(.page(items, through: 1, isLast: true))
            let failure = SubscriptionMachine.Failure.event(error: "e", retry: retry, chance: chance)
            let lane = machine.running.keys.first?.lane ?? 0
            let actions = machine.handle(.ran(.lane(lane), handled: 0, failure: failure))
            #expect(actions.contains(.retry("key-0", after: pause)))
        }
    }

    @Test func whatOperatorsWantIsDoneOneAfterTheOther() throws {
        var machine = SubscriptionMachine(policy: policy())
        _ = machine.handle(.started(.init(position: .start)))
        let obeyed = SubscriptionMachine.Input.obeyed(blocked: [], hasJobs: false)
        #expect(machine.handle(.called) == [.obey])
        #expect(machine.handle(.called).isEmpty && machine.handle(.called).isEmpty)
        #expect(machine.handle(obeyed) == [.obey])
        #expect(machine.handle(obeyed).isEmpty)
    }

    /// An event is parked and discarded before its run hears that it was parked: nothing waits behind it.
    @Test func whatIsDiscardedBeforeItsParkingIsKnownHoldsNoKey() throws {
        var harness = try MachineHarness(events: 1, keys: 1, policy: policy(.keyWaits, attempts: 1), seed: 1) { _, _ in false }
        let isParking = { harness.start(); return harness.run { if case .park = $0 { true } else { false } } }()
        #expect(isParking)
        let nothing = SubscriptionMachine.Input.obeyed(blocked: [], hasJobs: false)
        #expect(harness.machine.handle(.called) == [.obey])
        _ = harness.machine.handle(nothing)
        #expect(harness.machine.handle(.parked(1)).contains(.obey))
        _ = harness.machine.handle(nothing)
        #expect(harness.machine.blockedKeys.isEmpty)
    }

    @Test func retriesThatAreWantedWaitForTheEndOfAPause() throws {
        var machine = SubscriptionMachine(policy: policy())
        _ = machine.handle(.started(.init(position: .start, isPaused: true)))
        _ = machine.handle(.called)
        #expect(machine.handle(.obeyed(blocked: [], hasJobs: true)).isEmpty)
        #expect(machine.handle(.resume).contains(.work))
    }

    @Test func theCheckpointIsSavedAsOftenAsThePolicySays() throws {
        func saves(every: Int?) throws -> Int {
            var policy = policy(parallelism: 1)
            policy.pageSize = 50
            policy.saveEvery = every
            var harness = try MachineHarness(events: 100, keys: 1, policy: policy, seed: 10) { _, _ in true }
            harness.start()
            harness.run()
            #expect(harness.saved == 100 && harness.faults.isEmpty)
            return harness.saves
        }
        let (pages, events) = (try saves(every: nil), try saves(every: 1))
        #expect(pages <= 3 && events >= 3 * pages, "\(pages) and \(events)")
    }

    /// The end in good order is waited for, and no longer than the policy says.
    @Test func aStoreThatCannotWriteHoldsAnEndForABoundedTime() throws {
        var harness = try MachineHarness(events: 10, keys: 1, policy: policy(), seed: 4) { _, _ in true }
        harness.start()
        let save = harness.run { if case .save = $0 { true } else { false } }
        #expect(save)
        harness.send(.stop)
        #expect(!harness.isFinished)
        harness.send(.drained)
        #expect(harness.isFinished)
    }

    @Test func anEndBeforeTheBeginningIsAtOnce() {
        var machine = SubscriptionMachine(policy: policy())
        #expect(machine.handle(.stop) == [.finish])
        #expect(machine.handle(.started(.init(position: .start))).isEmpty)
    }

    @Test func anOutageUsesUpNoAttemptAndKeepsTheOrder() throws {
        var isDown = 6
        var harness = try MachineHarness(events: 60, keys: 9, policy: policy(parallelism: 1, attempts: 1), seed: 12) { _, _ in true }
        harness.outage = {
            isDown -= 1
            return isDown > 0
        }
        harness.start()
        harness.run()
        #expect(isDown <= 0 && harness.parked.isEmpty)
        #expect(harness.handled.map(\.position) == harness.log.map(\.position))
        #expect(harness.rests == [100, 200, 400, 800, 1_600].map { .milliseconds($0) })
        #expect(harness.saved == 60 && harness.faults.isEmpty, "\(harness.faults)")
    }

    /// An event that nobody can read is parked at its first attempt, in its turn.
    @Test func anUnreadableEventIsParkedInItsTurn() throws {
        var harness = try MachineHarness(events: 20, keys: 1, policy: policy(.keyWaits, attempts: 5), seed: 3) { _, _ in true }
        harness.unreadable = [7]
        harness.start()
        harness.run()
        #expect(harness.handled.map(\.position.value) == Array(1...6))
        #expect(harness.parked.map(\.event.position.value).sorted() == Array(7...20))
        #expect(harness.saved == 20 && harness.faults.isEmpty, "\(harness.faults)")
    }
}

extension SubscriptionMachine.Runner {
    fileprivate var lane: Int? {
        if case .lane(let lane) = self { lane } else { nil }
    }
}
