import FlxEvents
import FlxSQLite
import Synchronization

/// Commands on aggregates, in memory and on SQLite, and loading one of a thousand events.
struct AggregateSuite {
    let plan: Plan

    func run() async throws {
        try await plan.measure("aggregate.memory.rate", "events/s") {
            try await Measure.repeated(3) { try await rate(of: 1, on: MemoryEventStore()) }
        }
        for callers in [1, 64] {
            try await plan.measure("aggregate.sqlite.\(callers)callers_rate", "events/s") {
                try await Measure.repeated(3) {
                    try await onFile { store in try await rate(of: callers, on: store) }
                }
            }
        }
        if plan.wants("aggregate.load") { try await load() }
    }

    private func onFile<Value>(_ body: (SQLiteEventStore) async throws -> Value) async throws -> Value {
        let path = plan.path("aggregate.db")
        let store = try await StoreFiles.fresh(path)
        let value = try await body(store)
        await store.close()
        StoreFiles.remove(path)
        return value
    }

    /// Lines added a second by callers of which each has an order of its own, and a new one after 200 lines.
    private func rate(of callers: Int, on store: any EventStore) async throws -> Double {
        let repository = try Repository<Order>(on: store)
        let orders = (0..<callers).map { _ in OrderNumbers() }
        return try await Measure.rate(tasks: callers, seconds: 2) { caller in
            let (number, isNew) = orders[caller].next()
            let id = "\(caller)-\(number)"
            if isNew { try await repository.execute(.open, on: id) }
            try await repository.execute(.addLine, on: id)
        }
    }

    /// The time of loading by a repository that has nothing in memory, with and without snapshots.
    private func load() async throws {
        try await onFile { store in
            for (name, snapshots) in [("bare", nil), ("snapshots", Snapshots(in: store))] {
                func repository() throws -> Repository<Order> {
                    if let snapshots { try Repository(on: store, snapshots: snapshots) } else { try Repository(on: store) }
                }
                let writing = try repository()
                try await writing.execute(.open, on: name)
                // Five past the last snapshot, so that some folding remains.
                for _ in 1..<1_005 { try await writing.execute(.addLine, on: name) }
                try await plan.measure("aggregate.load.\(name)", "us") {
                    try await Measure.repeated {
                        try await Measure.median(samples: 20, of: repository) { repository in
                            let loaded = try await repository.load(name)
                            guard loaded.state.lines == 1_004 else { throw FlxError(.corrupt, "\(loaded.state.lines) lines were loaded") }
                        }
                    }
                }
            }
        }
    }
}

/// Which order a caller is at.
private final class OrderNumbers: Sendable {
    private let calls = Atomic(0)

    func next() -> (number: Int, isNew: Bool) {
        let call = calls.add(1, ordering: .relaxed).oldValue
        return (call / 200, call % 200 == 0)
    }
}
