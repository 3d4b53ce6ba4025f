import FlxCore
import FlxEvents
import Synchronization

extension EventBusRules {
    /// The rules about the number of concurrent calls of a handler.
    static let turns: [BusRule] = [
        BusRule("turns.limit", "a handler is called at most as often at a time as its options say") { bus in
            for limit in [1, 2] {
                let type = try EventType("limit.\(limit)")
                let meter = Meter()
                let options = HandlerOptions(concurrency: .limited(limit))
                bus.subscribe(to: EventPattern(type), options: options) { _ async throws in
                    meter.begin()
                    for _ in 1...5 { await Task.yield() }
                    meter.end()
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 1...6 {
                        group.addTask { for _ in 1...10 { try await bus.publish(Event(type: type)) } }
                    }
                    try await group.waitForAll()
                }
                try expect("at most \(limit) calls at a time", meter.highest <= limit, seen: "\(meter.highest)")
                try expect("all calls", meter.total, is: 60)
            }
        },
        BusRule("turns.unlimited", "without a limit, publishers do not wait for each other's calls of a handler") { bus in
            let gate = Gate()
            bus.subscribe(to: "t") { _ async throws in await gate.pass() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { gate.open() }
                for _ in 1...3 { group.addTask { try await bus.publish(Event(type: "t")) } }
                try await gate.wait(for: 3)
            }
        },
    ]
}

/// A counter of concurrent calls.
private final class Meter: Sendable {
    private let state = Mutex((now: 0, highest: 0, total: 0))

    var highest: Int { state.withLock { $0.highest } }
    var total: Int { state.withLock { $0.total } }

    func begin() {
        state.withLock { $0 = ($0.now + 1, max($0.highest, $0.now + 1), $0.total + 1) }
    }

    func end() {
        state.withLock { $0.now -= 1 }
    }
}
