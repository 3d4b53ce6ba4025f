import FlxCore
import Synchronization

extension BrokerRules {
    /// The rules about settling deliveries.
    static let settling: [BrokerRule] = [
        BrokerRule("settle.ack", "an acknowledged delivery is not repeated, and a first delivery is unmarked") { bench in
            let queue = try bench.queue()
            try await bench.broker.bind(queue)
            let events = try bench.events(5)
            try await bench.broker.publish(events)
            let mark = try bench.event("end")
            try await bench.broker.publish([mark])
            let deliveries = try await bench.collect(queue, through: mark)
            try expect("no redelivery", deliveries.map(\.isRedelivered), is: Array(repeating: false, count: 6))
            try await bench.expectQueue("an empty queue", queue, holds: [], marking: "end.again")
        },
        BrokerRule("settle.requeue", "a delivery sent back is repeated, marked as redelivered, until it is acknowledged") { bench in
            let queue = try bench.queue()
            try await bench.broker.bind(queue)
            let events = try bench.events(3)
            try await bench.broker.publish(events)
            let refused = try await Self.deliveries(of: 3 * 3, from: queue, bench) { count in count < 3 ? .requeue : .ack }
            for event in events {
                let marks = refused.filter { $0.event == event }.map(\.isRedelivered)
                try expect("three deliveries of each event, the latter ones marked", marks, is: [false, true, true])
            }
            try await bench.expectQueue("an empty queue", queue, holds: [])
        },
        BrokerRule("settle.reject", "a rejected delivery does not return to the queue") { bench in
            let queue = try bench.queue()
            try await bench.broker.bind(queue)
            let events = try bench.events(4)
            try await bench.broker.publish(events)
            let first = try await Self.deliveries(of: 4, from: queue, bench) { _ in .reject }
            try expect("each event once", Set(first.map(\.event.id)), is: Set(events.map(\.id)))
            try await bench.expectQueue("an empty queue", queue, holds: [])
        },
        BrokerRule("settle.one-queue", "a delivery settled in one queue is not settled in another") { bench in
            let (first, second) = (try bench.queue("first"), try bench.queue("second"))
            for queue in [first, second] { try await bench.broker.bind(queue) }
            let events = try bench.events(3)
            try await bench.broker.publish(events)
            try await bench.expectQueue("all events", first, holds: events)
            let mark = try bench.event("last")
            try await bench.broker.publish([mark])
            let found = try await bench.collect(second, through: mark).map(\.event.id)
            try expect("all events, and the mark of the other queue", Array(found.prefix(3)), is: events.map(\.id))
            try expect("five deliveries", found.count, is: 5)
        },
    ]

    /// Consumes until `count` deliveries are settled. The answer depends on the number of deliveries of the same event.
    private static func deliveries(
        of count: Int, from queue: BrokerQueue, _ bench: BrokerBench, answer: @escaping @Sendable (_ times: Int) -> Disposition
    ) async throws -> [Delivery] {
        let (seen, gate) = (Deliveries(), Gate())
        try await withThrowingTaskGroup(of: Bool.self) { group in
            defer { gate.open() }
            group.addTask {
                try await bench.broker.consume(queue, prefetch: 1) { delivery in
                    guard gate.arrived < count else {
                        await gate.pass()
                        return .requeue
                    }
                    let times = seen.add(delivery)
                    gate.arrive()
                    return answer(times)
                }
                return false
            }
            try await group.first { try await gate.wait(for: count) }
            group.cancelAll()
            gate.open()
            try await group.waitForAll()
        }
        return seen.all
    }
}

/// The deliveries in their order.
private final class Deliveries: Sendable {
    private let state = Mutex<[Delivery]>([])

    var all: [Delivery] { state.withLock(\.self) }

    /// Adds a delivery. Returns the number of deliveries of its event so far.
    func add(_ delivery: Delivery) -> Int {
        state.withLock { state in
            state.append(delivery)
            return state.count { $0.event.id == delivery.event.id }
        }
    }
}
