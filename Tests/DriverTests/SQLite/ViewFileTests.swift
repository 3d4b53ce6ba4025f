import FlxCore
import FlxEvents
import FlxTesting
import Foundation
import GRDB
import Testing

@testable import FlxSQLite

/// Writes as many events as it says for each event.
private struct Chatty: SQLView {
    static let name = "chatty"
    static let tables = ["chats"]

    func create(_ tables: SQLTables) throws { try tables.execute("CREATE TABLE \(tables["chats"])(n INTEGER)") }
    func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool {
        guard let count = try EventValue(json: recorded.event.payload.bytes).int else { return false }
        try tables.execute("INSERT INTO \(tables["chats"]) VALUES(?)", [count])
        for _ in 0..<count { tables.append([Event(type: "said")], to: "effects") }
        return true
    }
}

/// Views in files that others have made or damaged, and what is left of them.
@Suite struct ViewFileTests {
    private let folder: Folder
    private let clock = ManualClock()

    init() throws {
        folder = try Folder()
    }

    private var configuration: SQLiteConfiguration {
        var configuration = SQLiteConfiguration(path: folder.store)
        configuration.clock = clock.events
        return configuration
    }

    private func fill(_ count: Int = 8) async throws {
        try await withSQLiteEventStore(configuration) { store in
            try await store.append((1...count).map { _ in Event(type: "added") }, to: "s")
        }
    }

    private func tables() -> Int64? {
        Database(folder.store).number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name LIKE 'sums%'")
    }

    @Test func `tables follow the records of their view, whatever changes these`() async throws {
        try await fill()
        try await withSQLiteEventStore(configuration) { store in
            try await ViewRunner(try store.tables(SumRows())).catchUp()
            let build = try await store.tables(BetterSumRows()).begin()
            let around = EvolvingStore(store)
            let head = try #require(try await store.state(ViewHead.key(build.id)))
            // A change that fails leaves the tables alone, with all that others do in its transaction.
            let refused = StoreChange(if: [.revision(head.key, head.revision + 1)], [.remove(head.key)])
            await #expect(throws: FlxError.self) { try await around.commit(refused) }
            #expect(tables() == 2)
            try await around.commit(StoreChange([StreamWrite([Event(type: "added")], to: "s")], [.remove(head.key)]))
            #expect(tables() == 1)
            let left = try await around.generations(of: "sums").map(\.role)
            #expect(left == [.current])
            try await around.commit(StoreChange([.removeAll(ViewHead.space)]))
            #expect(tables() == 0)
            try await ViewRunner(try store.tables(SumRows())).catchUp()
        }
    }

    @Test(arguments: ["TABLE sums(n)", "VIEW Sums AS SELECT 1"])
    func `a build whose tables could not get their names does not begin`(_ other: String) async throws {
        try await fill()
        try await withSQLiteEventStore(configuration) { store in
            _ = try await store.beginGeneration(of: "sums", version: 0)
            #expect(Database(folder.store).run("CREATE \(other)") == nil)
            let error = await #expect(throws: FlxError.self) { _ = try await store.tables(SumRows()).begin() }
            #expect(error?.code == .invalidValue && error?.message.contains("'sums' already") == true, "\(String(describing: error))")
            let left = try await store.generations(of: "sums").map(\.version)
            #expect(left == [0])
        }
    }

    @Test func `the tables of an abandoned build go with it, whoever begins the next one`() async throws {
        try await fill()
        try await withSQLiteEventStore(configuration) { store in
            try await ViewRunner(try store.tables(SumRows())).catchUp()
            _ = try await store.tables(BetterSumRows()).begin()
            #expect(tables() == 2)
            clock.advance(by: .seconds(30))
            let next = try await store.beginGeneration(of: "sums", version: 3)
            #expect(next.role == .building && tables() == 1)
        }
    }

