import FlxCore
import FlxEvents
@testable import FlxSQLite
import Foundation
import GRDB
import GRDBSQLite
import Testing

/// No operation of the writer gets larger by having been done often: what a connection keeps is counted, not timed. The timed form is
/// the campaign `repetition` of the faults.
@Suite struct RepetitionTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    /// Counts rows.
    private struct Tally: SQLView {
        static let name = "tally"
        static let tables = ["tally"]
        func create(_ tables: SQLTables) throws { try tables.execute("CREATE TABLE \(tables["tally"])(n INTEGER)") }
        func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool {
            try tables.execute("INSERT INTO \(tables["tally"]) VALUES(?)", [recorded.position.value])
            return true
        }
    }

    /// The bytes of prepared statements and of what is known of the tables, and how often a statement was prepared.
    private func held(_ store: SQLiteEventStore) async throws -> [Int32] {
        guard let writer = store.writer else { return [] }
        return try await writer.perform { log, _ in
            [SQLITE_DBSTATUS_STMT_USED, SQLITE_DBSTATUS_SCHEMA_USED].map { kind in
                var (current, highest): (Int32, Int32) = (0, 0)
                sqlite3_db_status(log.handle.pointer, kind, &current, &highest, 0)
                return current
            } + [Int32(clamping: log.handle.sandbox.questions)]
        }
    }

    @Test func theWriterPreparesNothingTwice() async throws {
        let rounds = ProcessInfo.processInfo.environment["FLX_FULL"] == "1" ? 100_000 : 500
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let view = try store.tables(Tally())
            var table = try await view.begin()
            let documents = try await store.beginGeneration(of: "documents", version: 1).id
            var lease = try #require(try await store.acquireLease("work", owner: "me", for: .seconds(3_600)))
            var counts: [[Int32]] = []
            for round in 1...rounds {
                let position = try Position(Int64(round))
                try await store.append([Event(type: "t", tags: ["a"])], to: "s", unless: Boundary(.events(tagged: "b"), after: .start))
                try await store.append([], to: "s", expecting: .exactly(Version(position.value)))
                try await store.setCheckpoint("reader", to: position)
                try await store.setCheckpoint("other", to: nil)
                try await store.save(Snapshot(
                    name: "a", position: position, version: .none, fingerprint: 1, reducer: 1, time: Timestamp(nanoseconds: 0), state: [1]))
                _ = try await store.dropSnapshots(prefix: "b")
                lease = try await store.renewLease(lease, for: .seconds(3_600))
                _ = try await store.append([StreamWrite([], to: "s")], unless: nil, under: lease)
                let put = ViewStep.Change.put(ViewDocument(key: "k", body: [1], entries: [ViewEntry("n", position.value)]))
                try await store.commit(ViewStep(of: documents, after: Position(position.value - 1), through: position, changes: [put]))
                let page = try await store.read(.all, .forward(after: table.checkpoint), limit: 10)
                table = try await view.project(page.events, to: table, through: page.through)
                _ = try await store.acquireLease("other", owner: "me", for: .seconds(3_600))
                if round == rounds / 2 || round == rounds { counts.append(try await held(store)) }
            }
            #expect(counts.count == 2 && counts[0] == counts[1], "bytes of statements, bytes of the schema, statements prepared: \(counts)")
        }
    }
}
