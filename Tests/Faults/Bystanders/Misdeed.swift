import FlxCore
import FlxEvents
import FlxSQLite
import GRDB

/// A fault in the code of a view within the store's transaction.
enum Misdeed: Hashable {
    case throwsAnError, conflictRollsBack, triggerRollsBack, definitionFails, uncommonlyLarge
    /// A statement forbidden in views. The code fails with its error, or ignores it.
    case statement(String, isDeaf: Bool)

    static let all: [Misdeed] =
        [.throwsAnError, .conflictRollsBack, .triggerRollsBack, .definitionFails, .uncommonlyLarge]
        + statements.map { .statement($0, isDeaf: false) } + statements.map { .statement($0, isDeaf: true) }

    static let statements = [
        "COMMIT", "END", "ROLLBACK", "BEGIN", "SAVEPOINT own", "RELEASE own", "ROLLBACK TO own", "ATTACH DATABASE ':memory:' AS other",
        "DETACH DATABASE main", "PRAGMA query_only = ON", "PRAGMA journal_mode = DELETE", "PRAGMA user_version = 99",
        "PRAGMA application_id = 1", "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA foreign_keys = ON", "PRAGMA wal_checkpoint(TRUNCATE)",
        "PRAGMA writable_schema = ON", "VACUUM", "SELECT 1; COMMIT", "SELECT * FROM nowhere", "DELETE FROM events",
        "UPDATE events SET version = 7", "DROP TABLE tags", "DROP INDEX events_stream", "ALTER TABLE streams RENAME TO others",
        "CREATE TRIGGER own AFTER INSERT ON events BEGIN SELECT RAISE(ROLLBACK, 'no'); END", "CREATE TEMP TABLE events(x)",
        "CREATE TEMP TABLE own(x); ALTER TABLE own RENAME TO events", "CREATE VIRTUAL TABLE temp.events USING fts5(x)",
    ]

    /// True if a view with this fault can still catch up.
    var isPossible: Bool { if case .statement(_, isDeaf: true) = self { true } else { false } }
}

/// A view with a fault at each event.
struct Culprit: SQLView {
    static let name = "culprit"
    static let selection = Selection.types("moved")
    static let tables = ["culprit_rows"]
    let misdeed: Misdeed

    func create(_ tables: SQLTables) throws {
        let table = tables["culprit_rows"]
        let clause = misdeed == .conflictRollsBack ? "ON CONFLICT ROLLBACK" : ""
        try tables.execute("CREATE TABLE \(table)(id INTEGER PRIMARY KEY, value TEXT UNIQUE \(clause))")
        switch misdeed {
        case .definitionFails: try tables.execute("CREATE TABLE \(table)(id INTEGER)")
        case .triggerRollsBack:
            try tables.execute("CREATE TRIGGER \(table)_t BEFORE INSERT ON \(table) BEGIN SELECT RAISE(ROLLBACK, 'no'); END")
        default: break
        }
    }

    func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool {
        let table = tables["culprit_rows"]
        switch misdeed {
        case .throwsAnError: throw Broken("the view cannot")
        case .statement(let sql, isDeaf: false): try tables.database.execute(sql: sql)
        case .statement(let sql, isDeaf: true): try? tables.database.execute(sql: sql)
        case .uncommonlyLarge: try tables.execute("INSERT INTO \(table)(value) VALUES(zeroblob(2000000000))")
        default: for _ in 0..<2 { try tables.execute("INSERT INTO \(table)(value) VALUES('same')") }
        }
        return true
    }
}

/// A view that claims the table of another view in its second version. Nothing in their types forbids this.
struct Claimant: SQLView {
    static let name = "claimant"
    static let version = 2
    static let selection = Selection.types("moved")
    static let tables = ["sum_rows"]

    /// The first version of the view.
    struct Before: SQLView {
        static let name = Claimant.name
        static let selection = Claimant.selection
        static let tables = ["claimant_rows"]

        func create(_ tables: SQLTables) throws { try tables.execute("CREATE TABLE \(tables["claimant_rows"])(id INTEGER)") }
        func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool { true }
    }

    func create(_ tables: SQLTables) throws {
        try tables.execute("CREATE TABLE \(tables["sum_rows"])(account TEXT PRIMARY KEY, events INTEGER, sum INTEGER) WITHOUT ROWID")
    }

    func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool { true }
}
