import Dispatch
import FlxCore
import FlxEvents
@testable import FlxSQLite
import FlxTesting
import GRDB
import Testing

/// A view that does what it is told to.
private struct Culprit: SQLView {
    static let name = "culprit"
    static let tables = ["culprit"]
    let act: @Sendable (GRDB.Database, String) throws -> Void

    func create(_ tables: SQLTables) throws {
        try tables.execute("CREATE TABLE \(tables["culprit"])(n INTEGER PRIMARY KEY ON CONFLICT ROLLBACK)")
    }

    func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool {
        try act(tables.database, tables["culprit"])
        return true
    }
}

/// What one caller does wrong costs no other caller its answer.
@Suite struct BystanderTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    /// Runs a call in the middle of a transaction that appends of others share; all of these must succeed, also later.
    private func expectInnocentsUnharmed(_ store: SQLiteEventStore, _ call: @escaping @Sendable () async throws -> Void) async throws {
        for round in 0..<6 {
            let gate = DispatchSemaphore(value: 0)
            let (before, first) = (try await store.lastPosition(), StreamName("r-\(round)"))
            let codes = await withTaskGroup(of: FlxError.Code?.self) { group in
                group.addTask {
                    await failureCode {
                        _ = try await store.writer?.perform { _, _ in
                            gate.wait()
                            // It is done again with the others, and finds the gate open then.
                            gate.signal()
                        }
                    }
                }
                for number in 0..<40 {
                    group.addTask { await failureCode { try await store.append([Event(type: "t")], to: StreamName("\(first)-\(number)")) } }
                    if number == 20 {
                        group.addTask {
                            try? await call()
                            return nil
                        }
                    }
                }
                for _ in 0..<200 { await Task.yield() }
                gate.signal()
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.allSatisfy { $0 == nil }, "\(codes)")
            #expect(try await store.read(.prefix("r-\(round)-"), .forward, limit: 100).events.count == 40)
            #expect(try await store.lastPosition() > before)
        }
        try await store.append([Event(type: "t")], to: "after")
        #expect(try await store.verify { _, _ in }.faults.isEmpty)
    }

    private static let acts: [(name: String, act: @Sendable (GRDB.Database, String) throws -> Void)] = [
        ("rolls back by a conflict", { database, table in
            for _ in 0..<2 { try database.execute(sql: "INSERT INTO \(table) VALUES(1)") }
        }),
        ("goes on after it", { database, table in
            for n in [1, 1, 2, 3] { try? database.execute(sql: "INSERT INTO \(table) VALUES(\(n))") }
        }),
        ("rolls back by a trigger", { database, table in
            try database.execute(sql: """
                CREATE TRIGGER \(table)_guard BEFORE INSERT ON \(table) BEGIN SELECT RAISE(ROLLBACK, 'no'); END;
                INSERT INTO \(table) VALUES(7)
                """)
        }),
        ("throws", { _, _ in throw FlxError(.io, "a lie") }),
        ("commits", { database, _ in try database.execute(sql: "COMMIT") }),
        ("makes a value that is too big", { database, table in
            try database.execute(sql: "INSERT INTO \(table) SELECT length(zeroblob(2000000000))")
        }),
    ]

    @Test(arguments: 0..<6)
    func aViewThatFailsCostsNobodyElse(_ number: Int) async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append((0..<3).map { _ in Event(type: "t") }, to: "s")
            let view = try store.tables(Culprit(act: Self.acts[number].act))
            _ = try await view.begin()
            try await expectInnocentsUnharmed(store) { try await ViewRunner(view).catchUp() }
            await #expect(throws: FlxError.self, "\(Self.acts[number].name)") { try await ViewRunner(view).catchUp() }
            #expect(try await store.query { try Int.fetchOne($0, sql: "SELECT count(*) FROM culprit") } == 0)
            #expect(try await store.generations(of: "culprit").first?.checkpoint == .start)
        }
    }

    @Test(arguments: [
        "COMMIT", "ROLLBACK", "END", "BEGIN", "SAVEPOINT a", "RELEASE step", "ROLLBACK TO step", "ATTACH 'x.db' AS x", "DETACH main",
        "PRAGMA synchronous = OFF", "PRAGMA query_only = ON", "PRAGMA user_version = 9", "PRAGMA writable_schema = ON",
        "DELETE FROM state_records", "UPDATE Events SET payload = x''", "DELETE FROM tags", "DROP TABLE state_records",
        "ALTER TABLE views ADD COLUMN more", "CREATE INDEX mine ON events(time)", "DROP INDEX events_id",
        "CREATE TRIGGER mine AFTER INSERT ON events BEGIN SELECT 1; END", "CREATE TEMP TABLE events(a)",
        "CREATE TEMP VIEW streams AS SELECT 1 AS id, 'a' AS name", "VACUUM INTO 'x.db'",
        "CREATE TEMP TABLE a(n); ALTER TABLE a RENAME TO events", "CREATE VIRTUAL TABLE temp.events USING fts5(a)",
    ])
    func whatIsTheStoresIsRefusedToViews(_ sql: String) async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append((0..<3).map { _ in Event(type: "t") }, to: "s")
            let runner = ViewRunner(try store.tables(Culprit { database, _ in try database.execute(sql: sql) }))
            let error = await #expect(throws: FlxError.self) { try await runner.catchUp() }
            #expect(error?.code == .handlerFailed && error?.message.contains("position 1") == true, "\(error as Any)")
            // Also where the code does not look.
            let deaf = ViewRunner(try store.tables(Culprit { database, _ in try? database.execute(sql: sql) }))
            try await deaf.catchUp()
            try await store.append([Event(type: "t")], to: "s")
            #expect(try await store.verify { _, _ in }.faults.isEmpty)
        }
    }

    @Test func whatAViewNeedsIsNotRefused() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append((0..<3).map { _ in Event(type: "t") }, to: "s")
            let runner = ViewRunner(try store.tables(Culprit { database, table in
                let events = try Int.fetchOne(database, sql: "SELECT count(*) FROM events") ?? 0
                try database.execute(sql: "INSERT INTO \(table) SELECT coalesce(max(n), ?) + 1 FROM \(table)", arguments: [events])
                #expect(try database.primaryKey(table).columns == ["n"] && database.tableExists(table))
                try database.execute(sql: "CREATE TABLE IF NOT EXISTS helper(a); CREATE INDEX IF NOT EXISTS helper_a ON helper(a)")
                try database.execute(sql: "DROP TABLE helper; PRAGMA table_info(\(table))")
            }))
            try await runner.catchUp()
            #expect(try await store.query { try Int.fetchAll($0, sql: "SELECT n FROM culprit ORDER BY n") } == [4, 5, 6])
        }
    }

    @Test func aSwitchThatCannotHappenCostsNobodyElse() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let view = try store.tables(SumRows())
            _ = try await ViewRunner(view).catchUp()
            let building = try await view.begin()
            _ = try await store.holdForSwitch(to: building.id)
            _ = try await store.writer?.perform { log, _ throws(FlxError) in
                try log.handle.execute("DROP TABLE sums_rebuild_\(building.id)")
            }
            try await expectInnocentsUnharmed(store) { try await store.switchView(to: building.id) }
            await #expect(throws: FlxError.self) { try await store.switchView(to: building.id) }
            #expect(try await total(store) == 0)
        }
    }

    private func total(_ store: SQLiteEventStore) async throws -> Int? {
        try await store.query { try Int.fetchOne($0, sql: "SELECT count(*) FROM sums") }
    }
}
