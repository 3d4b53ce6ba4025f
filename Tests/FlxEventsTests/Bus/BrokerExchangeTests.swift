import FlxEvents
import FlxTesting
import Testing

@Suite struct BrokerExchangeTests {
    let broker = MemoryBroker()

    private func queue(_ name: String, of pattern: EventPattern = .all) throws -> BrokerQueue {
        try BrokerQueue(name, of: pattern)
    }

    /// Runs buses until the work is done, then ends them.
    private func run(_ buses: [HybridEventBus], _ work: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for bus in buses { group.addTask { try await bus.run() } }
            try await work()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test func theLogIsTheOutbox() async throws {
        let (store, arrived) = (MemoryEventStore(), Seen<Event>())
        let bus = HybridEventBus(store: store, broker: broker, name: "plant")
        try await broker.bind(queue("watch"))
        let receipts = [try await bus.publish(Counted(number: 1)), try await bus.publish(Counted(number: 2))]
        try await run([bus]) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await broker.consume(queue("watch"), prefetch: 1) { delivery in
                        arrived.add(delivery.event)
                        return .ack
                    }
                }
                try await eventually { arrived.count == 2 }
                try await eventually { try await store.checkpoint("subscription:relay-plant") ?? .start >= 2 }
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        #expect(arrived.values.map(\.id) == receipts.flatMap(\.events))
        #expect(arrived.values.allSatisfy { $0.extensions["flxorigin"] == "plant" })
    }

    @Test func anEventGoesFromOneServiceToAnotherAndNowhereTwice() async throws {
        let (near, far) = (MemoryEventStore(), MemoryEventStore())
        let (seenHere, seenThere) = (Seen<Int>(), Seen<Int>())
        let here = HybridEventBus(store: near, broker: broker, name: "here", receiving: [try queue("here")])
        let there = HybridEventBus(store: far, broker: broker, name: "there", receiving: [try queue("there")])
        here.subscribe(to: Counted.self) { seenHere.add($0.number) }
        there.subscribe(to: Counted.self) { seenThere.add($0.number) }
        // Queues stand before the first event, so that none is lost to a late start.
        for name in ["here", "there"] { try await broker.bind(queue(name)) }
        try await run([here, there]) {
            for number in 1...20 { try await here.publish(Counted(number: number), to: "line-1") }
            for number in 21...40 { try await there.publish(Counted(number: number), to: "line-2") }
            try await eventually { seenHere.count >= 40 && seenThere.count >= 40 }
            try await eventually { try await near.checkpoint("subscription:relay-here") == near.lastPosition() }
            try await eventually { try await far.checkpoint("subscription:relay-there") == far.lastPosition() }
        }
        #expect(seenHere.values.sorted() == Array(1...40))
        #expect(seenThere.values.sorted() == Array(1...40))
        // Beside the forty stands what the relay's subscription is.
        #expect(try await near.lastPosition() == 41)
        #expect(try await far.lastPosition() == 41)
    }

    @Test func withoutAStoreTheBrokerIsTheCommit() async throws {
        let bus = HybridEventBus(broker: broker, name: "plant")
        let seen = Seen<Int>()
        bus.subscribe(to: Counted.self) { seen.add($0.number) }
        try await bus.publish(Counted(number: 1))
        #expect(seen.values == [1])
        await broker.close()
        let error = await #expect(throws: FlxError.self) { try await bus.publish(Counted(number: 2)) }
        #expect(error?.code == .closed)
        #expect(seen.values == [1], "what did not go out is not handled")
    }

    @Test func aPublishThatABrokerTookInPartHasAnUnknownOutcome() async throws {
        let inner = broker
        let half = WatchedBroker(inner: inner, publishing: { events throws(FlxError) in
            try await inner.publish(Array(events.prefix(1)))
            throw FlxError(.notPublished, "a cut")
        })
        let bus = HybridEventBus(broker: half, name: "plant", sending: [.rename("/sum", to: "/total")])
        let events = try (1...2).map { try Event(type: "t", data: ["sum": .int($0)]) }
        let error = await #expect(throws: FlxError.self) { try await bus.publish(events) }
        #expect(error?.code == .notPublished && error?.isOutcomeUnknown == true)
        let bad = try Event(type: "t", data: ["sum": 1, "total": 2])
        let before = await #expect(throws: FlxError.self) { try await bus.publish([events[0], bad]) }
        #expect(before?.isOutcomeUnknown == false, "nothing went out before all were transformed")
    }

