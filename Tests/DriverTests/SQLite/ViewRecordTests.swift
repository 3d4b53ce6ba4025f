import FlxCore
import FlxEvents
import FlxTesting
import Foundation
import Testing

@testable import FlxSQLite

/// Views as records of a file: their move from the tables of earlier formats, and what a check and a repair say of damaged ones.
@Suite struct ViewRecordTests {
    private let folder: Folder
    private let start = EventClock.system.now()

    init() throws {
        folder = try Folder()
    }

    /// No time passes for the store: a build is abandoned after a time without a step, which a slow machine may need for a test.
    private var configuration: SQLiteConfiguration {
        var configuration = SQLiteConfiguration(path: folder.store)
        configuration.clock = EventClock { [start] in start }
        return configuration
    }

    /// Makes a store with events and no views.
    private func fill(_ count: Int = 8) async throws {
        try await withSQLiteEventStore(configuration) { store in
            try await store.append((1...count).map { _ in Event(type: "t") }, to: "s")
        }
    }

    /// Makes a view with three documents, at position 5.
    private func makeView() async throws {
        try await withSQLiteEventStore(configuration) { store in
            let id = try await store.beginGeneration(of: "v", version: 1).id
            let changes = (1...3).map { number in
                ViewStep.Change.put(ViewDocument(key: "k\(number)", body: [number], entries: [ViewEntry("n", Int64(number))]))
            }
            try await store.commit(ViewStep(of: id, after: .start, through: 5, handled: 4, changes: changes))
        }
    }

    private func mended() async throws -> [String] {
        let mended = try await SQLiteEventStore.repair(folder.store).mended
        try await withSQLiteEventStore(configuration) { store in
            let faults = try await store.verify { _, _ in }.faults
            #expect(faults.isEmpty, "\(faults)")
        }
        return mended
    }

    // MARK: Earlier formats

