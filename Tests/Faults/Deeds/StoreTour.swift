import FlxCore
import FlxEvents
import FlxSQLite
import GRDB

/// A tour of everything a store offers beside its log.
enum StoreTour {
    /// Calls everything that reads: streams, types, statistics, checkpoints, snapshots, documents and tables.
    static func read(_ store: SQLiteEventStore) async throws -> Deed.Outcome {
        var (names, name): ([String], StreamName?) = ([], nil)
        while case let page = try await store.streams(prefix: "", after: name, limit: 7), let last = page.last {
            try require(last.name != name, "the directory of streams stays at \(last.name)")
            names += page.map(\.name.description)
            name = last.name
        }
        _ = try await store.types()
        _ = try await store.statistics()
        for checkpoint in CraftedStore.checkpoints { _ = try await store.checkpoint(checkpoint) }
        var last: String?
        while case let page = try await store.snapshots(prefix: "", after: last, limit: 3), let end = page.last {
            try require(end.name != last, "the list of snapshots stays at \(end.name)")
            for summary in page { _ = try await store.snapshot(summary.name) }
            last = end.name
        }
        for generation in try await store.generations(of: nil) {
            _ = try? await store.documents(.all(limit: 100), of: .generation(generation.id))
        }
        let page = try await store.documents(.all(limit: 5), of: .view(Sums.name))
        _ = try await store.documents(page.documents.map(\.key) + ["x"], of: .view(Sums.name))
        _ = try await store.documents(.index("sum", limit: 2), of: .view(CraftedStore.indexed))
        for query in [StateQuery(CraftedStore.space, limit: 2), StateQuery(CraftedStore.space, by: .init("sum"), limit: 3)] {
            var query = query
            while let next = try await store.state(query).next {
                try require(next != query.after, "the pages of records stay at \(next.name)")
                query.after = next
            }
        }
        let rows = try await store.query { try Int.fetchOne($0, sql: "SELECT count(*) FROM sum_rows") ?? 0 }
        return Deed.Outcome(words: "\(names.count) streams, \(rows) rows")
    }

    /// Calls everything that writes beside the log: checkpoints, leases, snapshots.
    static func serve(_ store: SQLiteEventStore) async throws -> Deed.Outcome {
        for name in CraftedStore.checkpoints {
            let before = try await store.checkpoint(name)
            try await store.setCheckpoint(name, to: Position(3))
            try await store.setCheckpoint(name, to: before)
        }
        for name in [CraftedStore.lease, "new"] {
            guard let lease = try await store.acquireLease(name, owner: "tour", for: .seconds(5)) else { continue }
            try require(lease.token > 0, "the token of \(name) is \(lease.token)")
            try await store.setCheckpoint("tour", to: Position(2), under: try await store.renewLease(lease, for: .seconds(5)))
            try await store.releaseLease(lease)
        }
        let records = (1...5).map { CraftedStore.record($0) }
        _ = try await store.state(records.map(\.key))
        try await store.commit(StoreChange(records.map { .put($0) } + [.remove(records[1].key)]))
        try await store.commit(StoreChange([.removeAll(CraftedStore.space), .put(records[0])]))
        try await store.save(CraftedStore.snapshot(9))
        _ = try await store.dropSnapshots(prefix: "state-")
        return Deed.Outcome()
    }

    /// Runs both views, and all steps of a generation.
    static func project(_ store: SQLiteEventStore) async throws -> Deed.Outcome {
        try await ViewRunner(Sums(), in: store).catchUp()
        try await ViewRunner(try store.tables(SumRows())).catchUp()
        for generation in try await store.generations(of: nil) where generation.role == .building {
            _ = try? await store.holdForSwitch(to: generation.id)
            _ = try? await store.switchView(to: generation.id)
            try await store.dropGeneration(generation.id)
        }
        let next = try await store.beginGeneration(of: "another", version: 1)
        try await store.dropGeneration(next.id)
        return Deed.Outcome()
    }
}