    @Test(.timeLimit(.minutes(10))) func aBrokerThatHangsHoldsNoPublisherForEver() async throws {
        let (gate, clock, errors) = (Gate(), ManualClock(), Seen<FlxError>())
        let bus = HybridEventBus(
            broker: WatchedBroker(publishing: { _ throws(FlxError) in await gate.pass() }), name: "plant",
            configuration: BusConfiguration(sleep: clock))
        let publisher = Task {
            do throws(FlxError) { _ = try await bus.publish(Counted(number: 1)) } catch { errors.add(error) }
        }
        await gate.arrived()
        for _ in 1...20_000 where clock.sleepers == 0 { await Task.yield() }
        clock.advance(by: .seconds(60))
        for _ in 1...20_000 where errors.count == 0 { await Task.yield() }
        #expect(errors.values.map(\.code) == [.deadlineExceeded] && errors.values.allSatisfy(\.isOutcomeUnknown))
        gate.open()
        await publisher.value
    }

    @Test func aDeliveryWhoseHandlerFailsComesOnceMore() async throws {
        let bus = HybridEventBus(broker: broker, name: "plant", receiving: [try queue("in")])
        let attempts = Seen<Int>()
        bus.subscribe(to: Counted.self) { event in
            attempts.add(event.number)
            throw HandlerRefusal()
        }
        try await broker.bind(queue("in"))
        try await broker.publish([try Event(Counted(number: 1)), try Event(Counted(number: 2))])
        try await run([bus]) { try await eventually { attempts.count == 4 } }
        #expect(attempts.values.sorted() == [1, 1, 2, 2])
    }

    @Test func aRepeatedDeliveryIsHandledOnceWhereThereIsAStore() async throws {
        let store = MemoryEventStore()
        let bus = HybridEventBus(store: store, broker: broker, name: "plant", receiving: [try queue("in")])
        let seen = Seen<Int>()
        bus.subscribe(to: Counted.self) { seen.add($0.number) }
        try await broker.bind(queue("in"))
        let event = try Event(Counted(number: 1), stream: "s")
        try await broker.publish([event, event, try Event(Counted(number: 2), stream: "s")])
        try await run([bus]) { try await eventually { seen.count >= 2 } }
        #expect(seen.values.sorted() == [1, 2])
        #expect(try await store.read(.stream("s"), .forward, limit: 9).events.count == 2)
    }

    private static func old(_ number: Int) throws -> Event { try Event(type: "test.old", data: ["number": .int(number)]) }

    /// Old events become ``Counted`` and ``Followed``, in the place of one.
    private static func chain() throws -> UpcasterChain {
        let parts = [EventVersion(Counted.eventType), EventVersion(Followed.eventType)]
        return try UpcasterChain(
            [.split("test.old", into: parts) { [.init(Counted.eventType, $0), .init(Followed.eventType, $0)] }],
            reading: try EventRegistry(Counted.self, Followed.self))
    }

    @Test(arguments: ["evolving store", "plain store", "no store"])
    func handlersSeeTheNewestFormOfWhatComesIn(kind: String) async throws {
        let (log, seen) = (MemoryEventStore(), Seen<String>())
        let (chain, queues) = (try Self.chain(), [try queue("old")])
        let bus =
            switch kind {
            case "evolving store":
                HybridEventBus(store: EvolvingStore(log, upcasters: chain), broker: broker, name: "here", receiving: queues)
            case "plain store": HybridEventBus(store: log, broker: broker, name: "here", receiving: queues, upcasting: chain)
            default: HybridEventBus(broker: broker, name: "here", receiving: queues, upcasting: chain)
            }
        bus.subscribe(to: Counted.self) { seen.add("\($0.number)") }
        bus.subscribe(to: Followed.self) { seen.add("\($0.number)'") }
        bus.subscribe(to: "test.old") { (event: Event) in seen.add("old") }
        try await broker.bind(queue("old"))
        var events: [Event] = []
        for number in 1...3 { events.append(try Self.old(number)) }
        try await run([bus]) {
            try await broker.publish(events)
            try await eventually { seen.count >= 6 }
        }
        #expect(seen.values.sorted() == ["1", "1'", "2", "2'", "3", "3'"])
        // The log keeps what came; deliveries are taken beside each other, in no order.
        let recorded = try await log.read(.all, .forward, limit: 9).events.map(\.event)
        #expect(recorded.map(\.type) == Array(repeating: "test.old", count: kind == "no store" ? 0 : 3))
        let sent = kind == "no store" ? [] : events
        #expect(Set(recorded.map(\.payload.bytes)) == Set(sent.map(\.payload.bytes)))
    }

    @Test func whatCannotBeUpcastIsRejectedOnce() async throws {
        let step = Upcaster.json("test.old", from: 1) { _ in throw HandlerRefusal() }
        let bus = HybridEventBus(broker: broker, name: "here", receiving: [try queue("old")], upcasting: try UpcasterChain([step]))
        let seen = Seen<Int>()
        bus.subscribe(to: Counted.self) { seen.add($0.number) }
        try await broker.bind(queue("old"))
        try await run([bus]) {
            try await broker.publish([Self.old(1), Event(Counted(number: 2))])
            try await eventually { seen.count == 1 }
        }
        #expect(seen.values == [2])
    }
}
