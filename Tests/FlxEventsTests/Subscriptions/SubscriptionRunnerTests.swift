import FlxEvents
import FlxTesting
import Testing

@Suite struct SubscriptionRunnerTests {
    private let bench = SubscriptionBench()
    private var store: MemoryEventStore { bench.store }

    @Test func itCatchesUpAndGoesOnLive() async throws {
        let seen = Seen<Int>()
        try await bench.append(1...1_500)
        let subscription = Subscription("all", to: .types("test.counted")) { seen.add(try SubscriptionBench.number($0)) }
        async let later: Void = bench.append(1_501...1_600)
        try await bench.run(subscription) { seen.count >= 1_600 }
        try await later
        #expect(seen.values == Array(1...1_600))
        #expect(try await store.checkpoint(subscription.checkpointName) ?? .start >= 1_600)
    }

    @Test func itGoesOnFromItsCheckpoint() async throws {
        let (first, second) = (Seen<Int>(), Seen<Int>())
        try await bench.append(1...10)
        try await bench.run(Subscription("s") { first.add(try SubscriptionBench.number($0)) }) { first.count == 10 }
        try await bench.append(11...12)
        try await bench.run(Subscription("s") { second.add(try SubscriptionBench.number($0)) }) { second.count == 2 }
        #expect(second.values == [11, 12])
    }

    @Test(arguments: [
        (Subscription.Start.beginning, [1, 2, 3, 4]), (.end, [4]), (.after(2), [3, 4]),
        (.time(Timestamp(nanoseconds: 2)), [2, 3, 4]), (.time(Timestamp(nanoseconds: 99)), [4]),
    ])
    func itBeginsWhereItShould(start: Subscription.Start, expected: [Int]) async throws {
        let ticks = Seen<Int>()
        let bench = SubscriptionBench(.memory(clock: EventClock {
            ticks.add(1)
            return Timestamp(nanoseconds: Int64(ticks.count))
        }))
        for number in 1...3 { try await bench.append(number...number) }
        let seen = Seen<Int>()
        let runner = try bench.runner(Subscription("s", from: start) { seen.add(try SubscriptionBench.number($0)) })
        try await bench.run(runner) {
            // The fourth event comes once the subscription stands where it begins.
            try await eventually { try await SubscriptionBench.isIdle(runner) }
            try await bench.append(4...4)
            try await eventually { seen.values.last == 4 }
        }
        #expect(seen.values == expected)
    }

    @Test func patternsChooseAmongTheSelected() async throws {
        let seen = Seen<String>()
        for type in ["order.placed", "order.line.added", "invoice.sent", "order.paid"] as [EventType] {
            try await store.append([Event(type: type)], to: "s")
        }
        let subscription = Subscription("s", to: .stream("s"), matching: ["order.*"]) { seen.add($0.event.type.description) }
        try await bench.drain(subscription)
        #expect(seen.values == ["order.placed", "order.paid"])
    }

    @Test func aPoisonedEventIsParkedWithItsError() async throws {
        let seen = Seen<Int>()
        try await bench.append(1...20)
        try await bench.drain(Subscription("s", version: 7, policy: bench.policy()) { recorded in
            if recorded.position == 13 { throw HandlerRefusal(reason: "unlucky") }
            seen.add(Int(recorded.position.value))
        })
        #expect(seen.values.count == 19)
        let parked = try await ParkingPlace(of: "s", in: store).events(limit: 10)
        #expect(parked.map(\.event.position) == [13] && parked.map(\.position) == [13])
        #expect(parked.first?.attempts == 2 && parked.first?.handlerVersion == 7 && parked.first?.handler == "s")
        #expect(parked.first?.error.contains("unlucky") == true)
    }

