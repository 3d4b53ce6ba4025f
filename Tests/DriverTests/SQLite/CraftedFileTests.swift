import FlxCore
import FlxEvents
import FlxTesting
import Foundation
import Testing

@testable import FlxSQLite

/// A store's file that somebody made: what is wrong is reported, nothing in it runs, and no number of it ends the process.
@Suite struct CraftedFileTests {
    private static let ends = [
        "9223372036854775807", "-9223372036854775808", "9223372036854775806", "-1", "0", "NULL", "'text'", "x'00'", "1.5",
    ]

    /// What is put in, and whether it must be found.
    private static let schemas = [
        "CREATE TRIGGER t AFTER INSERT ON events BEGIN INSERT INTO ran VALUES(1); END",
        "CREATE TRIGGER t AFTER DELETE ON events BEGIN INSERT INTO ran VALUES(1); END",
        "CREATE TRIGGER t BEFORE UPDATE ON state_records BEGIN INSERT INTO ran VALUES(1); END",
        "CREATE TRIGGER t AFTER DELETE ON tags BEGIN INSERT INTO ran VALUES(1); END",
        "CREATE INDEX more ON events(length(hex(zeroblob(1000 + position))))",
        "DROP INDEX events_type; CREATE INDEX events_type ON events(abs(type))",
        "DROP INDEX events_stream",
        "ALTER TABLE events RENAME TO hidden; CREATE VIEW events AS SELECT * FROM hidden",
        "ALTER TABLE state_records RENAME TO hidden; CREATE VIEW state_records AS SELECT * FROM hidden",
        "ALTER TABLE events ADD COLUMN more AS (hex(zeroblob(1000)))",
        "ALTER TABLE state_spaces ADD COLUMN more CHECK(more IS NULL)",
        "DROP TABLE tags",
        "PRAGMA user_version = -7",
    ]

    private static let tables = [
        #"x"; COMMIT; ATTACH DATABASE 'FOLDER/outside.txt' AS e; CREATE TABLE e.t(x); BEGIN; --"#, "events", "EVENTS", "sqlite_master",
        "a\na", "a\nA", "rows; DROP TABLE events", "\u{1}", "../x", "röws",
    ]

    private static let rows: [String] = {
        var rows: [String] = []
        for (table, columns) in [
            ("events", ["position", "stream", "type", "version", "time", "recorded", "id", "checksum", "envelope", "payload"]),
            ("tags", ["position", "tag"]), ("streams", ["id", "name"]), ("types", ["id", "name"]),
            ("tag_names", ["id", "name"]),
            ("state_spaces", ["id", "name"]), ("state_records", ["space", "name", "number", "revision", "checksum", "entries", "body"]),
            ("state_entries", ["space", "list", "value", "name"]), ("state_revisions", ["id", "given"]),
        ] {
            for column in columns {
                let last = table == "events" ? "WHERE position = (SELECT max(position) FROM events)" : "WHERE rowid = 1"
                let one = ["tags": "WHERE position = 5", "state_records": "WHERE name = 'reader'", "state_entries": ""][table] ?? last
                for value in ends { rows.append("UPDATE OR IGNORE \(table) SET \(column) = \(value) \(one)") }
            }
        }
        return rows
    }()

    private let folder: Folder
    private let work: String

