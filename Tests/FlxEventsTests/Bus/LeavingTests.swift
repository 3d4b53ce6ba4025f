import FlxEvents
import FlxTesting
import Logging
import Testing

/// What leaves a service, and what does not.
@Suite struct LeavingTests {
    private let store = MemoryEventStore.memory()

    private func bus(
        _ broker: any Broker, _ sending: Transform = Transform(), sleep: any Clock<Duration> = ContinuousClock()
    ) -> HybridEventBus {
        HybridEventBus(
            store: store, broker: broker, name: "plant", sending: sending,
            configuration: BusConfiguration(sleep: sleep, logger: SubscriptionBench.silence))
    }

    private func run(_ bus: HybridEventBus, _ work: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await bus.run() }
            try await work()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private func listen(_ broker: MemoryBroker, _ seen: Seen<Event>, work: () async throws -> Void) async throws {
        let queue = try BrokerQueue("watch", of: .all)
        try await broker.bind(queue)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await broker.consume(queue, prefetch: 1) { delivery in
                    seen.add(delivery.event)
                    return .ack
                }
            }
            try await work()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test func anEventThatCannotBeTransformedIsParkedAndTheOthersLeave() async throws {
        let (broker, seen) = (MemoryBroker.memory(), Seen<Event>())
        let bus = bus(broker, [.rename("/sum", to: "/total")])
        try await bus.publish("a.ok", data: ["sum": 1])
        try await bus.publish("b.poison", data: ["sum": 1, "total": 2])
        try await bus.publish("c.after", data: ["sum": 3])
        try await listen(broker, seen) {
            try await run(bus) {
                try await eventually { seen.count == 2 }
                try await eventually { try await ParkingPlace(of: "relay-plant", in: store).count() == 1 }
                try await eventually { try await SubscriptionControl(of: "relay-plant", in: store).status().lag == 0 }
            }
        }
        #expect(seen.values.map(\.type) == ["a.ok", "c.after"])
        let parked = try await ParkingPlace(of: "relay-plant", in: store).events(limit: 9)
        #expect(parked.map(\.event.event.type) == ["b.poison"])
    }

    /// Neighbours that the broker never takes, or that cannot be transformed: more than make the relay rest.
    @Test(.timeLimit(.minutes(10)), arguments: [true, false])
    func aLongStretchOfBadEventsIsParkedAndTheOthersLeave(isBroker: Bool) async throws {
        let (clock, seen) = (ManualClock(), Seen<Event>())
        var broker = WatchedBroker()
        if isBroker {
            broker.publishing = { events throws(FlxError) in
                if events.contains(where: { $0.type == "poison" }) { throw FlxError(.limitExceeded, "too large") }
            }
        }
        let bus = bus(broker, isBroker ? [] : [.rename("/sum", to: "/total")], sleep: clock)
        for number in 0...31 {
            let isFine = number % 31 == 0
            var event = try Event(type: isFine ? "fine" : "poison", data: isFine ? ["sum": 1] : ["sum": 1, "total": 2])
            event.stream = "s"
            try await bus.publish(event)
        }
        let parking = try ParkingPlace(of: "relay-plant", in: store)
        try await listen(broker.inner, seen) {
            try await run(bus) {
                try await eventually {
                    // In small steps, so that no publish seems to take a minute.
                    clock.advance(by: .milliseconds(250))
                    let parked = try await parking.count()
                    return seen.count == 2 && parked == 30
                }
            }
        }
        #expect(seen.values.map(\.type) == ["fine", "fine"])
        #expect(try await parking.events(limit: 99).allSatisfy { $0.event.event.type == "poison" })
    }

