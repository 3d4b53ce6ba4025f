import FlxEvents
@testable import FlxSQLite
import FlxTesting
import GRDB
import Testing

/// The sum of each stream, in a table.
struct SumRows: SQLView {
    static let name = "sums"
    static let tables = ["sums"]
    var poison: Position?

    func create(_ tables: SQLTables) throws {
        try tables.execute("CREATE TABLE \(tables["sums"])(stream TEXT PRIMARY KEY, total INTEGER NOT NULL) WITHOUT ROWID")
        try tables.execute("CREATE INDEX \(tables["sums"])_by_total ON \(tables["sums"])(total)")
    }

    func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool {
        guard recorded.event.type == "added" else { return false }
        try tables.execute(
            """
            INSERT INTO \(tables["sums"])(stream, total) VALUES(?, 1) ON CONFLICT(stream) DO UPDATE SET total = total + 1
            """, [recorded.event.stream?.description])
        if recorded.position == poison { throw Poison() }
        tables.append([try Event(type: "summed", data: .int(recorded.position.value))], to: "effects")
        return true
    }

    struct Poison: Error {}
}

/// An event that was split: the first and the second part.
private struct Added: DomainEvent, Codable { static let eventType: EventType = "added" }
private struct AddedMore: DomainEvent, Codable {
    static let eventType: EventType = "added"
    static let schemaVersion = 2
}

/// As ``SumRows``, which refuses second parts.
private struct FirstParts: SQLView {
    static let name = SumRows.name
    static let tables = SumRows.tables

    func create(_ tables: SQLTables) throws { try SumRows().create(tables) }
    func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool {
        if recorded.event.schemaVersion == 2 { throw SumRows.Poison() }
        return try SumRows().apply(recorded, to: &tables)
    }
}

/// The same under a greater version.
struct BetterSumRows: SQLView {
    static let name = SumRows.name
    static let version = 2
    static let tables = SumRows.tables

    func create(_ tables: SQLTables) throws { try SumRows().create(tables) }
    func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool { try SumRows().apply(recorded, to: &tables) }
}

private protocol ViewName {
    static var name: String { get }
    static var tables: [String] { get }
    static var made: [String] { get }
}