    init() async throws {
        folder = try Folder()
        work = folder.file("work.db")
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            for number in 1...8 { try await store.append([Event(type: "t", tags: ["n:\(number % 3)"])], to: "s-\(number % 2)") }
            try await store.setCheckpoint("reader", to: 5)
            let entries = [StateEntry("by", 1), StateEntry("by", "a")]
            try await store.commit(StoreChange([.put(StateRecord(StateKey("a", in: StateSpace("others")), entries: entries))]))
            let lease = try #require(try await store.acquireLease("work", owner: "me", for: .seconds(1)))
            try await store.releaseLease(lease)
            try await store.write([ViewHead(1, of: "v", at: 5, tables: ["rows"])])
        }
        #expect(Database(folder.store).run("CREATE TABLE ran(x); CREATE TABLE rows(total);") == nil)
    }

    @Test(arguments: [Int64.min, -1, 0, .max]) func `a version that no event can have is damage`(_ version: Int64) async throws {
        let recorded = try await withSQLiteEventStore(.init(path: folder.store)) { try await $0.read(.all, .forward, limit: 1).events[0] }
        let event = recorded.event
        var envelope: [UInt8] = []
        Envelope.write(event, to: &envelope)
        let content = envelope.withUnsafeBytes { envelope in
            event.payload.bytes.withUnsafeBytes { payload in
                Checksum(
                    stream: Checksum.of("s-1"), type: Checksum.of("t"), id: event.id, time: event.time, envelope: envelope,
                    payload: payload)
            }
        }
        let sum = content.placed(version: version, position: 1, recorded: recorded.recordedTime.nanoseconds)
        #expect(Database(folder.store).run("UPDATE events SET version = \(version), checksum = \(sum) WHERE position = 1") == nil)
        try await withSQLiteEventStore(.readOnly(path: folder.store)) { store in
            #expect(await failureCode { _ = try await store.read(.all, .forward, limit: 1) } == .corrupt)
            #expect(await failureCode { _ = try await store.event(event.id) } == .corrupt)
            #expect(await failureCode { _ = try await StoreCopy(from: store, to: MemoryEventStore()).run() } == .corrupt)
            let faults = try await store.verify { _, _ in }.faults
            #expect(faults.first?.position == 1 && faults.first?.message.contains("version \(version)") == true, "\(faults)")
        }
    }

    /// Readers of all streams do not get system streams. They must be told of an event that only seems to be of one.
    @Test func `a damaged number of a stream hides no event among system streams`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            _ = try await store.append([Event(type: "t")], to: "flx-s")
        }
        let system = "(SELECT id FROM streams WHERE name = 'flx-s')"
        #expect(Database(folder.store).run("UPDATE events SET stream = \(system), version = 1 WHERE position = 8") == nil)
        try await withSQLiteEventStore(.readOnly(path: folder.store)) { store in
            for direction in [ReadDirection.forward(after: 7), .backward(before: 9)] {
                #expect(await failureCode { _ = try await store.read(.all, direction, limit: 1) } == .corrupt)
            }
        }
    }

    /// Names behind which a page would begin with the same names again: as a text, they are others than in the file.
    @Test(arguments: ["CAST(x'FF41' AS TEXT)", "x'FF41'", "zeroblob(16)"]) func `no list begins again at a damaged name`(
        _ name: String
    ) async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let document = ViewDocument(key: "a", body: Array("{}".utf8), entries: [ViewEntry("n", 1)])
            try await store.commit(ViewStep(of: ViewGeneration.ID(1), after: 5, through: 6, changes: [.put(document)]))
        }
        let crafted = Database(folder.store)
        #expect(crafted.run("""
            UPDATE streams SET name = \(name) WHERE name = 's-1';
            UPDATE state_records SET name = \(name) WHERE name = 'a';
            UPDATE state_entries SET name = \(name) WHERE name = 'a';
            """) == nil)
        try await withSQLiteEventStore(.readOnly(path: folder.store)) { store in
            let calls: [(String, @Sendable () async throws -> Void)] = [
                ("streams", { for _ in 1...9 { _ = try await store.streams(prefix: "", after: "s-0", limit: 1) } }),
                ("records", { _ = try await store.state(StateQuery(StateSpace("others"), limit: 1)) }),
                ("documents", { _ = try await store.documents(.all(limit: 1), of: .view("v")) }),
                ("an index", { _ = try await store.documents(.index("n", limit: 1), of: .view("v")) }),
            ]
            for (what, call) in calls {
                let error = await #expect(throws: FlxError.self, "\(what)") { try await call() }
                #expect(error?.code == .corrupt, "\(what): \(String(describing: error))")
            }
            let faults = try await store.verify { _, _ in }.faults
            #expect(faults.contains { $0.message.contains("records beside the log") })
        }
        _ = try await SQLiteEventStore.repair(folder.store)
        #expect(crafted.number("SELECT count(*) FROM state_records WHERE space = (SELECT id FROM state_spaces WHERE name = 'others')") == 0)
    }

    @Test(arguments: [
        [ViewHead(1, of: "v", at: 5, switchPosition: 5)], [ViewHead(1, of: "v", at: 5, isHeld: true)],
        [ViewHead(2, of: "v", .building, switchPosition: 3)], [ViewHead(2, of: "v", .building, at: 6, switchPosition: 5)],
        [ViewHead(1, of: "v", at: 5, isHeld: true), ViewHead(2, of: "v", .building, at: 6, switchPosition: 5)],
        [ViewHead(1, of: "v", at: 5, isHeld: true), ViewHead(2, of: "v", .building, at: 2, switchPosition: 4)],
        [ViewHead(2, of: "V", .building, switchPosition: 5)], [ViewHead(2, of: "v", at: 5)],
        [ViewHead(2, of: "v", .building), ViewHead(3, of: "v", .building)],
    ]) func `generations that no store has written so are damage, and nobody waits for them`(_ heads: [ViewHead]) async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.write(heads)
            let error = await #expect(throws: FlxError.self) { try await store.generations(of: nil) }
            #expect(error?.code == .corrupt)
            let faults = try await store.verify { _, _ in }.faults
            #expect(faults.contains { $0.message.contains("entries that do not fit together") }, "\(faults)")
        }
        #expect(try await SQLiteEventStore.repair(folder.store).faults.isEmpty)
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let generations = try await store.generations(of: nil)
            #expect(generations.count < 2)
            // One that a store has prepared.
            try await store.write([
                ViewHead(5, of: "w", at: 5, isHeld: true), ViewHead(6, of: "w", .building, at: 4, switchPosition: 5),
            ])
            let prepared = try await store.generations(of: "w")
            #expect(prepared.map(\.switchPosition) == [nil, 5])
        }
    }

    @Test(arguments: [
        #"{"view":"v"}"#, #"{"view":"","version":1,"role":"current","handled":0}"#, "", "{", "[]",
        #"{"view":"v","version":1,"role":"former","handled":0}"#, #"{"view":"v","version":1,"role":"current","handled":-1}"#,
        #"{"view":"v","version":1e99,"role":"current","handled":0}"#, #"{"view":"w","version":1,"role":"current","handled":0}"#,
        #"{"view":"v","version":1,"role":"current","handled":9223372036854775807}"#,
        #"{"view":"v","version":1,"role":"building","handled":0,"switchPosition":-1}"#,
    ]) func `an entry of a view that no store has written is damage`(_ body: String) async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            var record = try ViewHead(1, of: "v", at: 5).record
            record.body = Array(body.utf8)
            try await store.commit(StoreChange([.put(record)]))
            let error = await #expect(throws: FlxError.self) { try await store.generations(of: nil) }
            #expect(error?.code == .corrupt)
            let faults = try await store.verify { _, _ in }.faults
            #expect(faults.contains { $0.message.contains("of the views is damaged") }, "\(faults)")
        }
        #expect(try await SQLiteEventStore.repair(folder.store).faults.isEmpty)
        let left = try await withSQLiteEventStore(.init(path: folder.store)) { try await $0.generations(of: nil) }
        #expect(left.isEmpty)
    }

    @Test(arguments: ["zeroblob(2000000)", "CAST(x'FF41' AS TEXT)", "'\(String(repeating: "n", count: 600))'"])
    func `an archive is not made with names that it cannot have`(_ name: String) async throws {
        #expect(Database(folder.store).run("UPDATE state_records SET name = \(name) WHERE name = 'reader'") == nil)
        let archive = folder.file("archive")
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let error = await #expect(throws: FlxError.self) { try await store.archive(into: archive) }
            #expect(error?.code == .corrupt)
            let faults = try await store.verify { _, _ in }.faults
            #expect(faults.contains { $0.message.contains("records beside the log") })
        }
        #expect(try await SQLiteEventStore.repair(folder.store).faults.isEmpty)
        try await withSQLiteEventStore(.init(path: folder.store)) { _ = try await $0.archive(into: archive) }
        #expect(try await SQLiteEventStore.verify(backup: archive).faults.isEmpty)
    }

    @Test func `an index that stands under another name than its own is not called mended`() async throws {
        let craft = "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET name = upper(name) WHERE name = 'events_type'"
        #expect(Database(folder.store).run(craft) == nil)
        for isDryRun in [true, false] {
            let error = await #expect(throws: FlxError.self) { try await SQLiteEventStore.repair(folder.store, isDryRun: isDryRun) }
            #expect(error?.code == .corrupt)
        }
        #expect(Database(folder.store).number("SELECT count(*) FROM sqlite_schema WHERE lower(name) = 'events_type'") == 1)
    }

    /// Does everything to a file that a program or a person does; errors are what is expected of a damaged one.
    private func use(_ sql: String) async throws -> (isReported: Bool, writes: Bool) {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: work + suffix) }
        for name in ["backup.db", "new.db"] { try? FileManager.default.removeItem(atPath: folder.file(name)) }
        try? FileManager.default.removeItem(atPath: folder.file("archive"))
        try FileManager.default.copyItem(atPath: folder.store, toPath: work)
        var crafted: Database? = Database(work)
        #expect(crafted?.run("PRAGMA journal_mode = DELETE; PRAGMA legacy_alter_table = ON") == nil)
        if sql.contains("= NULL") {
            // A file can hold what no statement may write.
            let definitions = "PRAGMA writable_schema = ON; UPDATE main.sqlite_master SET sql ="
            crafted?.run("\(definitions) replace(sql, ' NOT NULL', '') WHERE type = 'table'")
            crafted = Database(work)
            crafted?.run(sql)
            crafted?.run("""
                ATTACH '\(folder.store)' AS whole;
                \(definitions) (SELECT sql FROM whole.sqlite_master AS right WHERE right.name = main.sqlite_master.name)
                """)
        } else {
            // SQLite refuses some values by itself.
            crafted?.run(sql)
        }
        crafted = nil

        let faults = try? await SQLiteEventStore.verify(backup: work).faults
        _ = try? await SQLiteEventStore.restore(work, to: folder.file("new.db"), upTo: .position(3), checkpoints: .end)
        _ = try? await SQLiteEventStore.repair(work, isDryRun: true)
        if let reader = try? await SQLiteEventStore.open(.readOnly(path: work)) {
            await read(reader)
            _ = try? await reader.backup(to: folder.file("backup.db"))
            _ = try? await reader.archive(into: folder.file("archive"))
            await reader.close()
        }
        var writes = false
        if let store = try? await SQLiteEventStore.open(.init(path: work)) {
            writes = (try? await store.append([Event(type: "t", tags: ["n:1", "new:1"])], to: "s-1")) != nil
            _ = try? await store.append([Event(type: "other")], to: "other", expecting: .noStream)
            try? await store.setCheckpoint("reader", to: 6)
            _ = try? await store.acquireLease("work", owner: "you", for: .seconds(1))
            _ = try? await store.beginGeneration(of: "v", version: 2)
            await read(store)
            await store.close()
        }
        _ = try? await SQLiteEventStore.repair(work)
        return (faults.map { !$0.isEmpty } ?? true, writes)
    }

    private func read(_ store: SQLiteEventStore) async {
        for selection in [Selection.all, .tags("n:1"), .types("t"), .stream("s-1")] {
            for direction in [ReadDirection.forward, .backward] { _ = try? await store.read(selection, direction, limit: 100) }
        }
        _ = try? await store.checkpoint("reader")
        _ = try? await store.generations(of: nil)
        _ = try? await store.documents(.all(limit: 10), of: .view("v"))
        _ = try? await store.snapshot("snap")
        _ = try? await store.snapshots(prefix: "", after: nil, limit: 10)
        _ = try? await store.statistics()
        _ = try? await store.types()
        _ = try? await store.streams(prefix: "", after: nil, limit: 10)
    }

    @Test(arguments: schemas) func `a definition that is not the store's is reported, and never runs`(_ sql: String) async throws {
        let (isReported, writes) = try await use(sql)
        #expect(isReported && !writes)
        for path in [work, folder.file("new.db"), folder.file("backup.db")] where FileManager.default.fileExists(atPath: path) {
            #expect(Database(path).number("SELECT count(*) FROM ran") ?? 0 == 0, "\(path)")
        }
    }

    @Test func `repair takes foreign triggers and indexes away`() async throws {
        for sql in [Self.schemas[0], Self.schemas[4], Self.schemas[5], Self.schemas[6]] {
            _ = try await use(sql)
            #expect(try await SQLiteEventStore.verify(backup: work).faults.isEmpty, "\(sql)")
            try await withSQLiteEventStore(.init(path: work)) { _ = try await $0.append([Event(type: "t")], to: "s-1") }
        }
    }

    @Test(arguments: tables) func `the names of tables are no statements`(_ names: String) async throws {
        let quoted = names.replacing("FOLDER", with: folder.path)
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let tables = quoted.split(separator: "\n").map(String.init)
            try await store.write([ViewHead(1, of: "v", at: 7, tables: tables)])
        }
        let (isReported, _) = try await use("SELECT 1")
        #expect(isReported)
        #expect(!FileManager.default.fileExists(atPath: folder.file("outside.txt")))
        // The repair at the end has taken the view away, and no table of the store.
        let views = try await withSQLiteEventStore(.init(path: work)) { try await $0.generations(of: nil) }
        #expect(views.allSatisfy { $0.view != "v" || $0.version == 2 })
        #expect(try await SQLiteEventStore.verify(backup: work).faults.isEmpty)
    }

    @Test func `numbers and types at the ends of their ranges end nothing`() async throws {
        let seed = SeededGenerator.freshSeed()
        var (random, reported) = (SeededGenerator(seed: seed), 0)
        let isFull = ProcessInfo.processInfo.environment["FLX_FULL"] != nil
        let rows = isFull ? Self.rows : (0..<12).map { _ in random.pick(Self.rows) }
        for sql in rows where try await use(sql).isReported { reported += 1 }
        #expect(reported > 0, "\(reported) of \(rows.count), seed \(seed)")
    }

    /// Those by which arithmetic goes beyond its range, one by one.
    @Test(arguments: [
        "UPDATE events SET position = 9223372036854775807 WHERE position = 8",
        "UPDATE events SET position = -9223372036854775808 WHERE position = 8",
        "UPDATE events SET version = 9223372036854775807 WHERE position > 6",
        "UPDATE streams SET id = 9223372036854775807 WHERE id = 1", "UPDATE tags SET position = -9223372036854775808 WHERE position = 5",
        "UPDATE state_records SET number = 9223372036854775807", "UPDATE state_records SET revision = -9223372036854775808",
        "UPDATE state_spaces SET id = -9223372036854775808 WHERE id = 1",
        "UPDATE state_revisions SET given = 9223372036854775807",
    ])
    func `the ends of a range are reported`(_ sql: String) async throws {
        #expect(try await use(sql).isReported)
    }
}
