@testable import FlxEvents
import FlxTesting
import Testing

/// What operators do with parked events.
@Suite struct ParkingTests {
    private let bench = SubscriptionBench()
    private var store: MemoryEventStore { bench.store }

    private func acts(_ name: String) async throws -> [Event] {
        try await store.read(.stream(try StreamName("flx-subscription-" + name)), .forward, limit: 99).events.map(\.event)
    }

    @Test func anEventOfASystemStreamIsFoundWhereItIsParked() async throws {
        try await SubscriptionControl(of: "somebody", in: store).pause(by: "ops")
        let parking = try ParkingPlace(of: "acts", in: store)
        let acts = Subscription("acts", to: .prefix("flx-subscription-somebody"), policy: bench.policy()) { _ in throw HandlerRefusal() }
        try await bench.run(acts) { try await parking.count() == 1 }
        #expect(try await parking.events(limit: 9).map(\.event.event.type) == ["flx.subscription.paused"])
    }

    @Test func aKeyIsRetriedInOrderWhileTheSubscriptionRuns() async throws {
        for number in 1...8 { try await bench.append(number...number, to: number.isMultiple(of: 2) ? "even" : "odd") }
        let (seen, repair) = (Seen<Int>(), Seen<Int>())
        let runner = try bench.runner(Subscription("s", policy: bench.policy { $0.parking = .keyWaits }) { recorded in
            let number = try SubscriptionBench.number(recorded)
            if number == 4, repair.count == 0 { throw HandlerRefusal() }
            seen.add(number)
        })
        try await bench.run(runner) {
            try await eventually { try await SubscriptionBench.isIdle(runner) }
            let vain = try await runner.retryParked(.key("even"), by: "night shift")
            #expect(vain.handled == 0 && vain.failed == 1 && vain.skipped == 2 && vain.total == 3)
            repair.add(1)
            // One event is asked for: those that wait behind it, and before it, come along in their order.
            let place = try #require(try await runner.parking.events(limit: 9).last?.position)
            #expect(try await runner.retryParked(.position(place), by: "night shift").handled == 3)
            try await bench.append(9...10, to: "even")
            try await eventually { seen.count >= 10 }
        }
        #expect(seen.values.filter { $0.isMultiple(of: 2) || $0 > 8 } == [2, 4, 6, 8, 9, 10])
        #expect(try await runner.parking.count() == 0)
        let released = try await store.read(.stream(runner.parking.stream), .forward, limit: 99).events.map(\.event)
        #expect(released.filter { $0.type == "flx.event.released" }.count == 3)
        #expect(try released.last?.value["operator"]?.string == "night shift")
        #expect(try await acts("s").filter { $0.type == "flx.parked.retry.begun" }.count == 2)
    }

    @Test func aGroupIsRetriedWithoutARunAtARateAndWithProgress() async throws {
        try await bench.append(1...30)
        let repaired = Seen<Int>()
        let subscription = Subscription("s", policy: bench.policy()) { recorded in
            let number = try SubscriptionBench.number(recorded)
            if number.isMultiple(of: 10) { throw HandlerRefusal(reason: "no stock of item \(number)") }
            if number.isMultiple(of: 3), repaired.count == 0 { throw HandlerRefusal(reason: "mail to 'user \(number)' bounced") }
        }
        try await bench.drain(subscription)
        let clock = ManualClock()
        let runner = try SubscriptionRunner(subscription, on: store, sleep: clock, logger: SubscriptionBench.silence)
        let groups = try await runner.parking.groups()
        #expect(groups.map(\.count) == [9, 3])
        #expect(groups.map(\.first) == [3, 10])
        #expect(groups.allSatisfy { $0.handler == "s" && $0.id.count == 8 })
        repaired.add(1)
        let steps = Seen<Int>()
        let group = try #require(groups.first)
        async let result = runner.retryParked(.group(group.id), by: "ops", perSecond: 2) { steps.add($0.done) }
        for _ in 1...8 {
            // Beside it sleeps who renews the lease.
            try await clock.sleepers(reach: 2)
            clock.advance(by: .milliseconds(500))
        }
        #expect(try await result.handled == 9)
        #expect(steps.values == Array(1...9))
        #expect(try await runner.parking.groups().map(\.count) == [3])
    }