    @Test func `a page of a view of tables with more effects than an append may have is divided`() async throws {
        var configuration = configuration
        configuration.limits.appendEvents = 10
        try await withSQLiteEventStore(configuration) { store in
            for count in [1, 9, 4, 10, 3, 11, 1] { try await store.append([Event(type: "t", data: .int(Int64(count)))], to: "s") }
            let error = await #expect(throws: FlxError.self) { _ = try await ViewRunner(try store.tables(Chatty())).catchUp() }
            #expect(error?.code == .limitExceeded && error?.message.contains("position 6:") == true, "\(String(describing: error))")
            let found = try await store.generations(of: "chatty").map(\.checkpoint)
            let said = try await store.read(.types("said"), .forward, limit: 99).events
            #expect(found == [5] && said.count == 27)
        }
    }

    @Test(arguments: [.max, .max - 1, .max - 2] as [Int64])
    func `a number of a generation after which there is no other is damage`(_ id: Int64) async throws {
        try await fill()
        try await withSQLiteEventStore(configuration) { store in
            try await store.write([ViewHead(id, of: "last")])
            #expect(await failureCode { _ = try await store.beginGeneration(of: "v", version: 1) } == .corrupt)
            let faults = try await store.verify { _, _ in }.faults
            #expect(faults.count == 1, "\(faults)")
        }
        let mended = try await SQLiteEventStore.repair(folder.store).mended
        #expect(mended.first == "the entry \(id) of the views is damaged", "\(mended)")
        try await withSQLiteEventStore(configuration) { store in
            for view in ["v", "w", "x"] { _ = try await store.beginGeneration(of: view, version: 1) }
            let numbers = try await store.generations(of: nil).map(\.id.value)
            #expect(numbers == [1, 2, 3])
        }
    }

    @Test(arguments: [true, false])
    func `nobody is held by the time in an entry that no store has written`(_ isOfBuilding: Bool) async throws {
        try await fill()
        try await withSQLiteEventStore(configuration) { store in
            var current = ViewHead(1, of: "v", at: 5, isHeld: true)
            var building = ViewHead(2, of: "v", .building, at: 5, switchPosition: 5)
            if isOfBuilding {
                building.expires = Timestamp(nanoseconds: .max)
            } else {
                current.expires = clock.time.advanced(by: .seconds(9))
            }
            try await store.write([current, building])
            try await store.commit(ViewStep(of: ViewGeneration.ID(1), after: 5, through: 6))
            let next = try await store.beginGeneration(of: "v", version: 3)
            #expect(next.id == ViewGeneration.ID(3))
        }
    }

    @Test func `a view whose tables are none can be taken away`() async throws {
        try await fill()
        try await withSQLiteEventStore(configuration) { store in
            try await store.write([ViewHead(1, of: "v", at: 5, tables: ["report"])])
            _ = try await store.backup(to: folder.file("backup"))
        }
        for path in [folder.store, folder.file("backup")] {
            let failure = Database(path).run("CREATE VIEW report AS SELECT 1")
            #expect(failure == nil)
        }
        _ = try await SQLiteEventStore.restore(folder.file("backup"), to: folder.file("restored"), upTo: .position(3))
        #expect(try await SQLiteEventStore.repair(folder.store, forgetsViews: true).mended.count == 1)
        try await withSQLiteEventStore(configuration) { store in
            let left = try await store.generations(of: nil)
            #expect(left.isEmpty)
            try await store.write([ViewHead(1, of: "v", at: 5, tables: ["report"])])
            try await store.dropGeneration(ViewGeneration.ID(1))
            try await store.write([ViewHead(2, of: "v", .building, at: 5, tables: ["report"]), ViewHead(3, of: "v", .building, at: 5)])
        }
        let mended = try await SQLiteEventStore.repair(folder.store).mended
        #expect(mended.first?.contains("'v' has entries that do not fit together") == true, "\(mended)")
    }

