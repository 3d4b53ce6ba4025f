import FlxEvents
import FlxTesting
import ServiceLifecycleTestKit
import Synchronization
import Testing

/// Brokers and stores that fail at random, and services that end at random.
@Suite(.timeLimit(.minutes(10))) struct RelayCampaignTests {
    private let store = TroubledStore()
    private let clock = ManualClock()
    private let chance = Chance()

    /// Random choices of all parts of a campaign.
    private final class Chance: Sendable {
        let seed = SeededGenerator.freshSeed()
        private let state: Mutex<SeededGenerator>
        init() { state = Mutex(SeededGenerator(seed: seed)) }
        func number(in range: ClosedRange<Int>) -> Int { state.withLock { $0.number(in: range) } }
        func once(in count: Int) -> Bool { number(in: 1...count) == 1 }
    }

    /// Runs a service again and again, each time for a while and ended in one way or the other, until something holds. Time flies.
    private func run(_ bus: HybridEventBus, until isDone: @escaping () async throws -> Bool) async throws {
        try await withThrowingTaskGroup(of: Void.self) { ticker in
            ticker.addTask {
                while !Task.isCancelled {
                    clock.advance(by: .milliseconds(50))
                    await Task.yield()
                }
            }
            while try await !isDone() {
                try await testGracefulShutdown { trigger in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await bus.run() }
                        for _ in 0..<chance.number(in: 1...3_000) { await Task.yield() }
                        if chance.once(in: 2) { trigger.triggerGracefulShutdown() } else { group.cancelAll() }
                        try await group.waitForAll()
                    }
                }
            }
            ticker.cancelAll()
        }
    }

    private func configuration(_ middleware: [Middleware] = []) -> BusConfiguration {
        BusConfiguration(middleware: middleware, sleep: clock, logger: SubscriptionBench.silence)
    }

    /// Every event arrives, those of a stream in their order, or is parked, if the broker never takes it.
    @Test func everyEventLeavesOrIsParked() async throws {
        var broker = WatchedBroker(inner: .memory(queueEvents: 7))
        broker.publishing = { [inner = broker.inner, chance] events throws(FlxError) in
            let poison = events.firstIndex { $0.type == "poison" }
            let kind = chance.number(in: 1...12)
            if kind <= 4 || poison != nil {
                try await inner.publish(Array(events.prefix(min(chance.number(in: 0...events.count), poison ?? .max))))
            }
            if poison != nil { throw FlxError(.limitExceeded, "too long") }
            switch kind {
            case 1: throw FlxError(.notPublished, "full")
            case 2: throw FlxError(.io, "a cut")
            case 3: throw FlxError(.deadlineExceeded, "no answer", isOutcomeUnknown: true)
            default: break
            }
        }
        let bus = HybridEventBus(store: store, broker: broker, name: "plant", configuration: configuration())
        var (healthy, poison) = ([EventID](), Set<EventID>())
        var streams: [StreamName: [EventID]] = [:]
        for _ in 0..<120 {
            let isPoison = chance.once(in: 15)
            let event = Event(type: isPoison ? "poison" : "fine", stream: StreamName("s-\(chance.number(in: 1...5))"))
            try await bus.publish(event)
            if isPoison { poison.insert(event.id) } else { healthy.append(event.id) }
            if !isPoison, let stream = event.stream { streams[stream, default: []].append(event.id) }
        }
        let (seen, queue, inner) = (Seen<Event>(), try BrokerQueue("watch", of: .all), broker.inner)
        try await inner.bind(queue)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await inner.consume(queue, prefetch: 1) { delivery in
                    seen.add(delivery.event)
                    return .ack
                }
            }
            try await run(bus) { try await SubscriptionControl(of: "relay-plant", in: store).status().lag == 0 && seen.count > 0 }
            try await eventually { Set(seen.values.map(\.id)).count >= healthy.count }
            group.cancelAll()
            try await group.waitForAll()
        }
        var first: [StreamName: [EventID]] = [:]
        var known = Set<EventID>()
        for event in seen.values where known.insert(event.id).inserted { first[try #require(event.stream), default: []].append(event.id) }
        #expect(known == Set(healthy), "seed \(chance.seed)")
        #expect(first == streams, "seed \(chance.seed)")
        let parked = try await ParkingPlace(of: "relay-plant", in: store).events(limit: 999).map(\.event.id)
        #expect(Set(parked) == poison && parked.count == poison.count, "seed \(chance.seed)")
    }

    /// Every delivery is recorded once and acknowledged, or rejected, if it can never be taken.
    @Test func everyDeliveryIsRecordedOnceOrRejected() async throws {
        let (store, chance) = (store, chance)
        let unknown = Seen<EventID>()
        let trouble: TroubledStore.Trouble = { writes throws(FlxError) in
            guard writes.contains(where: { !$0.stream.isSystem }), chance.once(in: 6) else { return }
            let isUnknown = chance.once(in: 2)
            if isUnknown { for event in writes.flatMap(\.events) { unknown.add(event.id) } }
            throw FlxError(.io, "no answer", isOutcomeUnknown: isUnknown)
        }
        store.before.withLock { $0 = trouble }
        store.after.withLock { $0 = { writes throws(FlxError) in
            guard !writes.contains(where: { $0.stream.isSystem }), chance.once(in: 6) else { return }
            for event in writes.flatMap(\.events) { unknown.add(event.id) }
            throw FlxError(.deadlineExceeded, "no answer", isOutcomeUnknown: true)
        } }
        let stamp = Middleware.enrich { event throws(FlxError) in event.tags.append(try Tag("arrival:\(chance.number(in: 1...99))")) }
        let refusal = Middleware.validate { event throws(FlxError) in
            if event.type == "bad" { throw FlxError(.schemaViolation, "bad") }
            if event.type == "odd" { throw FlxError(FlxError.Code("ofMiddleware"), "today not") }
        }
        let (broker, queue) = (WatchedBroker(), try BrokerQueue("in", of: .all))
        try await broker.bind(queue)
        let bus = HybridEventBus(
            store: store, broker: broker, name: "plant", receiving: [queue], configuration: configuration([refusal, stamp]))
        let handled = Seen<EventID>()
        bus.subscribe(to: .all) { (event: Event) in handled.add(event.id) }
        var (good, refused, deliveries) = (Set<EventID>(), Set<EventID>(), 0)
        for _ in 0..<100 {
            let type: EventType = chance.once(in: 8) ? "bad" : chance.once(in: 8) ? "odd" : "fine"
            let event = Event(type: type, stream: StreamName("s-\(chance.number(in: 1...5))"))
            if type == "fine" { good.insert(event.id) } else { refused.insert(event.id) }
            let copies = chance.number(in: 1...3)
            deliveries += copies
            try await broker.publish(Array(repeating: event, count: copies))
        }
        try await run(bus) { broker.settled.count { $0 != .requeue } >= deliveries }
        let recorded = try await store.inner.read(.all, .forward, limit: 9_999).events.map(\.event)
        #expect(recorded.count == good.count && Set(recorded.map(\.id)) == good, "seed \(chance.seed)")
        #expect(recorded.allSatisfy { $0.extensions["flxorigin"] == "external" })
        #expect(Set(broker.deliveries.values.filter { $0.end == .reject }.map(\.id)) == refused, "seed \(chance.seed)")
        #expect(Set(broker.deliveries.values.filter { $0.end == .ack }.map(\.id)) == good, "seed \(chance.seed)")
        // Only of what has an unknown outcome is it not known whether somebody handled it.
        let certain = handled.values.filter { !unknown.values.contains($0) }
        #expect(Set(certain).count == certain.count && Set(handled.values).isSubset(of: good), "seed \(chance.seed)")
    }
}