@Suite struct SQLViewTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    private func total(_ store: SQLiteEventStore, _ stream: String) async throws -> Int? {
        try await store.query { try Int.fetchOne($0, sql: "SELECT total FROM sums WHERE stream = ?", arguments: [stream]) }
    }

    @Test func rowsAndCheckpointAreCommittedTogether() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            for stream in ["a", "b", "a"] { try await store.append((0..<5).map { _ in Event(type: "added") }, to: try StreamName(stream)) }
            let runner = ViewRunner(try store.tables(SumRows()), pageSize: 4)
            let generation = try await runner.catchUp()
            #expect(generation.handled == 15)
            #expect(try await total(store, "a") == 10)
            #expect(try await total(store, "b") == 5)
            let effects = try await store.read(.types("summed"), .forward, limit: 99).events
            #expect(try effects.map { try EventValue(json: $0.event.payload.bytes).int } == Array(1...15))
            await #expect(throws: (any Error).self) { try await store.query { try $0.execute(sql: "DELETE FROM sums") } }
        }
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await ViewRunner(try store.tables(SumRows())).catchUp()
            #expect(try await total(store, "a") == 10)
        }
    }

    @Test func anEventThatCannotBeAppliedUndoesItselfAlone() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append((0..<5).map { _ in Event(type: "added") }, to: "a")
            for _ in 1...2 {
                let error = await #expect(throws: FlxError.self) {
                    _ = try await ViewRunner(try store.tables(SumRows(poison: 4))).catchUp()
                }
                #expect(error?.message.contains("position 4") == true)
                #expect(try await total(store, "a") == 3)
                #expect(try await store.read(.types("summed"), .forward, limit: 99).events.count == 3)
            }
            try await ViewRunner(try store.tables(SumRows())).catchUp()
            #expect(try await total(store, "a") == 5)
        }
    }

    @Test func theRowsOfASplitEventAreCommittedTogether() async throws {
        let split = Upcaster.split("pair", into: [EventVersion("added"), EventVersion("added", 2)]) { _ in
            [.init("added", [:]), .init("added", version: 2, [:])]
        }
        let chain = try UpcasterChain([split], reading: try EventRegistry(Added.self, AddedMore.self))
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append([Event(type: "added"), Event(type: "pair", data: [:]), Event(type: "added")], to: "a")
            let evolving = EvolvingStore(store, upcasters: chain)
            for _ in 1...2 {
                await #expect(throws: FlxError.self) {
                    _ = try await ViewRunner(try store.tables(FirstParts(), through: evolving)).catchUp()
                }
                #expect(try await total(store, "a") == 1)
            }
            try await ViewRunner(try store.tables(SumRows(), through: evolving), pageSize: 2).catchUp()
            #expect(try await total(store, "a") == 4)
            #expect(try await store.read(.types("summed"), .forward, limit: 99).events.count == 4)
        }
    }

    @Test func whatAViewAppendsIsCheckedByTheStoreAroundIt() async throws {
        let check = try SchemaCheck([EventSchema("summed", ["type": "integer", "maximum": 3])])
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append((0..<5).map { _ in Event(type: "added") }, to: "a")
            let view = try store.tables(SumRows(), through: EvolvingStore(store, check: check))
            let error = await #expect(throws: FlxError.self) { _ = try await ViewRunner(view).catchUp() }
            #expect(error?.code == .schemaViolation && error?.message.contains("at position 4: ") == true, "\(String(describing: error))")
            #expect(try await total(store, "a") == 3)
            #expect(try await store.read(.types("summed"), .forward, limit: 99).events.count == 3)
        }
    }

    /// Of two that cannot be applied in one page, the first is to blame, also where the log refuses what comes of it.
    @Test func aRefusedEffectBeforeAnEventThatCannotBeAppliedIsNamed() async throws {
        let check = try SchemaCheck([EventSchema("summed", ["type": "integer", "maximum": 3])])
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append((0..<7).map { _ in Event(type: "added") }, to: "a")
            let view = try store.tables(SumRows(poison: 6), through: EvolvingStore(store, check: check))
            let error = await #expect(throws: FlxError.self) { _ = try await ViewRunner(view).catchUp() }
            #expect(error?.code == .schemaViolation && error?.message.contains("at position 4: ") == true, "\(String(describing: error))")
            #expect(try await total(store, "a") == 3)
        }
    }

    @Test func theTablesOfARebuildTakeTheNamesOfTheFormer() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append((0..<50).map { _ in Event(type: "added") }, to: "a")
            try await ViewRunner(try store.tables(SumRows())).catchUp()
            let new = ViewRunner(try store.tables(BetterSumRows()), pageSize: 7)
            for round in 1...2 {
                let rebuild = try await new.rebuild(comparing: .requireEqual)
                #expect(rebuild.isEqual == true)
                #expect(rebuild.former?.rows == 1)
                #expect(try await total(store, "a") == 50, "round \(round)")
            }
            try await store.append([Event(type: "added")], to: "a")
            try await new.catchUp()
            #expect(try await total(store, "a") == 51)
            let names = try await store.query { database in
                try String.fetchAll(database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'sums%'")
            }
            #expect(names == ["sums"])
            #expect(try await store.read(.types("summed"), .forward, limit: 999).events.count == 51)
        }
    }

    @Test func viewsAndTriggersOfOthersOverATableOutliveARebuild() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append((0..<5).map { _ in Event(type: "added") }, to: "a")
            try await ViewRunner(try store.tables(SumRows())).catchUp()
            _ = try await store.writer?.perform { log, _ throws(FlxError) in
                for sql in [
                    "CREATE VIEW summary AS SELECT count(*) AS n, sum(total) AS total FROM sums", "CREATE TABLE notes(a)",
                    "CREATE TRIGGER notes_count AFTER INSERT ON notes BEGIN UPDATE sums SET total = total + 100; END",
                    "CREATE TRIGGER sums_watch AFTER DELETE ON sums BEGIN INSERT INTO notes VALUES(1); END",
                ] { try log.handle.execute(sql) }
            }
            for _ in 1...2 { _ = try await ViewRunner(try store.tables(BetterSumRows())).rebuild(comparing: .requireEqual) }
            #expect(try await store.query { try Int.fetchOne($0, sql: "SELECT total FROM summary") } == 5)
            _ = try await store.writer?.perform { log, _ throws(FlxError) in try log.handle.execute("INSERT INTO notes VALUES(1)") }
            #expect(try await total(store, "a") == 105)
        }
    }

    /// A view of any tables, of which it makes some.
    private struct Maker<Name: ViewName>: SQLView {
        static var name: String { Name.name }
        static var tables: [String] { Name.tables }
        func create(_ tables: SQLTables) throws {
            for table in Name.made { try tables.execute("CREATE TABLE \(tables[table])(a)") }
        }
        func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool { false }
    }

    @Test func namesThatCannotBeAreRefusedWithTheReason() async throws {
        enum Thief: ViewName { static let (name, tables, made) = ("thief", ["Events"], [String]()) }
        enum Twice: ViewName { static let (name, tables, made) = ("twice", ["a", "A"], [String]()) }
        enum Rebuilt: ViewName { static let (name, tables, made) = ("rebuilt", ["sums_rebuild_12"], [String]()) }
        enum Twin: ViewName { static let (name, tables, made) = ("twin", ["other", "SUMS"], ["other", "SUMS"]) }
        enum Lazy: ViewName { static let (name, tables, made) = ("lazy", ["one", "two"], ["one"]) }
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            #expect(throws: FlxError.self) { _ = try store.tables(Maker<Thief>()) }
            #expect(throws: FlxError.self) { _ = try store.tables(Maker<Twice>()) }
            #expect(throws: FlxError.self) { _ = try store.tables(Maker<Rebuilt>()) }
            try await ViewRunner(try store.tables(SumRows())).catchUp()
            let twin = await #expect(throws: FlxError.self) { _ = try await store.tables(Maker<Twin>()).begin() }
            #expect(twin?.code == .invalidValue && twin?.message.contains("is one of the view 'sums'") == true)
            let lazy = await #expect(throws: FlxError.self) { _ = try await store.tables(Maker<Lazy>()).begin() }
            #expect(lazy?.code == .invalidValue && lazy?.message.contains("makes no table 'two'") == true)
            #expect(try await store.generations(of: nil).map(\.view) == ["sums"])
        }
    }

    /// As ``SumRows``, with one more table.
    private struct MoreRows: SQLView {
        static let name = SumRows.name
        static let version = 2
        static let tables = ["sums", "more"]

        func create(_ tables: SQLTables) throws {
            try SumRows().create(tables)
            try tables.execute("CREATE TABLE \(tables["more"])(n)")
        }
        func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool {
            try tables.execute("INSERT INTO \(tables["more"]) VALUES(1)")
            return try SumRows().apply(recorded, to: &tables)
        }
    }

    @Test func aVersionWithAnotherTableIsComparedWithTheFormer() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append((0..<5).map { _ in Event(type: "added") }, to: "a")
            try await ViewRunner(try store.tables(SumRows())).catchUp()
            let rebuild = try await ViewRunner(try store.tables(MoreRows())).rebuild(comparing: .report)
            #expect(rebuild.isEqual == false && rebuild.former?.rows == 1)
            #expect(try await total(store, "a") == 5)
        }
    }

    @Test(arguments: ["CREATE TABLE MORE(n)", "CREATE INDEX more ON sums(total)", "CREATE VIEW more AS SELECT 1"])
    func aBuildWhoseTablesCannotTakeTheirNamesIsRefusedAtItsBeginning(_ sql: String) async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append((0..<5).map { _ in Event(type: "added") }, to: "a")
            try await ViewRunner(try store.tables(SumRows())).catchUp()
        }
        #expect(Database(folder.store).run(sql) == nil)
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let error = await #expect(throws: FlxError.self) { _ = try await ViewRunner(try store.tables(MoreRows())).rebuild() }
            #expect(error?.code == .invalidValue && error?.message.contains("there is a 'more' already") == true)
            #expect(try await store.generations(of: nil).map(\.version) == [1])
            try await store.append([Event(type: "added")], to: "a")
            try await ViewRunner(try store.tables(SumRows())).catchUp()
            #expect(try await total(store, "a") == 6)
        }
    }

    /// Has no tables of its own, and rolls the transaction back.
    private struct Undoing: SQLView {
        static let name = "undoing"
        static let tables: [String] = []

        func create(_ tables: SQLTables) throws {
            try tables.database.execute(sql: "CREATE TEMP TABLE once(n UNIQUE); INSERT INTO once VALUES(1)")
            _ = try? tables.database.execute(sql: "INSERT OR ROLLBACK INTO once VALUES(1)")
        }
        func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool { true }
    }

    @Test func aViewThatRollsBackWhileItIsMadeLeavesNothing() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let error = await #expect(throws: FlxError.self) { _ = try await store.tables(Undoing()).begin() }
            #expect(error?.code == .handlerFailed && error?.message.contains("rolled the transaction back") == true)
            #expect(try await store.generations(of: nil).isEmpty)
            let faults = try await store.verify { _, _ in }.faults
            #expect(faults.isEmpty)
        }
    }

    @Test func whatOthersDefineOverTheTablesStandsAfterASwitch() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append((0..<5).map { _ in Event(type: "added") }, to: "a")
            try await ViewRunner(try store.tables(SumRows())).catchUp()
        }
        #expect(Database(folder.store).run("CREATE VIEW report AS SELECT sum(total) FROM sums") == nil)
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await ViewRunner(try store.tables(BetterSumRows())).catchUp()
            #expect(try await store.query { try Int.fetchOne($0, sql: "SELECT * FROM report") } == 5)
            try await store.append([Event(type: "added")], to: "a")
        }
    }
}
