import FlxCore
import FlxEvents

extension EventStoreRules {
    /// The rules about data kept after the store is closed.
    static let persistence: [StoreRule] = [
        StoreRule(
            "reopen.events", "a reopened store has the same events at the same places, knows their ids and continues after them",
            when: { $0.reopen != nil }
        ) { bench in
            var factory = bench.factory
            let first = factory.events(5)
            try await bench.store.append(first, to: "s")
            for _ in 1...20 {
                let event = factory.event()
                try await bench.store.append([event], to: event.stream ?? "s")
            }
            let before = try await bench.all()
            let again = try await bench.reopened()
            try expect("the same log", try await again.all(), are: before)
            try expect("the last position", try await again.store.lastPosition(), is: before[before.count - 1].position)
            let places = try await again.store.append(first, to: "s", expecting: .noStream).places
            try expect("known ids", places.map(\.isNew), is: Array(repeating: false, count: 5))
            try expect("their places", places.map(\.position), is: before[..<5].map(\.position))
            try await expect(.versionConflict, from: "an append to a stream that is there") {
                try await again.store.append(factory.events(1), to: "s", expecting: .noStream)
            }
            let next = try await again.store.append(factory.events(1), to: "s", expecting: .exactly(5)).places[0]
            try expect("a place after all others", next.position > before[before.count - 1].position, seen: "\(next.position)")
        },
        StoreRule("reopen.capabilities", "a reopened store has its checkpoints, streams, types and figures", when: { $0.reopen != nil })
        {
            bench in
            var factory = bench.factory
            for _ in 1...20 {
                let event = factory.event()
                try await bench.store.append([event], to: event.stream ?? "s")
            }
            let before = try await snapshot(of: bench.store)
            try await (bench.store as? any StateStore)?.setCheckpoint("reader", to: 7)
            let again = try await bench.reopened()
            try expect("the same streams, types and counts", try await snapshot(of: again.store), is: before)
            if let store = again.store as? any StateStore {
                try expect("the checkpoint", try await store.checkpoint("reader"), is: 7)
            }
        },
        StoreRule("reopen.waiting", "a reopened store wakes its waiters, at once for earlier events", when: { $0.reopen != nil }) {
            bench in
            try await bench.store.append([Event(type: "t")], to: "s")
            let again = try await bench.reopened()
            try await again.store.wait(after: .start)
            let last = try await again.store.lastPosition()
            async let woken: Void = again.store.wait(after: last)
            try await again.store.append([Event(type: "t")], to: "s")
            try await woken
        },
    ]

    private static func snapshot(of store: any EventStore) async throws -> [String] {
        let figures = try await store.statistics()
        return [
            "\(try await store.streams(prefix: "", after: nil, limit: 1000))", "\(try await store.types())",
            "\(figures.events) \(figures.streams) \(figures.types) \(figures.lastPosition)",
        ]
    }
}
