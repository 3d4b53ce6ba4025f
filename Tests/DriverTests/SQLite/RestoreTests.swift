import FlxCore
import FlxEvents
import FlxTesting
import Foundation
import Testing

@testable import FlxSQLite

/// Both kinds of backup come back the same way.
@Suite struct RestoreTests {
    enum Kind: CaseIterable {
        case file, archive
    }

    let bench: BackupBench

    init() throws {
        bench = try BackupBench()
    }

    private func file(_ name: String) -> String { bench.folder.file(name) }

    /// Makes a store with readers and a table of the user's own, and a backup of it.
    private func backUp(_ kind: Kind) async throws -> [RecordedEvent] {
        let log = try await bench.fill(40)
        try await withSQLiteEventStore(bench.configuration) { store in
            try await store.setCheckpoint("early", to: 5)
            try await store.setCheckpoint("late", to: Position(Int64(log.count)))
            for _ in 1...3 {
                let lease = try #require(try await store.acquireLease("work", owner: "me", for: .seconds(1)))
                try await store.releaseLease(lease)
            }
            for (name, position) in [("early", Position(5)), ("late", Position(unchecked: Int64(log.count)))] {
                try await store.save(Snapshot(
                    name: name, position: position, version: 1, fingerprint: 1, reducer: 1, time: Timestamp(nanoseconds: 0), state: [1]))
            }
            // As after years of leases: the token is no position, however large.
            let token = StateKey("work", in: StateSpace("lease-tokens"))
            #expect(try await store.state(token)?.number == 3)
            try await store.commit(StoreChange([.put(StateRecord(token, number: 100_000))]))
            let views = [
                ViewHead(1, of: "kept", at: 5, tables: ["kept_rows"]), ViewHead(2, of: "late", at: Int64(log.count), tables: ["late_rows"]),
            ]
            try await store.write(views)
            try await store.commit(StoreChange(views.map { .put(StateRecord(StateKey("a", in: $0.documents), body: Array("{}".utf8))) }))
        }
        let failure = Database(bench.folder.store).run("""
            CREATE TABLE totals(name TEXT, total INTEGER); INSERT INTO totals VALUES('all', 40);
            CREATE TABLE kept_rows(total INTEGER); INSERT INTO kept_rows VALUES(1);
            CREATE TABLE late_rows(total INTEGER); INSERT INTO late_rows VALUES(1);
            """)
        #expect(failure == nil)
        _ = try await withSQLiteEventStore(bench.configuration) { store in
            switch kind {
            case .file: try await store.backup(to: file("backup"))
            case .archive: try await store.archive(into: file("backup"))
            }
        }
        return log
    }