    /// Only two codes say that a broker never takes an event; a queue that is missing may come back.
    @Test(.timeLimit(.minutes(10)), arguments: [FlxError.Code.notFound, .registration, .typeMismatch])
    func aBrokerThatFailsInAnotherWayParksNothing(_ code: FlxError.Code) async throws {
        let (clock, attempts) = (ManualClock(), Seen<Int>())
        let broker = WatchedBroker(publishing: { events throws(FlxError) in
            attempts.add(events.count)
            if attempts.count < 4 { throw FlxError(code, "the exchange is gone") }
        })
        let bus = bus(broker, sleep: clock)
        try await bus.publish(Counted(number: 1), to: "s")
        try await run(bus) {
            try await eventually {
                clock.advance(by: .milliseconds(50))
                return try await SubscriptionControl(of: "relay-plant", in: store).status().lag == 0
            }
        }
        #expect(try await ParkingPlace(of: "relay-plant", in: store).count() == 0)
        #expect(attempts.count == 4)
    }

    @Test func aParkedEventLeavesWithARetry() async throws {
        let (broker, seen) = (MemoryBroker.memory(), Seen<Event>())
        let control = try SubscriptionControl(of: "relay-plant", in: store)
        try await bus(broker).publish("a", data: ["sum": 1, "total": 2])
        try await run(bus(broker, [.rename("/sum", to: "/total")])) {
            try await eventually { try await ParkingPlace(of: "relay-plant", in: store).count() == 1 }
        }
        try await control.requestRetry(.all, by: "ops")
        try await listen(broker, seen) {
            try await run(bus(broker)) {
                try await eventually { seen.count == 1 }
                try await eventually { try await ParkingPlace(of: "relay-plant", in: store).count() == 0 }
            }
        }
        #expect(seen.values.map(\.type) == ["a"])
    }

    /// A queue with less room than a page gets what fits, again and again.
    @Test func aSmallQueueWithASlowConsumerGetsEverything() async throws {
        let broker = MemoryBroker.memory(queueEvents: 10)
        let seen = Seen<Event>()
        let clock = ManualClock()
        for number in 1...60 { try await bus(broker).publish(Counted(number: number), to: "s") }
        try await listen(broker, seen) {
            try await run(bus(broker, sleep: clock)) {
                try await eventually {
                    // In small steps, so that no publish seems to take a minute.
                    clock.advance(by: .milliseconds(50))
                    return Set(seen.values.map(\.id)).count == 60
                }
            }
        }
        #expect(seen.values.count <= 60 * 4, "\(seen.values.count) deliveries of 60 events")
    }

    @Test func systemStreamsAndMarksOfCorrectionsDoNotLeave() async throws {
        let (broker, seen) = (MemoryBroker.memory(), Seen<Event>())
        try await SubscriptionControl(of: "mailer", in: store).pause(by: "ops")
        var event = Event(type: "corrected", stream: "s")
        event.extensions["flxcorrects"] = "mailer"
        try await store.append([event, Event(type: "last")], to: "s")
        try await listen(broker, seen) {
            try await run(bus(broker)) { try await eventually { seen.count == 2 } }
        }
        #expect(seen.values.map(\.type) == ["corrected", "last"])
        #expect(seen.values.allSatisfy { $0.extensions["flxcorrects"] == nil && $0.extensions["flxorigin"] == "plant" })
    }

    /// Two services may have a subscription of the same name, and each has its own effects.
    @Test func effectsOfOneServiceAreNotTakenForThoseOfAnother() async throws {
        let (broker, far) = (MemoryBroker.memory(), MemoryEventStore.memory())
        func points(_ store: MemoryEventStore, _ type: EventType) throws -> SubscriptionRunner {
            let effects = Subscription(once: "points", to: .types("paid")) { _ in [StreamWrite([Event(type: type)], to: "points")] }
            return try SubscriptionRunner(effects, on: store, logger: SubscriptionBench.silence)
        }
        func count(_ store: MemoryEventStore, _ type: EventType) async throws -> Int {
            try await store.read(.types(type), .forward, limit: 9).events.count
        }
        let (here, queue) = (bus(broker), try BrokerQueue("far", of: .all))
        let there = HybridEventBus(
            store: far, broker: broker, name: "far", receiving: [queue], configuration: BusConfiguration(logger: SubscriptionBench.silence))
        try await broker.bind(queue)
        try await here.publish(Event(type: "paid", stream: "s"))
        let (own, other) = (try points(store, "points.here"), try points(far, "points.there"))
        try await SubscriptionBench(store).run(own) { try await eventually { try await count(store, "points.here") == 1 } }
        try await run(here) {
            try await run(there) {
                // They are of two streams, and may come in any order.
                for type in ["paid", "points.here"] as [EventType] { try await eventually { try await count(far, type) == 1 } }
            }
        }
        try await SubscriptionBench(far).run(other) { try await eventually { try await SubscriptionBench.isIdle(other) } }
        #expect(try await count(far, "points.there") == 1)
    }

