import FlxEvents
import Synchronization

/// Publishing an envelope that is made to handlers that count.
struct BusSuite {
    let plan: Plan

    private final class Counter: Sendable {
        private let value = Atomic(0)

        func add() { value.add(1, ordering: .relaxed) }
    }

    func run() async throws {
        let event = try OrderMaker().event(in: OrderMaker.stream(0))
        for handlers in [1, 10] {
            try await measure("bus.sync.\(handlers)h", event, handlers) { name, counter in
                EventHandler(name, on: "order.placed") { _ throws in counter.add() }
            }
            try await measure("bus.async.\(handlers)h", event, handlers) { name, counter in
                EventHandler(name, on: "order.placed") { _ async throws in counter.add() }
            }
        }
    }

    private func measure(
        _ name: String, _ event: Event, _ handlers: Int, _ handler: (String, Counter) -> EventHandler
    ) async throws {
        let bus = DomainEventBus()
        let counter = Counter()
        for number in 0..<handlers { bus.subscribe(handler("h\(number)", counter)) }
        try await plan.measure("\(name).p50", "us") {
            try await Measure.repeated { try await Measure.median { _ = try await bus.publish(event) } }
        }
        for tasks in [1, 64] {
            try await plan.measure("\(name).\(tasks)tasks_rate", "events/s") {
                try await Measure.repeated { try await Measure.rate(tasks: tasks, seconds: 0.3) { _ in _ = try await bus.publish(event) } }
            }
        }
    }
}