    @Test func aRetryIsStoppedBetweenTwoEvents() async throws {
        try await bench.append(1...10)
        let repaired = Seen<Int>()
        let subscription = Subscription("s", policy: bench.policy()) { _ in if repaired.count == 0 { throw HandlerRefusal() } }
        try await bench.drain(subscription)
        repaired.add(1)
        let (clock, steps) = (ManualClock(), Seen<Int>())
        let runner = try SubscriptionRunner(subscription, on: store, sleep: clock, logger: SubscriptionBench.silence)
        let handled = try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask { try await runner.retryParked(.all, by: "ops", perSecond: 1) { steps.add($0.done) }.handled }
            try await clock.sleepers(reach: 2)
            group.cancelAll()
            return try await group.next()
        }
        #expect(handled == 1 && steps.values == [1])
        #expect(try await runner.parking.count() == 9)
    }

    @Test func anEventIsCorrectedAndHandledInItsTurn() async throws {
        for number in 1...4 { try await bench.append(number...number, to: number.isMultiple(of: 2) ? "even" : "odd") }
        let seen = Seen<Int>()
        let subscription = Subscription("s", policy: bench.policy { $0.parking = .keyWaits }) { recorded in
            let number = try SubscriptionBench.number(recorded)
            if number == 2 { throw HandlerRefusal() }
            seen.add(number)
        }
        let other = Seen<Int>()
        try await bench.drain(subscription)
        let runner = try bench.runner(subscription)
        try await bench.run(runner) {
            let correction = try await runner.parking.edit(at: 2, payload: .json(Counted(number: 22)), reason: "a slip", by: "ops")
            let original = try await store.read(.all, .forward(after: 1), limit: 1).events.first?.event
            #expect(correction.causationID == original?.id && correction.stream == "even" && correction.type == original?.type)
            #expect(try await runner.parking.event(at: 2)?.isCorrected == true)
            try await runner.retryParked(.all, by: "ops")
            try await bench.append(5...5, to: "even")
            try await eventually { seen.values.last == 5 }
        }
        // The correction took the old event's turn, and did not come again from its own place in the log.
        #expect(seen.values.filter { $0 != 1 && $0 != 3 } == [22, 4, 5])
        try await bench.drain(Subscription("other", to: .stream("even")) { other.add(try SubscriptionBench.number($0)) })
        #expect(other.values == [2, 4, 22, 5])
        #expect(try await acts("s").contains { $0.type == "flx.parked.edited" })
        let missing = await #expect(throws: FlxError.self) { try await runner.parking.edit(at: 1, payload: .none, by: "ops") }
        #expect(missing?.code == .notFound)
    }

    @Test func eventsAreDiscardedWithAReason() async throws {
        try await bench.append(1...3)
        try await bench.drain(Subscription("s", to: .stream("s"), policy: bench.policy()) { _ in throw HandlerRefusal() })
        let parking = try ParkingPlace(of: "s", in: store)
        #expect(try await parking.discard(.position(2), reason: "a test order", by: "ops") == 1)
        #expect(try await bench.parked("s") == [1, 3])
        #expect(try await parking.discard(.position(2), reason: "again", by: "ops") == 0)
        let silent = await #expect(throws: FlxError.self) { try await parking.discard(.all, reason: "", by: "ops") }
        let nameless = await #expect(throws: FlxError.self) { try await parking.discard(.all, reason: "old", by: "") }
        #expect(silent?.code == .invalidValue && nameless?.code == .invalidValue)
        let act = try #require(try await acts("s").last)
        #expect(try act.type == "flx.parked.discarded" && act.value["reason"]?.string == "a test order")
    }

    @Test func aKeyOfWhichAllIsDiscardedGoesOn() async throws {
        try await bench.append(1...3)
        let seen = Seen<Int>()
        let runner = try bench.runner(Subscription("s", policy: bench.policy { $0.parking = .keyWaits }) { recorded in
            let number = try SubscriptionBench.number(recorded)
            if number == 1 { throw HandlerRefusal() }
            seen.add(number)
        })
        try await bench.run(runner) {
            try await eventually { try await bench.parked("s") == [1, 2, 3] }
            try await runner.discardParked(.position(1), reason: "old", by: "ops")
            try await bench.append(4...4)
            try await eventually { try await bench.parked("s") == [2, 3, 4] }
            #expect(seen.count == 0, "what waited behind it stays parked, and so do later ones")
            try await runner.discardParked(.all, reason: "old", by: "ops")
            try await bench.append(5...5)
            try await eventually {
                if seen.count == 0, try await bench.parked("s") != [] { try await runner.discardParked(.all, reason: "old", by: "ops") }
                try await bench.append(6...6)
                return seen.count > 0
            }
        }
    }

    @Test func failuresThatDifferInNumbersAndNamesAreOneGroup() {
        let errors = ["item 17 of 'a b' can't be read at 0190b3c2-00", "item 4 of 'c' can't be read at 77ff-9"]
        #expect(Set(errors.map { ParkedGroup.fingerprint(of: $0) }) == ["item # of '' can't be read at #-#"])
        #expect(ParkedGroup.fingerprint(of: "a 1 b") == ParkedGroup.fingerprint(of: "a 22 b"))
        #expect(ParkedGroup.id(of: "a").count == 8 && ParkedGroup.id(of: "a") != ParkedGroup.id(of: "b"))
    }
}
