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

    /// How much SQLite does for the first part of what a generation leaves behind, in thousands of its instructions.
    private func workOfOnePart(_ store: SQLiteEventStore, documents: Int) async throws -> Int {
        let id = try await store.beginGeneration(of: "swept", version: 1).id
        let changes = (0..<documents).map { number in
            let entries = ["a", "b", "c"].map { ViewEntry($0, Int64(number)) }
            return ViewStep.Change.put(ViewDocument(key: "k\(number)", body: [1], entries: entries))
        }
        try await store.commit(ViewStep(of: id, after: .start, through: 1, changes: changes))
        guard let writer = store.writer else { return 0 }
        let work = try await writer.perform { log, _ throws(FlxError) in
            try log.drop(id)
            var count = 0
            try withUnsafeMutablePointer(to: &count) { count throws(FlxError) in
                sqlite3_progress_handler(
                    log.handle.pointer, 1_000,
                    { context in
                        context?.assumingMemoryBound(to: Int.self).pointee += 1
                        return 0
                    }, count)
                defer { sqlite3_progress_handler(log.handle.pointer, 0, nil, nil) }
                _ = try log.sweep()
            }
            return count
        }
        var isMore = true
        while isMore { isMore = try await writer.perform { log, _ throws(FlxError) in try log.sweep() } }
        return work
    }

    @Test func aPartOfWhatAViewLeftCostsTheSameHoweverMuchItIs() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let (few, many) = (try await workOfOnePart(store, documents: 2_000), try await workOfOnePart(store, documents: 16_000))
            #expect(few > 0 && many < few * 3 / 2, "\(few) and \(many) thousands of instructions")
        }
        let database = Database(folder.store)
        for table in ["views", "view_documents", "view_entries"] { #expect(database.number("SELECT count(*) FROM \(table)") == 0) }
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
