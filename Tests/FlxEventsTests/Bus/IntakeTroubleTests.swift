import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// What becomes of deliveries when the store, the middleware or the upcasters fail.
@Suite(.timeLimit(.minutes(10))) struct IntakeTroubleTests {
    private let broker = WatchedBroker()
    private let store = TroubledStore()
    private let clock = ManualClock()

    private func run(
        _ middleware: [Middleware] = [], upcasting chain: UpcasterChain = .none, _ work: (HybridEventBus) async throws -> Void
    ) async throws {
        let queue = try BrokerQueue("in", of: .all)
        try await broker.bind(queue)
        let bus = HybridEventBus(
            store: store, broker: broker, name: "plant", receiving: [queue], upcasting: chain,
            configuration: BusConfiguration(middleware: middleware, sleep: clock, logger: SubscriptionBench.silence))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await bus.run() }
            try await work(bus)
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private func recorded() async throws -> [Event] {
        try await store.inner.read(.all, .forward, limit: 99).events.map(\.event)
    }

    /// A middleware that makes another event of each arrival.
    private func stamp(_ change: @escaping @Sendable (inout Event, Int) -> Void = { _, _ in }) -> Middleware {
        let arrivals = Seen<Int>()
        return .enrich { event throws(FlxError) in
            arrivals.add(1)
            event.tags.append(try Tag("arrival:\(arrivals.count)"))
            change(&event, arrivals.count)
        }
    }

    @Test(arguments: [FlxError.Code.corrupt, .incompatibleFormat, .io])
    func aStoreThatFailsRejectsNoDelivery(_ code: FlxError.Code) async throws {
        store.before.withLock { $0 = { _ throws(FlxError) in throw FlxError(code, "a damaged page") } }
        try await run { _ in
            try await broker.publish([Event(type: "t", stream: "s")])
            try await eventually {
                clock.advance(by: .seconds(1))
                return broker.settled.count >= 8
            }
            store.before.withLock { $0 = nil }
            try await eventually {
                clock.advance(by: .seconds(1))
                return try await recorded().count == 1
            }
        }
        #expect(!broker.settled.contains(.reject))
    }

    @Test func whatIsRecordedAndCannotBeUpcastIsTaken() async throws {
        let chain = try UpcasterChain([.json("test.old", from: 1) { _ in throw HandlerRefusal() }])
        try await run(upcasting: chain) { _ in
            try await broker.publish([Event(type: "test.old", stream: "s")])
            try await eventually { broker.settled.count == 1 }
        }
        #expect(broker.settled == [.ack])
        #expect(try await recorded().map(\.type) == ["test.old"])
    }

    @Test func intakeEndsWithItsStore() async throws {
        let ended = Seen<Bool>()
        let queue = try BrokerQueue("in", of: .all)
        let bus = HybridEventBus(
            store: store, broker: broker, name: "plant", receiving: [queue],
            configuration: BusConfiguration(sleep: clock, logger: SubscriptionBench.silence))
        try await broker.bind(queue)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await bus.run()
                ended.add(true)
            }
            await store.close()
            try await broker.publish([Event(type: "t", stream: "s")])
            try await eventually { ended.count == 1 }
        }
        #expect(broker.settled.allSatisfy { $0 == .requeue }, "the delivery is there for the next process")
    }

    @Test func aRedeliveryThatMiddlewareRenamesIsTakenOnce() async throws {
        let rename = stamp { event, _ in event.type = "renamed" }
        let event = Event(type: "t", stream: "s")
        try await run([rename]) { _ in
            try await broker.publish([event])
            try await eventually { broker.settled.count == 1 }
            try await broker.publish([event])
            try await eventually { broker.settled.count == 2 }
        }
        #expect(broker.settled == [.ack, .ack])
        #expect(try await recorded().map(\.type) == ["renamed"])
    }

    @Test func aRedeliveryIsNotRejectedWhileNobodyKnowsWhetherItWasTaken() async throws {
        let event = Event(type: "t", stream: "s")
        try await run([stamp()]) { _ in
            try await broker.publish([event])
            try await eventually { broker.settled.count == 1 }
            store.reading.withLock { $0 = FlxError(.io, "a moment of weakness") }
            try await broker.publish([event])
            try await eventually {
                clock.advance(by: .seconds(1))
                return broker.settled.count == 2
            }
            store.reading.withLock { $0 = nil }
            try await eventually {
                clock.advance(by: .seconds(1))
                return broker.settled.last == .ack && broker.settled.count >= 3
            }
        }
        #expect(!broker.settled.contains(.reject))
        #expect(try await recorded().count == 1)
    }

    /// The marks by which a service knows its own corrections and effects mean nothing when others send them.
    @Test func marksOfSubscriptionsDoNotComeIn() async throws {
        var event = Event(type: "t", stream: "s", tags: ["kept", "flx-once:mailer:1"])
        event.extensions["flxcorrects"] = "mailer"
        try await run { _ in
            try await broker.publish([event])
            try await eventually { broker.settled.count == 1 }
        }
        let found = try #require(try await recorded().first)
        #expect(found.tags == ["kept"])
        #expect(found.extensions == ["flxorigin": "external"])
    }
}
