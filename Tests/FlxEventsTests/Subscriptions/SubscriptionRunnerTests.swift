import FlxEvents
import FlxTesting
import ServiceLifecycleTestKit
import Testing

@Suite struct SubscriptionRunnerTests {
    let store = MemoryEventStore()

    private func append(_ numbers: ClosedRange<Int>, to stream: StreamName = "s") async throws {
        try await store.append(try numbers.map { try Event(Counted(number: $0)) }, to: stream)
    }

    /// Runs a subscription until a condition holds, then shuts it down in good order.
    private func run(_ runner: SubscriptionRunner, until condition: @escaping @Sendable () async throws -> Bool) async throws {
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await runner.run() }
                try await eventually(condition)
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
    }

    private func policy(_ change: (inout SubscriptionPolicy) -> Void = { _ in }) -> SubscriptionPolicy {
        var policy = SubscriptionPolicy()
        policy.retry = .immediate(attempts: 2)
        change(&policy)
        return policy
    }

    @Test func itCatchesUpAndGoesOnLive() async throws {
        let seen = Seen<Int>()
        try await append(1...1_500)
        let subscription = Subscription("all", to: .types("test.counted")) { seen.add(try $0.event.decode(as: Counted.self).number) }
        let runner = try SubscriptionRunner(subscription, on: store)
        async let later: Void = append(1_501...1_600)
        try await run(runner) { seen.count >= 1_600 }
        try await later
        #expect(seen.values == Array(1...1_600))
        #expect(try await store.checkpoint(subscription.checkpointName) == 1_600)
    }

    @Test func itGoesOnFromItsCheckpoint() async throws {
        let (first, second) = (Seen<Int>(), Seen<Int>())
        try await append(1...10)
        try await run(try SubscriptionRunner(Subscription("s") { first.add(Int($0.position.value)) }, on: store)) { first.count == 10 }
        try await append(11...12)
        try await run(try SubscriptionRunner(Subscription("s") { second.add(Int($0.position.value)) }, on: store)) { second.count == 2 }
        #expect(second.values == [11, 12])
    }

    @Test(arguments: [
        (Subscription.Start.beginning, [1, 2, 3, 4]), (.end, [4]), (.after(2), [3, 4]),
        (.time(Timestamp(nanoseconds: 2)), [2, 3, 4]), (.time(Timestamp(nanoseconds: 9)), [4]),
    ])
    func itBeginsWhereItShould(start: Subscription.Start, expected: [Int64]) async throws {
        let ticks = Seen<Int>()
        let store = MemoryEventStore(clock: EventClock {
            ticks.add(1)
            return Timestamp(nanoseconds: Int64(ticks.count))
        })
        for number in 1...3 { try await store.append([try Event(Counted(number: number))], to: "s") }
        let seen = Seen<Int64>()
        let runner = try SubscriptionRunner(Subscription("s", from: start) { seen.add($0.position.value) }, on: store)
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await runner.run() }
                // The fourth event comes once the subscription stands where it begins.
                try await eventually { try await runner.status().checkpoint >= (start == .beginning || start == .after(2) ? 3 : 1) }
                try await store.append([try Event(Counted(number: 4))], to: "s")
                try await eventually { seen.values.last == 4 }
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
        #expect(seen.values == expected)
    }

    @Test func aPoisonedEventIsParkedWithItsError() async throws {
        let seen = Seen<Int>()
        try await append(1...20)
        let subscription = Subscription("s", version: 7, policy: policy()) { recorded in
            if recorded.position == 13 { throw HandlerRefusal(reason: "unlucky") }
            seen.add(Int(recorded.position.value))
        }
        try await run(try SubscriptionRunner(subscription, on: store)) { [store] in
            try await store.checkpoint(subscription.checkpointName) == 20
        }
        #expect(seen.values.count == 19)
        let parked = try await ParkingPlace(of: "s", in: store).events(of: nil, limit: 10)
        #expect(parked.map(\.event.position) == [13])
        #expect(parked.first?.attempts == 2)
        #expect(parked.first?.handlerVersion == 7)
        #expect(parked.first?.error.contains("unlucky") == true)
    }

    @Test func eventsOfAKeyWaitBehindAParkedOneAlsoAfterARestart() async throws {
        for number in 1...10 {
            try await append(number...number, to: number.isMultiple(of: 2) ? "even" : "odd")
        }
        let seen = Seen<Int>()
        let subscription = Subscription("s", policy: policy { $0.parking = .keyWaits }) { recorded in
            let number = try recorded.event.decode(as: Counted.self).number
            if number == 4 { throw HandlerRefusal() }
            seen.add(number)
        }
        // Parked events are recorded in the same log, so that positions grow beyond those of the events that were appended here.
        try await run(try SubscriptionRunner(subscription, on: store)) { [store] in
            try await store.checkpoint(subscription.checkpointName) ?? .start >= 10
        }
        try await append(11...11, to: "odd")
        try await append(12...12, to: "even")
        let last = try await store.lastPosition()
        try await run(try SubscriptionRunner(subscription, on: store)) { [store] in
            try await store.checkpoint(subscription.checkpointName) ?? .start >= last
        }
        #expect(seen.values == [1, 2, 3, 5, 7, 9, 11])
        let waiting = try await ParkingPlace(of: "s", in: store).events(of: "even", limit: 99)
        #expect(try waiting.map { try $0.event.event.decode(as: Counted.self).number } == [4, 6, 8, 10, 12])
        #expect(try await ParkingPlace(of: "s", in: store).waitingKeys() == ["even"])
    }

    @Test func anOperatorRetriesAKeyWhileTheSubscriptionRuns() async throws {
        for number in 1...8 { try await append(number...number, to: number.isMultiple(of: 2) ? "even" : "odd") }
        let (seen, repair) = (Seen<Int>(), Seen<Int>())
        let subscription = Subscription("s", policy: policy { $0.parking = .keyWaits }) { recorded in
            if recorded.position == 4, repair.count == 0 { throw HandlerRefusal() }
            seen.add(Int(recorded.position.value))
        }
        let runner = try SubscriptionRunner(subscription, on: store)
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await runner.run() }
                try await eventually { try await store.checkpoint(subscription.checkpointName) ?? .start >= 8 }
                #expect(try await runner.retryParked(key: "even", by: "night shift") == 0, "it still fails")
                repair.add(1)
                #expect(try await runner.retryParked(key: "even", by: "night shift") == 3)
                try await append(9...10, to: "even")
                try await eventually { seen.count >= 10 }
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
        #expect(seen.values.filter { $0 <= 8 && $0.isMultiple(of: 2) } == [2, 4, 6, 8])
        #expect(try await ParkingPlace(of: "s", in: store).count() == 0)
        let acts = try await store.read(.stream(runner.parking.stream), .forward, limit: 99).events.map(\.event)
        #expect(acts.filter { $0.type == "flx.event.released" }.count == 3)
        #expect(try acts.last?.value["operator"]?.string == "night shift")
    }

    @Test func anOperatorDiscardsAnEventWithAReason() async throws {
        try await append(1...3)
        let subscription = Subscription("s", to: .stream("s"), policy: policy()) { _ in throw HandlerRefusal() }
        let runner = try SubscriptionRunner(subscription, on: store)
        try await run(runner) { [store] in try await ParkingPlace(of: "s", in: store).count() == 3 }
        try await runner.discardParked(at: 2, reason: "a test order", by: "night shift")
        #expect(try await ParkingPlace(of: "s", in: store).events(of: nil, limit: 9).map(\.event.position) == [1, 3])
        let missing = await #expect(throws: FlxError.self) { try await runner.discardParked(at: 2, reason: "again", by: "x") }
        #expect(missing?.code == .notFound)
        let silent = await #expect(throws: FlxError.self) { try await runner.discardParked(at: 1, reason: "", by: "x") }
        #expect(silent?.code == .invalidValue)
        let acts = try await store.read(.stream(runner.parking.stream), .forward, limit: 99).events.map(\.event)
        #expect(try acts.last?.value["reason"]?.string == "a test order")
        let cause = try await store.read(.all, .forward(after: 1), limit: 1).events.first
        #expect(acts.last?.causationID == cause?.id)
    }

    @Test func aHandlerThatHangsIsParkedAfterItsDeadline() async throws {
        try await append(1...3)
        let (seen, gate, clock) = (Seen<Int>(), Gate(), ManualClock())
        let subscription = Subscription("s", policy: policy { $0.deadline = .seconds(5) }) { recorded in
            if recorded.position == 2 { await gate.pass() }
            seen.add(Int(recorded.position.value))
        }
        let place = try ParkingPlace(of: "s", in: store)
        try await run(try SubscriptionRunner(subscription, on: store, sleep: clock)) { [store] in
            // Time passes in steps that are short of the deadline, and only until the second event is parked: the third has its time.
            await gate.arrived()
            if try await place.count() == 0 { clock.advance(by: .seconds(1)) }
            return try await store.checkpoint(subscription.checkpointName) ?? .start >= 3
        }
        #expect(seen.values == [1, 3])
        #expect(try await place.count() == 1)
        gate.open()
    }

    @Test func pauseAndStatusSayWhyItDoesNotMove() async throws {
        try await append(1...3)
        let seen = Seen<Int>()
        let runner = try SubscriptionRunner(Subscription("s") { seen.add(Int($0.position.value)) }, on: store)
        runner.pause(by: "night shift")
        let waiting = try await runner.status()
        #expect(waiting.reason == "paused by night shift")
        #expect(waiting.lag == 3)
        runner.resume()
        try await run(runner) { seen.count == 3 }
        #expect(try await runner.status().reason == nil)
        #expect(try await runner.status().lag == 0)
    }

    @Test func whatAHandlerPublishesNamesItsCause() async throws {
        try await append(1...1)
        let bus = HybridEventBus(store: store)
        let runner = try SubscriptionRunner(
            Subscription("s", to: .types("test.counted")) { _ in try await bus.publish(Followed(number: 1), to: "f") }, on: store)
        try await run(runner) { [store] in try await store.lastPosition() == 2 }
        let events = try await store.read(.all, .forward, limit: 9).events.map(\.event)
        #expect(events.last?.causationID == events.first?.id)
    }

    @Test func aClosedStoreEndsTheRun() async throws {
        let runner = try SubscriptionRunner(Subscription("s") { _ in }, on: store)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runner.run() }
            await store.close()
            let error = await #expect(throws: FlxError.self) { try await group.waitForAll() }
            #expect(error?.code == .closed)
        }
    }
}
