import FlxCore
import FlxEvents
import FlxSQLite
import GRDB

/// Holds the two views of a store against its log.
enum ViewAudit {
    static func catchUp(_ store: SQLiteEventStore) async throws {
        try await ViewRunner(Sums(), in: store).catchUp()
        try await ViewRunner(try store.tables(SumRows())).catchUp()
    }

    /// Compares both views with the log up to their checkpoints, and the effects of the one with its events.
    @discardableResult
    static func expectExact(_ store: SQLiteEventStore, caughtUp: Bool) async throws -> Int64 {
        let current = try await store.generations(of: nil).filter { $0.role == .current }
        let documents = current.first { $0.view == Sums.name }
        let rows = current.first { $0.view == SumRows.name }
        var (byDocuments, byRows): ([String: [Int64]], [String: [Int64]]) = ([:], [:])
        var (through, total, effects, noted) = (Position.start, Int64(0), [Int64](), [Int64]())
        while true {
            let page = try await store.read(.all, .forward(after: through), limit: 5_000)
            for recorded in page.events {
                if recorded.event.type == "noted" {
                    noted.append(Int64(try EventValue(json: recorded.event.payload.bytes).int ?? -1))
                    continue
                }
                let (stream, amount) = try Movement.read(recorded)
                total += 1
                func add(_ sums: inout [String: [Int64]]) {
                    let before = sums[stream] ?? [0, 0]
                    sums[stream] = [before[0] + 1, before[1] + amount]
                }
                if let documents, recorded.position <= documents.checkpoint {
                    add(&byDocuments)
                    if recorded.position.value % 10 == 0 { effects.append(recorded.position.value) }
                }
                if let rows, recorded.position <= rows.checkpoint { add(&byRows) }
            }
            through = page.through
            if page.isLast { break }
        }
        try require(noted == effects, "effects at \(noted.count) places instead of \(effects.count)")
        if let documents {
            try require(!caughtUp || documents.handled == total, "\(documents.handled) of \(total) events in the documents")
            var (query, found): (ViewQuery, [String: [Int64]]) = (.all(), [:])
            while true {
                let page = try await store.documents(query, of: .generation(documents.id))
                for document in page.documents {
                    let sums = try EventDecoder().decode(Sums.Document.self, from: document.body)
                    found[document.key] = [sums.events, sums.sum]
                }
                guard let next = page.next else { break }
                query.after = next
            }
            try require(found == byDocuments, "the documents are not the sums of the events up to \(documents.checkpoint)")
        }
        if let rows {
            try require(!caughtUp || rows.handled == total, "\(rows.handled) of \(total) events in the table")
            let found = try await store.query { database in
                var found: [String: [Int64]] = [:]
                for row in try Row.fetchAll(database, sql: "SELECT account, events, sum FROM sum_rows") { found[row[0]] = [row[1], row[2]] }
                return found
            }
            try require(found == byRows, "the rows are not the sums of the events up to \(rows.checkpoint)")
        }
        try require(!caughtUp || documents != nil && rows != nil, "a view is missing")
        return total
    }
}
