import FlxEvents
import FlxSQLite
import Synchronization

/// Durable appends of one event each, by one caller and by many; the events are made on the way.
struct AppendSuite {
    let plan: Plan

    func run() async throws {
        for callers in [1, 64] {
            try await plan.measure("append.\(callers)callers_rate", "events/s") {
                try await Measure.repeated(3) { try await rate(callers: callers) { $0 } }
            }
        }
    }

    /// The appends a second of a number of callers, through what is put around the store.
    func rate(callers: Int, through wrap: (SQLiteEventStore) -> any EventStore) async throws -> Double {
        let path = plan.path("append.db")
        let file = try await StoreFiles.fresh(path)
        let store = wrap(file)
        let maker = try OrderMaker()
        let orders = Atomic(0)
        // Ten events in each stream, as the limit in C has it.
        let rate = try await Measure.rate(tasks: callers, seconds: 3) { _ in
            let number = orders.add(1, ordering: .relaxed).oldValue / 10
            let stream = OrderMaker.stream(number)
            _ = try await store.append([maker.event(in: stream)], to: StreamName(stream))
        }
        await store.close()
        StoreFiles.remove(path)
        return rate
    }
}