    @Test(arguments: Kind.allCases) func `all of it comes back, and goes on`(_ kind: Kind) async throws {
        let log = try await backUp(kind)
        let report = try await SQLiteEventStore.restore(file("backup"), to: file("new.db"))
        #expect(report.events == Int64(log.count) && report.droppedCheckpoints.isEmpty && report.droppedTables.isEmpty)
        try await withSQLiteEventStore(.init(path: file("new.db"))) { store in
            #expect(try await BackupBench.log(store) == log)
            #expect(try await store.checkpoint("late") == Position(Int64(log.count)))
            let token = try await store.checkpoint("\u{1}lease:work")
            #expect(token == nil, "what is no reader's is told to nobody")
            let again = try await store.append([log[0].event], to: try #require(log[0].event.stream))
            #expect(again.places.map(\.isNew) == [false])
            let next = try await store.append([Event(type: "t")], to: "new", expecting: .noStream)
            #expect(next.places[0].position.value == Int64(log.count) + 1)
            #expect(try await store.verify { _, _ in }.faults.isEmpty)
        }
        // What the user keeps in the file is in a copy of the file alone.
        #expect(Database(file("new.db")).number("SELECT total FROM totals") == (kind == .file ? 40 : nil))
    }

    @Test(arguments: Kind.allCases) func `a position is the log's prefix`(_ kind: Kind) async throws {
        let log = try await backUp(kind)
        var random = SeededGenerator(seed: 3)
        for end in [1, log.count] + (0..<6).map({ _ in random.number(in: 2...log.count - 1) }) {
            let path = file("at-\(end).db")
            let report = try await SQLiteEventStore.restore(file("backup"), to: path, upTo: .position(Position(Int64(end))))
            #expect(report.events == Int64(end))
            try await withSQLiteEventStore(.init(path: path)) { store in
                #expect(try await BackupBench.log(store) == Array(log[..<end]))
                #expect(try await store.verify { _, _ in }.faults.isEmpty)
                #expect(try await store.checkpoint("early") == (end >= 5 ? 5 : nil))
                #expect(try await store.acquireLease("work", owner: "me", for: .seconds(1))?.token == 100_001)
                #expect(try await store.checkpoint("late") == (end == log.count ? Position(Int64(end)) : nil))
                let streams = Set(log[..<end].compactMap(\.event.stream))
                #expect(try await store.statistics().streams == Int64(streams.count))
                // A stream goes on at the version that it had.
                let stream = try #require(log[end - 1].event.stream)
                _ = try await store.append([Event(type: "t")], to: stream, expecting: .exactly(log[end - 1].version))
            }
            if kind == .file, end < log.count {
                #expect(report.droppedTables == ["totals"])
                #expect(report.droppedViews == (end >= 5 ? ["late"] : ["kept", "late"]))
                let database = Database(path)
                for table in ["totals", "late_rows"] { #expect(database.number("SELECT count(*) FROM \(table)") == nil) }
                #expect(database.number("SELECT count(*) FROM state_spaces WHERE name IS NULL") == 0)
                #expect(database.number("SELECT count(*) FROM state_records WHERE name = 'a'") == (end >= 5 ? 1 : 0))
                let (snapshots, views) = try await withSQLiteEventStore(.readOnly(path: path)) {
                    (try await $0.snapshots(prefix: "", after: nil, limit: 9).map(\.name), try await $0.generations(of: nil).map(\.view))
                }
                #expect(snapshots == (end >= 5 ? ["early"] : []) && views == (end >= 5 ? ["kept"] : []))
                #expect(database.number("SELECT total FROM kept_rows") == (end >= 5 ? 1 : nil))
            }
        }
    }

    @Test func `records that a cut leaves as they were are named`() async throws {
        let log = try await backUp(.file)
        try await withSQLiteEventStore(bench.configuration) { store in
            try await Timers("reminders", store: store).set("order-1", due: bench.clock.time)
            try await store.commit(StoreChange([.put(StateRecord(StateKey("a", in: StateSpace("own"))))]))
            _ = try await store.backup(to: file("backup"))
        }
        let whole = try await SQLiteEventStore.restore(file("backup"), to: file("whole.db"))
        #expect(whole.keptSpaces.isEmpty)
        let cut = try await SQLiteEventStore.restore(file("backup"), to: file("cut.db"), upTo: .position(Position(Int64(log.count - 1))))
        #expect(cut.keptSpaces == ["own", "timers:reminders"])
        try await withSQLiteEventStore(.init(path: file("cut.db"))) { store in
            let reminder = try await Timers("reminders", store: store).timer("order-1")
            #expect(reminder?.due == bench.clock.time)
        }
    }

    @Test(arguments: Kind.allCases) func `a time ends between appends`(_ kind: Kind) async throws {
        let log = try await backUp(kind)
        let times = log.map(\.recordedTime)
        for time in [times[0], times[log.count / 2], times[log.count / 2].advanced(by: .milliseconds(500)), times[log.count - 1]] {
            let path = file("at-\(time.nanoseconds).db")
            _ = try await SQLiteEventStore.restore(file("backup"), to: path, upTo: .time(time))
            #expect(try await BackupBench.log(path) == log.filter { $0.recordedTime <= time })
        }
        let error = await #expect(throws: FlxError.self) {
            try await SQLiteEventStore.restore(file("backup"), to: file("none.db"), upTo: .time(times[0].advanced(by: .seconds(-1))))
        }
        #expect(error?.code == .notFound)
    }

    @Test(arguments: Kind.allCases) func `nothing is overwritten, and a failure makes nothing`(_ kind: Kind) async throws {
        let log = try await backUp(kind)
        let before = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).sorted()
        let beyond = try Position(Int64(log.count) + 1)
        let cases: [(String, RestorePoint, FlxError.Code)] = [
            ("events.db", .end, .invalidValue), ("new.db", .position(beyond), .notFound),
            ("new.db", .position(.start), .notFound), ("nowhere/new.db", .end, .notFound),
        ]
        for (name, point, code) in cases {
            let error = await #expect(throws: FlxError.self) {
                try await SQLiteEventStore.restore(file("backup"), to: file(name), upTo: point)
            }
            #expect(error?.code == code, "\(name) \(point)")
        }
        let missing = await #expect(throws: FlxError.self) { try await SQLiteEventStore.restore(file("nothing"), to: file("new.db")) }
        #expect(missing?.code == .notFound)
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).sorted() == before)
        #expect(try await BackupBench.log(bench.folder.store) == log)
    }

    @Test func `a damaged file is not restored`() async throws {
        _ = try await backUp(.file)
        Database(file("backup")).run("UPDATE events SET payload = x'7b7d' WHERE position = 7")
        let error = await #expect(throws: FlxError.self) { try await SQLiteEventStore.restore(file("backup"), to: file("new.db")) }
        #expect(error?.code == .corrupt && error?.message.contains("position 7") == true)
        #expect(!FileManager.default.fileExists(atPath: file("new.db")))
        #expect(try await SQLiteEventStore.verify(backup: file("backup")).faults.first?.position == 7)
    }

    @Test(arguments: Kind.allCases) func `readers beyond the point begin anew, or go on at its end`(_ kind: Kind) async throws {
        let log = try await backUp(kind)
        let late = Position(unchecked: Int64(log.count))
        for (checkpoints, after) in [(RestoredCheckpoints.drop, 0), (.end, 20)] as [(RestoredCheckpoints, Int64)] {
            let path = file("\(checkpoints).db")
            let report = try await SQLiteEventStore.restore(file("backup"), to: path, upTo: .position(20), checkpoints: checkpoints)
            let reader = RestoredReader(name: "late", before: late, after: Position(unchecked: after), repeats: 20 - after)
            #expect(report.readers == [reader])
            #expect(report.droppedCheckpoints == (after == 0 ? ["late"] : []))
            try await withSQLiteEventStore(.init(path: path)) { store in
                let (late, early) = (try await store.checkpoint("late"), try await store.checkpoint("early"))
                #expect(late == (after == 0 ? nil : 20) && early == 5)
                #expect(try await store.verify { _, _ in }.faults.isEmpty)
            }
        }
    }

    @Test(arguments: Kind.allCases) func `a reader of another log keeps its place`(_ kind: Kind) async throws {
        let log = try await bench.fill(4)
        let places: [(String, Position)] = [("other", 5_000), ("end", .end), ("own", 3)]
        try await withSQLiteEventStore(bench.configuration) { store in
            for (name, position) in places { try await store.setCheckpoint(name, to: position) }
            try await store.save(Snapshot(
                name: "other", position: 5_000, version: 1, fingerprint: 1, reducer: 1, time: Timestamp(nanoseconds: 0), state: [1]))
            switch kind {
            case .file: _ = try await store.backup(to: file("backup"))
            case .archive: _ = try await store.archive(into: file("backup"))
            }
        }
        if kind == .archive { #expect(try await SQLiteEventStore.verify(backup: file("backup")).faults.isEmpty) }
        let report = try await SQLiteEventStore.restore(file("backup"), to: file("new.db"))
        #expect(report.events == Int64(log.count) && report.readers.isEmpty)
        try await withSQLiteEventStore(.readOnly(path: file("new.db"))) { store in
            for (name, position) in places {
                let found = try await store.checkpoint(name)
                #expect(found == position, "\(name)")
            }
            let snapshot = try await store.snapshot("other")
            #expect(snapshot?.position == (kind == .file ? 5_000 : nil))
        }
    }

    @Test func `the prefix of a log has no free pages of the whole`() async throws {
        try await withSQLiteEventStore(bench.configuration) { store in
            for _ in 1...40 {
                let events = try (1...50).map { _ in Event(type: "t", payload: try .binary(Array(repeating: 7, count: 1_000))) }
                try await store.append(events, to: "s")
            }
            _ = try await store.backup(to: file("backup"))
        }
        _ = try await SQLiteEventStore.restore(file("backup"), to: file("new.db"), upTo: .position(100))
        let (whole, part) = (try #require(FileSystem.size(file("backup"))), try #require(FileSystem.size(file("new.db"))))
        #expect(part < whole / 10, "\(part) of \(whole) bytes")
        #expect(Database(file("new.db")).number("PRAGMA freelist_count") == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).sorted() == ["backup", "events.db", "new.db"])
    }

    /// What a restore to an earlier point leaves that is killed while SQLite writes the file anew, which puts the mark of a store there at
    /// the end and the head perhaps as well; and that is killed a little later.
    @Test(arguments: [0..<72, 68..<72, 0..<0]) func `what a restore left that was killed goes with the next one`(
        _ missing: Range<Int>
    ) async throws {
        _ = try await backUp(.file)
        let (begun, whole) = (file("new.db.partial-1"), file("new.db.partial-1.partial-2"))
        try Data("a letter".utf8).write(to: URL(fileURLWithPath: file("new.db.partial-1.partial-1")))
        try FileManager.default.copyItem(atPath: file("backup"), toPath: whole)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: whole))
        bytes.replaceSubrange(missing, with: Data(count: missing.count))
        try bytes.write(to: URL(fileURLWithPath: begun))
        try Data("journal".utf8).write(to: URL(fileURLWithPath: begun + "-journal"))
        _ = try await SQLiteEventStore.restore(file("backup"), to: file("new.db"))
        let left = ["backup", "events.db", "new.db", "new.db.partial-1.partial-1"]
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).sorted() == left)
    }

    @Test func `a database of others stays where a restore would put its own`() async throws {
        _ = try await backUp(.file)
        let (begun, beside) = (file("new.db.partial-1"), file("new.db.partial-1.partial-1"))
        Database(begun).run("CREATE TABLE precious(n)")
        for other in [nil, "a letter"] {
            if let other { try Data(other.utf8).write(to: URL(fileURLWithPath: beside)) }
            let before = try Data(contentsOf: URL(fileURLWithPath: begun))
            _ = try await SQLiteEventStore.restore(file("backup"), to: file("new.db"), upTo: .position(3))
            #expect(try Data(contentsOf: URL(fileURLWithPath: begun)) == before)
            #expect(FileManager.default.fileExists(atPath: beside) == (other != nil))
            try FileManager.default.removeItem(atPath: file("new.db"))
        }
    }

    @Test(arguments: Kind.allCases) func `an empty file is a free place, and the mode is that of the backup`(_ kind: Kind) async throws {
        let log = try await backUp(kind)
        let source = kind == .file ? file("backup") : file("backup/manifest.jsonl")
        #expect(chmod(source, 0o640) == 0)
        try Data().write(to: URL(fileURLWithPath: file("new.db")))
        for point in [RestorePoint.end, .position(5)] {
            _ = try await SQLiteEventStore.restore(file("backup"), to: file("new.db"), upTo: point)
            var status = stat()
            #expect(stat(file("new.db"), &status) == 0 && status.st_mode & 0o777 == 0o640)
            #expect(try await BackupBench.log(file("new.db")).count == (point == .end ? log.count : 5))
            try FileManager.default.removeItem(atPath: file("new.db"))
        }
    }

    @Test func `a table of a view whose name is written in other letters stays`() async throws {
        try await bench.fill(20)
        try await withSQLiteEventStore(bench.configuration) { try await $0.write([ViewHead(1, of: "orders", at: 5, tables: ["orders"])]) }
        #expect(Database(bench.folder.store).run("CREATE TABLE ORDERS(n); INSERT INTO ORDERS VALUES(7);") == nil)
        let report = try await SQLiteEventStore.restore(bench.folder.store, to: file("new.db"), upTo: .position(10))
        #expect(report.droppedTables.isEmpty && report.droppedViews.isEmpty)
        #expect(Database(file("new.db")).number("SELECT n FROM orders") == 7)
    }

    @Test func `a view with a virtual table stays whole before the end of a log`() async throws {
        let log = try await bench.fill(20)
        try await withSQLiteEventStore(bench.configuration) { try await $0.write([ViewHead(1, of: "words", at: 5, tables: ["words"])]) }
        #expect(Database(bench.folder.store).run("""
            CREATE VIRTUAL TABLE words USING fts5(body); INSERT INTO words VALUES('a word');
            CREATE VIRTUAL TABLE others USING fts5(body);
            """) == nil)
        let report = try await SQLiteEventStore.restore(bench.folder.store, to: file("new.db"), upTo: .position(10))
        #expect(report.droppedTables == ["others"] && report.droppedViews.isEmpty)
        #expect(Database(file("new.db")).number("SELECT count(*) FROM words WHERE words MATCH 'word'") == 1)
        #expect(try await BackupBench.log(file("new.db")) == Array(log[..<10]))
    }

    @Test func `a list of tables is SQLite's own, whatever a file has under the name of its function`() async throws {
        _ = try await bench.fill(20)
        for object in [
            """
            CREATE VIEW pragma_table_list AS WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 2000)
            SELECT 'main' AS schema, 'table' AS type, 'table ' || n AS name FROM many
            """, "CREATE TABLE pragma_table_list(schema, type, name)",
        ] {
            Database(bench.folder.store).run("DROP VIEW IF EXISTS pragma_table_list")
            #expect(Database(bench.folder.store).run("\(object); CREATE TABLE IF NOT EXISTS sqliteXmine(n);") == nil)
            let report = try await SQLiteEventStore.restore(bench.folder.store, to: file("new.db"), upTo: .position(10))
            let isTable = object.hasPrefix("CREATE TABLE")
            #expect(report.droppedTables == (isTable ? ["pragma_table_list", "sqliteXmine"] : ["sqliteXmine"]))
            try FileManager.default.removeItem(atPath: file("new.db"))
        }
    }

    @Test func `a backup that somebody changed is named, not the file that was to be made`() async throws {
        _ = try await backUp(.file)
        Database(file("backup")).run("CREATE INDEX mine ON events(recorded)")
        for point in [RestorePoint.end, .position(5)] {
            let error = await #expect(throws: FlxError.self) {
                try await SQLiteEventStore.restore(file("backup"), to: file("new.db"), upTo: point)
            }
            #expect(error?.code == .corrupt && error?.message.hasPrefix("\(file("backup")) ") == true, "\(String(describing: error))")
        }
        _ = try await SQLiteEventStore.repair(file("backup"))
        _ = try await SQLiteEventStore.restore(file("backup"), to: file("new.db"))
    }

    @Test func `a store that is restored from is left as it was`() async throws {
        _ = try await bench.fill(40)
        for point in [RestorePoint.end, .position(5)] {
            _ = try await SQLiteEventStore.restore(bench.folder.store, to: file("new.db"), upTo: point)
            try FileManager.default.removeItem(atPath: file("new.db"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.path) == ["events.db"])
        }
    }
}