    @Test func aBrokerThatHangsIsTakenForOneThatIsAway() async throws {
        let (gate, clock, lines, attempts) = (Gate(), ManualClock(), Seen<String>(), Seen<Int>())
        let broker = WatchedBroker(publishing: { events throws(FlxError) in
            attempts.add(events.count)
            await gate.pass()
        })
        let logger = Logger(label: "test") { _ in LineHandler(lines: lines) }
        let bus = HybridEventBus(
            store: store, broker: broker, name: "plant", configuration: BusConfiguration(sleep: clock, logger: logger))
        try await bus.publish(Counted(number: 1), to: "s")
        try await run(bus) {
            await gate.arrived()
            try await eventually {
                clock.advance(by: .seconds(1))
                return lines.values.contains { $0.contains("not done within") }
            }
            gate.open()
            try await eventually {
                clock.advance(by: .seconds(1))
                return try await SubscriptionControl(of: "relay-plant", in: store).status().lag == 0
            }
        }
        #expect(attempts.count >= 2)
        #expect(try await ParkingPlace(of: "relay-plant", in: store).count() == 0)
    }

    @Test func theRelayIsPausedAndMovedAsAnySubscription() async throws {
        let (broker, seen, clock) = (MemoryBroker.memory(), Seen<Event>(), ManualClock())
        let control = try SubscriptionControl(of: "relay-plant", in: store)
        try await control.pause(by: "ops", reason: "the partner moves")
        let bus = bus(broker, sleep: clock)
        try await bus.publish(Counted(number: 1), to: "s")
        try await listen(broker, seen) {
            try await run(bus) {
                try await eventually { try await control.status().version == 1 }
                #expect(try await control.status().reason?.contains("the partner moves") == true)
                #expect(seen.count == 0)
                try await control.resume(by: "ops")
                try await clock.sleepers(reach: 1)
                clock.advance(by: .seconds(10))
                try await eventually { seen.count == 1 }
            }
            try await control.move(to: .start, by: "ops")
            try await run(bus) { try await eventually { seen.count == 2 } }
        }
        #expect(Set(seen.values.map(\.id)).count == 1)
    }

    @Test func itGoesOnWhereAnEarlierVersionStood() async throws {
        let (broker, seen) = (MemoryBroker.memory(), Seen<Event>())
        let bus = bus(broker)
        for number in 1...3 { try await bus.publish(Counted(number: number), to: "s") }
        try await store.setCheckpoint("relay:plant", to: 2)
        try await listen(broker, seen) {
            try await run(bus) {
                try await eventually { seen.count == 1 }
                try await eventually { try await store.checkpoint("subscription:relay-plant") ?? .start >= 3 }
            }
        }
        #expect(try seen.values.map { try $0.decode(as: Counted.self).number } == [3])
        #expect(try await store.checkpoint("relay:plant") == nil)
    }

    @Test func nobodyPublishesIntoASystemStream() async throws {
        let bus = bus(MemoryBroker.memory())
        let refusals = [
            await #expect(throws: FlxError.self) { try await bus.publish(Counted(number: 1), to: "flx-subscription-mailer") },
            await #expect(throws: FlxError.self) { try await bus.publish([Event(type: "t")], to: "flx-x", expecting: .any) },
            await #expect(throws: FlxError.self) { try await bus.publish(Event(type: "flx-x")) },
            await #expect(throws: FlxError.self) {
                try await HybridEventBus(broker: .memory(), name: "plant").publish(Counted(number: 1), to: "flx-x")
            },
        ]
        #expect(refusals.allSatisfy { $0?.code == .invalidValue })
        #expect(try await store.lastPosition() == .start)
    }
}