    /// Puts views into the tables of format 4: one with documents, one that is being rebuilt and held, and one that was dropped.
    private func makeFormerViews() async throws {
        try await fill()
        #expect(Database(folder.store).run("""
            \(Schema.migrations[1].sql) DROP TABLE snapshots; PRAGMA user_version = 4;
            CREATE TABLE totals(n); INSERT INTO totals VALUES(1); CREATE TABLE totals_rebuild_3(n); INSERT INTO totals_rebuild_3 VALUES(2);
            INSERT INTO views(id, name, version, role, checkpoint, handled, switch, tables) VALUES
                (1, 'orders', 7, 1, 6, 5, NULL, ''), (2, 'totals', 1, 1, 5, 5, NULL, 'totals'), (3, 'totals', 2, 0, 4, 4, 5, 'totals'),
                (4, 'gone', 1, 2, 3, 3, NULL, ''), (9, 'last', 1, 1, 0, 0, NULL, '');
            DELETE FROM views WHERE id = 9;
            """) == nil)
        for (key, number) in [("caf\u{E9}", 1), ("cafe\u{301}", 2), ("k", 3)] as [(String, Int64)] {
            let coded = EntryCoding.bytes([StateEntry("n", number), StateEntry("t", key)]).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
            #expect(Database(folder.store).run("""
                INSERT INTO view_documents VALUES(1, '\(key)', x'7b7d', x'\(coded.joined())');
                INSERT INTO view_entries VALUES(1, 'n', \(number), '\(key)'), (1, 't', '\(key)', '\(key)');
                INSERT INTO view_documents VALUES(4, '\(key)', x'7b7d', NULL);
                """) == nil)
        }
    }

    private func expectFormerViews() async throws {
        try await withSQLiteEventStore(configuration) { store in
            let found = try await store.generations(of: nil)
            #expect(found == [
                ViewGeneration(id: .init(1), view: "orders", version: 7, role: .current, checkpoint: 6, handled: 5),
                ViewGeneration(id: .init(2), view: "totals", version: 1, role: .current, checkpoint: 5, handled: 5),
                ViewGeneration(id: .init(3), view: "totals", version: 2, role: .building, checkpoint: 4, handled: 4, switchPosition: 5),
            ])
            let documents = try await store.documents(.all(), of: .view("orders")).documents
            #expect(documents.map(\.key) == ["cafe\u{301}", "caf\u{E9}", "k"] && documents.allSatisfy { $0.body == Array("{}".utf8) })
            let byText = try await store.documents(.where(ViewEntry("t", "caf\u{E9}")), of: .view("orders")).documents
            #expect(byText.map { Array($0.key.utf8) } == [Array("caf\u{E9}".utf8)])
            let byNumber = try await store.documents(.index("n", from: .number(2)), of: .view("orders")).documents
            #expect(byNumber.map(\.entries) == [2, 3].map { [ViewEntry("n", $0), ViewEntry("t", $0 == 2 ? "cafe\u{301}" : "k")] })
            let faults = try await store.verify { _, _ in }.faults
            #expect(faults.isEmpty, "\(faults)")
            // The rebuild goes on to its end, with its tables.
            #expect(try await store.holdForSwitch(to: .init(3)) == 5)
            #expect(await failureCode { try await store.commit(ViewStep(of: .init(2), after: 5, through: 6)) } == .viewConflict)
            try await store.commit(ViewStep(of: .init(3), after: 4, through: 5))
            try await store.switchView(to: .init(3))
            let next = try await store.beginGeneration(of: "new", version: 1)
            #expect(next.id == .init(10))
        }
        #expect(Database(folder.store).number("SELECT n FROM totals") == 2)
        #expect(Database(folder.store).number("SELECT count(*) FROM sqlite_schema WHERE name LIKE '%rebuild%' OR name LIKE 'view%'") == 0)
        #expect(Database(folder.store).number("PRAGMA user_version") == Schema.migrations.last?.version)
    }

    @Test func `views of an earlier format answer the same`() async throws {
        try await makeFormerViews()
        try await expectFormerViews()
    }

    @Test func `views of an earlier format answer the same after an end between the steps`() async throws {
        try await makeFormerViews()
        try Connection.with(folder.store, isReadOnly: false) { handle throws(FlxError) in
            try Migrations(steps: Schema.migrations.filter { $0.version <= 5 }).run(handle)
        }
        #expect(Database(folder.store).number("PRAGMA user_version") == 5)
        try await expectFormerViews()
    }

    @Test func `a view that was damaged after an end between the steps is taken away as a whole`() async throws {
        try await makeFormerViews()
        try Connection.with(folder.store, isReadOnly: false) { handle throws(FlxError) in
            try Migrations(steps: Schema.migrations.filter { $0.version <= 5 }).run(handle)
        }
        #expect(Database(folder.store).run("UPDATE state_records SET body = x'00' WHERE name = 'k'") == nil)
        let mended = try await mended()
        #expect(mended.contains { $0.contains("the view 'orders' has damaged documents") }, "\(mended)")
        let left = try await withSQLiteEventStore(configuration) { try await $0.generations(of: nil).map(\.view) }
        #expect(left == ["totals", "totals"])
    }

    @Test func `a repair brings views of an earlier format along`() async throws {
        try await makeFormerViews()
        let mended = try await SQLiteEventStore.repair(folder.store).mended
        #expect(mended == ["the file had the older format 4"])
        try await expectFormerViews()
    }

    @Test(arguments: [
        "UPDATE view_documents SET key = x'FF41' WHERE key = 'k'", "UPDATE view_documents SET entries = x'0100' WHERE key = 'k'",
        "UPDATE views SET handled = -1 WHERE id = 1", "UPDATE views SET name = x'00' WHERE id = 1",
        "UPDATE views SET tables = 'events' WHERE id = 1", "UPDATE views SET checkpoint = 'x' WHERE id = 1",
        "UPDATE views SET switch = 6 WHERE id = 1", "INSERT INTO views(name, version, role, checkpoint) VALUES('orders', 2, 1, 3)",
        "INSERT INTO view_documents VALUES(1, char(10), x'7b7d', NULL)",
    ])
    func `a view of an earlier format that no store has written is left out`(_ damage: String) async throws {
        for isRepaired in [false, true] {
            try await makeFormerViews()
            #expect(Database(folder.store).run(damage) == nil)
            if isRepaired {
                let mended = try await SQLiteEventStore.repair(folder.store).mended
                #expect(mended.contains { $0.contains("their runners build them anew") }, "\(mended)")
            }
            try await withSQLiteEventStore(configuration) { store in
                let left = try await store.generations(of: nil)
                #expect(left.map(\.id.value) == [2, 3])
                let events = try await store.read(.all, .forward, limit: 100).events
                #expect(events.count == 8)
                let faults = try await store.verify { _, _ in }.faults
            #expect(faults.isEmpty, "\(faults)")
                let begun = try await store.beginGeneration(of: "orders", version: 1)
                #expect(begun.role == .current)
                let documents = try await store.documents(.all(), of: .view("orders")).documents
                #expect(documents.isEmpty)
            }
            for suffix in ["", "-wal", "-shm", "-lock"] { try? FileManager.default.removeItem(atPath: folder.store + suffix) }
        }
    }

    // MARK: Damage

    @Test(arguments: [
        ("UPDATE state_records SET body = x'00' WHERE name = 'k2'", "has damaged documents"),
        ("UPDATE state_records SET number = 4 WHERE space = (SELECT id FROM state_spaces WHERE name = 'views')", "the log in 'views'"),
        ("DELETE FROM state_records WHERE space = (SELECT id FROM state_spaces WHERE name = 'views')", "belong to no view"),
    ])
    func `a view with damage is taken away as a whole`(_ damage: String, _ words: String) async throws {
        try await fill()
        try await makeView()
        #expect(Database(folder.store).run(damage) == nil)
        try await withSQLiteEventStore(.readOnly(path: folder.store)) { store in
            let faults = try await store.verify { _, _ in }.faults.map(\.message)
            #expect(faults.contains { $0.contains(words) }, "\(faults)")
        }
        let mended = try await mended()
        #expect(mended.contains { $0.contains(words) }, "\(mended)")
        try await withSQLiteEventStore(configuration) { store in
            let left = try await store.generations(of: nil)
            let next = try await store.beginGeneration(of: "v", version: 1)
            #expect(left.isEmpty && next.id == .init(2))
        }
        #expect(Database(folder.store).number("SELECT count(*) FROM state_records WHERE name LIKE 'k%'") == 0)
        #expect(Database(folder.store).number("SELECT count(*) FROM state_entries WHERE name LIKE 'k%'") == 0)
    }

    @Test(arguments: ["name = CAST(name AS BLOB)", "space = 200", "space = (SELECT id FROM state_spaces WHERE name = 'view-numbers')"])
    func `a view with a record that went astray is taken away as a whole`(_ change: String) async throws {
        try await fill()
        try await makeView()
        try await withSQLiteEventStore(configuration) { _ = try await $0.beginGeneration(of: "other", version: 1) }
        #expect(Database(folder.store).run("UPDATE state_records SET \(change) WHERE name = 'k2'") == nil)
        let mended = try await mended()
        #expect(mended.contains { $0.contains("the view 'v' has damaged documents") }, "\(mended)")
        #expect(!mended.contains { $0.contains("belong to no view") }, "\(mended)")
        let left = try await withSQLiteEventStore(configuration) { try await $0.generations(of: nil).map(\.view) }
        #expect(left == ["other"])
    }

    @Test(arguments: [
        "UPDATE state_records SET body = x'00' WHERE name = 'k2'", "UPDATE state_records SET space = 200 WHERE name = 'k2'",
        "UPDATE state_records SET number = 4 WHERE name = '0000000000000000001'",
        "UPDATE state_records SET name = CAST(name AS BLOB) WHERE name = '0000000000000000001'",
        "DELETE FROM state_records WHERE name = '0000000000000000001'",
    ], [nil, 6, 4] as [Int64?])
    func `a backup with a damaged view is restored without it`(_ damage: String, _ end: Int64?) async throws {
        try await fill()
        try await makeView()
        let kept = StateKey("kept", in: StateSpace("mine"))
        try await withSQLiteEventStore(configuration) { store in
            try await store.commit(StoreChange([.put(StateRecord(kept, entries: [StateEntry("n", 1)]))]))
            _ = try await store.beginGeneration(of: "other", version: 1)
            _ = try await store.backup(to: folder.file("backup"))
        }
        #expect(Database(folder.file("backup")).run(damage) == nil)
        let point = try end.map { RestorePoint.position(try Position($0)) } ?? .end
        let report = try await SQLiteEventStore.restore(folder.file("backup"), to: folder.file("new.db"), upTo: point)
        #expect(!report.damagedViews.isEmpty && report.droppedViews.isEmpty)
        let log = try await withSQLiteEventStore(configuration) { try await $0.read(.all, .forward, limit: 99).events }
        try await withSQLiteEventStore(.init(path: folder.file("new.db"))) { store in
            let (found, views) = (try await store.read(.all, .forward, limit: 99).events, try await store.generations(of: nil).map(\.view))
            #expect(found == Array(log.prefix(Int(report.events))) && views == ["other"])
            #expect(try await store.state(kept) != nil)
            let faults = try await store.verify { _, _ in }.faults
            #expect(faults.isEmpty, "\(faults)")
            let begun = try await store.beginGeneration(of: "v", version: 1)
            #expect(begun.role == .current)
        }
    }

    @Test func `a backup with another damaged record is not restored`() async throws {
        try await fill()
        let kept = StateKey("kept", in: StateSpace("mine"))
        try await withSQLiteEventStore(configuration) { try await $0.commit(StoreChange([.put(StateRecord(kept))])) }
        #expect(Database(folder.store).run("UPDATE state_records SET body = x'00' WHERE name = 'kept'") == nil)
        for point in [.end, .position(6)] as [RestorePoint] {
            let code = await failureCode { _ = try await SQLiteEventStore.restore(folder.store, to: folder.file("new.db"), upTo: point) }
            #expect(code == .corrupt)
        }
    }

    @Test(arguments: [.max / 2, .max - 1] as [Int64])
    func `no view is begun behind a number that leaves no next one`(_ number: Int64) async throws {
        try await withSQLiteEventStore(configuration) { store in
            try await store.commit(StoreChange([.put(StateRecord(ViewHead.last, number: number))]))
            #expect(await failureCode { _ = try await store.beginGeneration(of: "w", version: 1) } == .corrupt)
            let views = try await store.generations(of: nil)
            #expect(views.isEmpty)
        }
    }

    @Test func `a view beyond the log is told, and taken away`() async throws {
        try await fill()
        try await withSQLiteEventStore(configuration) { store in
            try await store.write([ViewHead(1, of: "ahead", at: 100), ViewHead(2, of: "ahead", .building), ViewHead(3, of: "kept", at: 8)])
            let faults = try await store.verify { _, _ in }.faults.map(\.message)
            #expect(faults == ["the view 'ahead' has come beyond the last event, 8"])
        }
        let mended = try await mended()
        #expect(mended == ["the view 'ahead' is taken away until its runner builds it anew: it had come beyond the last event"])
        let left = try await withSQLiteEventStore(configuration) { try await $0.generations(of: nil).map(\.view) }
        #expect(left == ["kept"])
    }

    @Test(arguments: [-1, Int64.max - 1, .max])
    func `a last number of views that leaves no next one is mended`(_ number: Int64) async throws {
        try await fill()
        try await makeView()
        let edit = StateEdit.put(StateRecord(ViewHead.last, number: number))
        try await withSQLiteEventStore(configuration) { try await $0.commit(StoreChange([edit])) }
        let mended = try await mended()
        #expect(mended == ["the last number of a generation of a view is damaged"])
        try await withSQLiteEventStore(configuration) { store in
            let next = try await store.beginGeneration(of: "w", version: 1)
            #expect(next.id == .init(2))
        }
    }

    @Test func `a page of documents ends before it is too large`() async throws {
        var configuration = configuration
        configuration.limits.pageBytes = 1_000
        try await withSQLiteEventStore(configuration) { store in
            let id = try await store.beginGeneration(of: "v", version: 1).id
            let documents = (1...9).map { ViewDocument(key: "k\($0)", body: Array(repeating: $0, count: 300)) }
            try await store.commit(ViewStep(of: id, after: .start, through: 1, changes: documents.map { .put($0) }))
            var (query, seen, pages) = (ViewQuery.all(), [ViewDocument](), 0)
            repeat {
                let page = try await store.documents(query, of: .view("v"))
                (seen, pages, query.after) = (seen + page.documents, pages + 1, page.next)
            } while query.after != nil
            #expect(seen == documents && pages == 3)
        }
    }
}