    @Test func `a name in the entries of views is no statement`() async throws {
        try await fill()
        let kept = StateKey("kept", in: StateSpace("mine"))
        try await withSQLiteEventStore(configuration) { store in
            // The mark before the quotation mark makes one character with it.
            let name = StateKey("\u{D4E}' OR 1=1 --", in: ViewHead.space)
            try await store.commit(StoreChange([.put(StateRecord(kept)), .put(StateRecord(name, body: [1]))]))
        }
        #expect(try await SQLiteEventStore.repair(folder.store).mended.count == 1)
        try await withSQLiteEventStore(configuration) { store in
            let record = try await store.state(kept)
            let views = try await store.generations(of: nil)
            #expect(record != nil && views.isEmpty)
        }
        #expect("a\u{D4E}\"b".quoted.utf8.elementsEqual("\"a\u{D4E}\"\"b\"".utf8))
    }

    @Test func `pages in no use hide no damage`() async throws {
        try await fill()
        #expect(Database(folder.store).run("""
            CREATE TABLE sums(n INTEGER PRIMARY KEY, words TEXT); CREATE TABLE gone(n); INSERT INTO gone VALUES(1);
            WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 20)
            INSERT INTO sums SELECT n, 'w' FROM numbers;
            PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name = 'gone'; PRAGMA writable_schema = OFF;
            PRAGMA wal_checkpoint(TRUNCATE);
            """) == nil)
        let page = try #require(Database(folder.store).number("SELECT rootpage FROM sqlite_master WHERE name = 'sums'"))
        let size = try #require(Database(folder.store).number("PRAGMA page_size"))
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder.store))
        try file.seek(toOffset: UInt64((page - 1) * size) + 8)
        let pointers = try #require(try file.read(upToCount: 4))
        try file.seek(toOffset: UInt64((page - 1) * size) + 8)
        try file.write(contentsOf: pointers[2..<4] + pointers[0..<2])
        try file.close()
        let report = try await SQLiteEventStore.repair(folder.store)
        #expect(report.faults.contains { $0.message.contains("out of order") }, "\(report)")
        #expect(!report.faults.contains { $0.message.contains("never used") }, "\(report)")
    }

    @Test func `a table that a damaged view left is named`() async throws {
        try await fill()
        try await withSQLiteEventStore(configuration) { try await ViewRunner(try $0.tables(SumRows())).catchUp() }
        #expect(Database(folder.store).run(
            "UPDATE state_records SET body = x'00' WHERE space = (SELECT id FROM state_spaces WHERE name = 'views')") == nil)
        #expect(try await SQLiteEventStore.repair(folder.store).mended.isEmpty == false)
        try await withSQLiteEventStore(configuration) { store in
            let error = await #expect(throws: FlxError.self) { try await ViewRunner(try store.tables(SumRows())).catchUp() }
            #expect(error?.message.contains("'sums' already") == true, "\(String(describing: error))")
        }
    }

    @Test(arguments: [
        "INSERT OR REPLACE INTO state_revisions VALUES(1, 'x')", "INSERT OR REPLACE INTO state_revisions VALUES(1, 9223372036854775807)",
        "DELETE FROM sqlite_sequence WHERE name = 'state_spaces'; INSERT INTO sqlite_sequence VALUES('state_spaces', 9223372036854775807)",
    ])
    func `a repair mends the records of an earlier format before views move into them`(_ damage: String) async throws {
        try await fill()
        #expect(Database(folder.store).run("""
            \(Schema.migrations[1].sql) DROP TABLE snapshots; PRAGMA user_version = 4;
            INSERT INTO views(id, name, version, role, checkpoint, handled, switch, tables) VALUES (1, 'orders', 7, 1, 6, 5, NULL, '');
            INSERT INTO view_documents VALUES(1, 'a', x'7b7d', NULL); \(damage);
            """) == nil)
        let dry = try await SQLiteEventStore.repair(folder.store, isDryRun: true)
        #expect(dry.faults.isEmpty, "\(dry)")
        #expect(try await SQLiteEventStore.repair(folder.store) == dry)
        try await withSQLiteEventStore(configuration) { store in
            let (faults, documents) = (try await store.verify { _, _ in }.faults, try await store.documents(["a"], of: .view("orders")))
            #expect(faults.isEmpty && documents.compactMap(\.self).count == 1)
        }
    }
}