    @Test func eventsOfAKeyWaitBehindAParkedOneAlsoAfterARestart() async throws {
        for number in 1...10 { try await bench.append(number...number, to: number.isMultiple(of: 2) ? "even" : "odd") }
        let seen = Seen<Int>()
        let subscription = Subscription("s", policy: bench.policy { $0.parking = .keyWaits }) { recorded in
            if try SubscriptionBench.number(recorded) == 4 { throw HandlerRefusal() }
            seen.add(try SubscriptionBench.number(recorded))
        }
        try await bench.drain(subscription)
        try await bench.append(11...11, to: "odd")
        try await bench.append(12...12, to: "even")
        try await bench.drain(subscription)
        #expect(seen.values == [1, 2, 3, 5, 7, 9, 11])
        #expect(try await bench.parked("s", .key("even")) == [4, 6, 8, 10, 12])
        #expect(try await ParkingPlace(of: "s", in: store).waitingKeys() == ["even"])
    }

    @Test func keysThatLookAlikeDoNotWaitForEachOther() async throws {
        for number in 1...10 { try await bench.append(number...number, to: number.isMultiple(of: 2) ? "\u{E9}" : "e\u{301}") }
        let seen = Seen<Int>()
        let subscription = Subscription("s", policy: bench.policy { $0.parking = .keyWaits }) { recorded in
            if try SubscriptionBench.number(recorded) == 4 { throw HandlerRefusal() }
            seen.add(try SubscriptionBench.number(recorded))
        }
        try await bench.drain(subscription)
        #expect(seen.values == [1, 2, 3, 5, 7, 9])
        #expect(try await bench.parked("s", .key("\u{E9}")) == [4, 6, 8, 10])
        #expect(try await bench.parked("s", .key("e\u{301}")).isEmpty)
        #expect(try await ParkingPlace(of: "s", in: store).waitingKeys() == ["\u{E9}"])
    }

    @Test func aHandlerThatHangsIsParkedAfterItsDeadline() async throws {
        try await bench.append(1...3)
        let (seen, gate, clock) = (Seen<Int>(), Gate(), ManualClock())
        let subscription = Subscription("s", policy: bench.policy { $0.deadline = .seconds(5) }) { recorded in
            if recorded.position == 2 { await gate.pass() }
            seen.add(Int(recorded.position.value))
        }
        let runner = try SubscriptionRunner(subscription, on: store, sleep: clock, logger: SubscriptionBench.silence)
        try await bench.run(runner) {
            // Time passes in steps that are short of the deadline, and only until the second event is parked: the third has its time.
            await gate.arrived()
            try await eventually {
                if try await runner.parking.count() == 0 { clock.advance(by: .seconds(1)) }
                return seen.values.last == 3
            }
        }
        #expect(seen.values == [1, 3])
        #expect(try await bench.parked("s") == [2])
        gate.open()
    }

    @Test func anErrorChoosesItsRetries() async throws {
        try await bench.append(1...2)
        let calls = Seen<Int>()
        let policy = bench.policy {
            $0.retry = .immediate(attempts: 4)
            $0.retryAfter = { ($0 as? HandlerRefusal)?.reason == "hopeless" ? RetryPolicy.none : nil }
        }
        try await bench.drain(Subscription("s", policy: policy) { recorded in
            let number = try SubscriptionBench.number(recorded)
            calls.add(number)
            throw HandlerRefusal(reason: number == 1 ? "hopeless" : "busy")
        })
        #expect(calls.values == [1, 2, 2, 2, 2])
    }

    @Test func whatAHandlerPublishesNamesItsCause() async throws {
        try await bench.append(1...1)
        let bus = HybridEventBus(store: store)
        try await bench.drain(Subscription("s", to: .types("test.counted")) { _ in try await bus.publish(Followed(number: 1), to: "f") })
        let cause = try await store.read(.stream("s"), .forward, limit: 9).events.first?.id
        #expect(try await store.read(.stream("f"), .forward, limit: 9).events.first?.event.causationID == cause)
    }

    @Test func aClosedStoreEndsTheRun() async throws {
        let runner = try bench.runner(Subscription("s") { _ in })
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runner.run() }
            await store.close()
            let error = await #expect(throws: FlxError.self) { try await group.waitForAll() }
            #expect(error?.code == .closed)
        }
    }
}
