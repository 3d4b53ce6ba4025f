import FlxEvents
import FlxTesting
import Testing

/// What comes in from elsewhere.
@Suite struct IntakeTests {
    private let broker = MemoryBroker.memory()
    private let store = MemoryEventStore.memory()
    private let clock = ManualClock()

    private func run(_ configuration: BusConfiguration, _ work: (HybridEventBus) async throws -> Void) async throws {
        let queue = try BrokerQueue("in", of: .all)
        try await broker.bind(queue)
        let bus = HybridEventBus(store: store, broker: broker, name: "plant", receiving: [queue], configuration: configuration)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await bus.run() }
            try await work(bus)
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private func configuration(_ middleware: [Middleware] = []) -> BusConfiguration {
        BusConfiguration(middleware: middleware, sleep: clock, logger: SubscriptionBench.silence)
    }

    private func recorded() async throws -> [Event] {
        try await store.read(.all, .forward, limit: 99).events.map(\.event)
    }

    @Test func whatForeignersSendIsRecordedWithAnOriginAndNotSentOn() async throws {
        try await run(configuration()) { _ in
            try await broker.publish([Event(type: "t", stream: "s")])
            try await eventually { try await recorded().count == 1 }
            try await eventually { try await SubscriptionControl(of: "relay-plant", in: store).status().lag == 0 }
        }
        #expect(try await recorded().map { $0.extensions["flxorigin"] } == ["external"])
    }

    @Test func whatASchemaRefusesIsRejectedAndHoldsNobodyUp() async throws {
        let refusal = Middleware.validate { event throws(FlxError) in
            if event.type == "bad" { throw FlxError(.schemaViolation, "bad") }
        }
        try await run(configuration([refusal])) { _ in
            try await broker.publish((1...20).map { _ in Event(type: "bad", stream: "s") })
            try await broker.publish([Event(type: "good", stream: "s")])
            try await eventually { try await recorded().count == 1 }
        }
        #expect(try await recorded().map(\.type) == ["good"])
    }

    @Test func anUnknownRefusalIsTriedAFewTimes() async throws {
        let attempts = Seen<Int>()
        let refusal = Middleware.validate { event throws(FlxError) in
            guard event.type == "odd" else { return }
            attempts.add(1)
            throw FlxError(FlxError.Code("ofMiddleware"), "today not")
        }
        try await run(configuration([refusal])) { _ in
            try await broker.publish([Event(type: "odd", stream: "s")])
            try await eventually {
                clock.advance(by: .seconds(1))
                return attempts.count >= 5
            }
            for _ in 1...20 {
                clock.advance(by: .seconds(1))
                await Task.yield()
            }
            try await broker.publish([Event(type: "good", stream: "s")])
            try await eventually { try await recorded().count == 1 }
        }
        #expect(attempts.count == 5)
    }

    /// Middleware makes another event of the second arrival: it is taken for what it is.
    @Test func aRedeliveryThatMiddlewareChangedIsTakenOnce() async throws {
        let (number, seen) = (Seen<Int>(), Seen<EventID>())
        let stamp = Middleware.enrich { event throws(FlxError) in
            number.add(1)
            event.tags.append(try Tag("arrival:\(number.count)"))
        }
        let event = Event(type: "t", stream: "s")
        try await run(configuration([stamp])) { bus in
            bus.subscribe(to: "t") { (event: Event) in seen.add(event.id) }
            try await broker.publish([event])
            try await eventually { seen.count == 1 }
            try await broker.publish([event, Event(type: "u", stream: "s")])
            try await eventually { try await recorded().count == 2 }
        }
        #expect(seen.values == [event.id])
        #expect(try await recorded().map(\.type) == ["t", "u"])
    }

    @Test func nobodyWritesIntoASystemStreamFromOutside() async throws {
        try await run(configuration()) { _ in
            let act = Event(type: "flx.subscription.paused", stream: "flx-subscription-mailer")
            try await broker.publish([act, Event(type: "good", stream: "s")])
            try await eventually { try await recorded().count == 1 }
        }
        #expect(try await store.read(.stream("flx-subscription-mailer"), .forward, limit: 9).events.isEmpty)
    }
}
