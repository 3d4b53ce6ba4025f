import FlxCore

/// What one rule works with: a broker, and queues that no other rule has.
struct BrokerBench: Sendable {
    let broker: any Broker
    let features: BrokerFeatures
    /// Parts the queues and types of this rule from those of others, for brokers that outlive it.
    let salt: String

    var factory: EventFactory {
        var factory = EventFactory(seed: features.seed)
        factory.types = ["placed", "paid", "line.added"].compactMap { try? EventType("\(salt).\($0)") }
        return factory
    }

    /// A type of this rule.
    func type(_ name: String) throws -> EventType { try EventType("\(salt).\(name)") }

    /// An event of such a type.
    func event(_ name: String = "t") throws -> Event { Event(type: try type(name)) }

    /// Events of such a type, numbered by their schema versions.
    func events(_ count: Int, _ name: String = "t") throws -> [Event] {
        let type = try type(name)
        return (0..<count).map { Event(type: type, schemaVersion: $0 + 1) }
    }

    /// A queue of this rule, for types of this rule.
    func queue(_ name: String = "q", of pattern: String = "#") throws -> BrokerQueue {
        try BrokerQueue("\(salt)-\(name)", of: try EventPattern("\(salt).\(pattern)"))
    }

    /// Consumes until the delivery of an event with the id of `last` was settled, and returns all deliveries in their order.
    func collect(
        _ queue: BrokerQueue, through last: Event, prefetch: Int = 1,
        answer: @escaping @Sendable (Delivery) -> Disposition = { _ in .ack }
    ) async throws -> [Delivery] {
        let (arrivals, arrival) = AsyncStream<Delivery>.makeStream()
        let gate = Gate()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await broker.consume(queue, prefetch: prefetch) { delivery in
                    // What comes after the last one is left to others.
                    if gate.arrived > 0 {
                        await gate.pass()
                        return .requeue
                    }
                    let disposition = answer(delivery)
                    if delivery.event.id == last.id, disposition != .requeue { gate.arrive() }
                    arrival.yield(delivery)
                    return disposition
                }
                arrival.finish()
            }
            defer { gate.open() }
            var deliveries: [Delivery] = []
            for await delivery in arrivals {
                deliveries.append(delivery)
                if gate.arrived > 0, delivery.event.id == last.id { break }
            }
            group.cancelAll()
            gate.open()
            try await group.waitForAll()
            return deliveries
        }
    }

    /// Publishes a last event and expects the queue to hold these before it, and nothing else.
    func expectQueue(_ what: String, _ queue: BrokerQueue, holds events: [Event], marking type: String = "end") async throws {
        let mark = try event(type)
        try await broker.publish([mark])
        let deliveries = try await collect(queue, through: mark)
        try expect(what, deliveries.map(\.event), is: events + [mark])
    }
}
