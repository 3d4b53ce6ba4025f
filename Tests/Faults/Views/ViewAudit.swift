import FlxCore
import FlxEvents
import FlxSQLite
import GRDB

/// A comparison of a store's two views with its log.
enum ViewAudit {
    static func catchUp(_ store: SQLiteEventStore) async throws {
        try await ViewRunner(Sums(), in: store).catchUp()
        try await ViewRunner(try store.tables(SumRows())).catchUp()
    }

    /// Compares both views with the log up to their checkpoints, and the noted effects with the events.
    @discardableResult
    static func expectExact(_ store: SQLiteEventStore, caughtUp: Bool) async throws -> Int64 {
        let current = try await store.generations(of: nil).filter { $0.role == .current }
        var expected = ExpectedViews(documents: current.first { $0.view == Sums.name }, rows: current.first { $0.view == SumRows.name })
        var through = Position.start
        while true {
            let page = try await store.read(.all, .forward(after: through), limit: 5_000)
            try expected.take(page.events)
            through = page.through
            if page.isLast { break }
        }
        let (noted, effects) = (expected.noted, expected.effects)
        try require(noted == effects, "effects at \(noted.count) places instead of \(effects.count)")
        if let generation = expected.documents {
            let found = try await documents(in: store, generation)
            try require(found == expected.byDocuments, "the documents are not the sums of the events up to \(generation.checkpoint)")
        }
        if let generation = expected.rows {
            let found = try await rows(in: store)
            try require(found == expected.byRows, "the rows are not the sums of the events up to \(generation.checkpoint)")
        }
        if caughtUp { try expected.requireAll() }
        return expected.total
    }

    private static func documents(in store: SQLiteEventStore, _ generation: ViewGeneration) async throws -> [String: [Int64]] {
        var (query, found): (ViewQuery, [String: [Int64]]) = (.all(), [:])
        while true {
            let page = try await store.documents(query, of: .generation(generation.id))
            for document in page.documents {
                let sums = try EventDecoder().decode(Sums.Document.self, from: document.body)
                found[document.key] = [sums.events, sums.sum]
            }
            guard let next = page.next else { return found }
            query.after = next
        }
    }

    private static func rows(in store: SQLiteEventStore) async throws -> [String: [Int64]] {
        try await store.query { database in
            var found: [String: [Int64]] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT account, events, sum FROM sum_rows") { found[row[0]] = [row[1], row[2]] }
            return found
        }
    }
}

/// The expected content of the two views: the sums of the log up to their checkpoints.
private struct ExpectedViews {
    let documents: ViewGeneration?
    let rows: ViewGeneration?
    private(set) var byDocuments: [String: [Int64]] = [:]
    private(set) var byRows: [String: [Int64]] = [:]
    /// The number of events that move an amount.
    private(set) var total: Int64 = 0
    /// The expected positions of effects, and the noted ones.
    private(set) var effects: [Int64] = []
    private(set) var noted: [Int64] = []

    init(documents: ViewGeneration?, rows: ViewGeneration?) {
        (self.documents, self.rows) = (documents, rows)
    }

    mutating func take(_ events: [RecordedEvent]) throws {
        for recorded in events {
            if recorded.event.type == "noted" {
                noted.append(Int64(try EventValue(json: recorded.event.payload.bytes).int ?? -1))
                continue
            }
            let (stream, amount) = try Movement.read(recorded)
            total += 1
            if let documents, recorded.position <= documents.checkpoint {
                Self.add(amount, of: stream, to: &byDocuments)
                if recorded.position.value % 10 == 0 { effects.append(recorded.position.value) }
            }
            if let rows, recorded.position <= rows.checkpoint { Self.add(amount, of: stream, to: &byRows) }
        }
    }

    /// Requires that both views exist and have handled everything.
    func requireAll() throws {
        for (name, generation) in [("documents", documents), ("table", rows)] {
            try require(generation != nil, "the \(name) are missing")
            try require(generation?.handled == total, "\(generation?.handled ?? 0) of \(total) events in the \(name)")
        }
    }

    private static func add(_ amount: Int64, of stream: String, to sums: inout [String: [Int64]]) {
        let before = sums[stream] ?? [0, 0]
        sums[stream] = [before[0] + 1, before[1] + amount]
    }
}
