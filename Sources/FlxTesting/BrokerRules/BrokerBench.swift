import FlxCore

/// The broker for one rule, and queues used by no other rule.
struct BrokerBench: Sendable {
    let broker: any Broker
    let features: BrokerFeatures
    /// The prefix of this rule's queues and types. It separates them from those of other rules if the broker outlives
    /// the rule.
    let salt: String

    var factory: EventFactory {
        var factory = EventFactory(seed: features.seed)
        factory.types = ["placed", "paid", "line.added"].compactMap { try? EventType("\(salt).\($0)") }
        return factory
    }

    /// Returns a type of this rule.
    func type(_ name: String) throws -> EventType { try EventType("\(salt).\(name)") }

    /// Returns an event of a type of this rule.
    func event(_ name: String = "t") throws -> Event { Event(type: try type(name)) }

    /// Returns events of a type of this rule, numbered by their schema versions.
    func events(_ count: Int, _ name: String = "t") throws -> [Event] {
        let type = try type(name)
        return (0..<count).map { Event(type: type, schemaVersion: $0 + 1) }
    }

    /// Returns a queue of this rule, for types of this rule.
    func queue(_ name: String = "q", of pattern: String = "#") throws -> BrokerQueue {
        try BrokerQueue("\(salt)-\(name)", of: try EventPattern("\(salt).\(pattern)"))
    }

    /// Consumes until the event with the id of `last` is settled. Returns all deliveries in their order.
    func collect(
        _ queue: BrokerQueue, through last: Event, prefetch: Int = 1,
        answer: @escaping @Sendable (Delivery) -> Disposition = { _ in .ack }
    ) async throws -> [Delivery] {
        let (deliveries, gate) = (Log<Delivery>(), Gate())
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            defer { gate.open() }
            group.addTask {
                try await broker.consume(queue, prefetch: prefetch) { delivery in
                    // Deliveries after the last one are left to other consumers.
                    if gate.arrived > 0 {
                        await gate.pass()
                        return .requeue
                    }
                    let disposition = answer(delivery)
                    deliveries.add(delivery)
                    if delivery.event.id == last.id, disposition != .requeue { gate.arrive() }
                    return disposition
                }
                return false
            }
            try await group.first { try await gate.wait(for: 1) }
            let found = deliveries.entries
            group.cancelAll()
            gate.open()
            try await group.waitForAll()
            return Array(found.prefix { $0.event.id != last.id }) + found.filter { $0.event.id == last.id }
        }
    }

    /// Publishes a final event, and expects the queue to hold exactly the given events before it.
    func expectQueue(_ what: String, _ queue: BrokerQueue, holds events: [Event], marking type: String = "end") async throws {
        let mark = try event(type)
        try await broker.publish([mark])
        let deliveries = try await collect(queue, through: mark)
        try expect(what, deliveries.map(\.event), is: events + [mark])
    }
}
