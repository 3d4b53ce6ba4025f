import FlxEvents
import FlxSQLite

/// Appending under a boundary of tags, and reading by a tag, in a small and in a great log.
struct TagsSuite {
    let plan: Plan

    func run() async throws {
        guard plan.wants("tags") else { return }
        let small = plan.path("log-small.db")
        try await StoreFiles.fill(small, events: 10_000)
        let stores = [
            ("small", 10_000, try await StoreFiles.open(small)), ("great", plan.events, try await StoreFiles.open(ReplaySuite.path(plan))),
        ]
        var appends: [String: [Double]] = [:]
        var reads: [String: [Double]] = [:]
        // In turns, so that what else the machine does meets both.
        for round in 0..<Measure.runs {
            for (name, events, store) in stores {
                appends[name, default: []].append(try await append(to: store, events, round))
                reads[name, default: []].append(try await read(from: store, events, round))
            }
        }
        for (name, _, store) in stores {
            await store.close()
            try await plan.measure("tags.\(name).append", "us") { appends[name] ?? [] }
            try await plan.measure("tags.\(name).read", "us") { reads[name] ?? [] }
        }
        StoreFiles.remove(small)
    }

    /// The time of appending an event to an order, unless the order has events that the caller has not seen.
    private func append(to store: SQLiteEventStore, _ events: Int, _ round: Int) async throws -> Double {
        let maker = try OrderMaker()
        var order = 1_000_003 * (round + 1)
        return try await Measure.median(samples: 20) {
            order = (order &* 7919 &+ 1) % (events / 10)
            let stream = OrderMaker.stream(order)
            let tag = try Tag("order:" + stream)
            let boundary = Boundary(.events(tagged: tag), after: try await store.lastPosition())
            _ = try await store.append([maker.event(in: stream, tags: [tag])], to: StreamName(stream), unless: boundary)
        }
    }

    /// The time of reading the ten or eleven events of an order by its tag.
    private func read(from store: SQLiteEventStore, _ events: Int, _ round: Int) async throws -> Double {
        var order = 500_009 * (round + 1)
        return try await Measure.median(samples: 50) {
            order = (order &* 7919 &+ 1) % (events / 10)
            let page = try await store.read(.tags(Tag("order:" + OrderMaker.stream(order))), .forward, limit: 100)
            guard page.events.count >= 10 else { throw FlxError(.corrupt, "order \(order) has \(page.events.count) events") }
        }
    }
}
