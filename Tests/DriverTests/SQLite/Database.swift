import GRDBSQLite

/// A file seen through SQLite alone, behind the store's back.
final class Database {
    private var pointer: OpaquePointer?

    init(_ path: String) {
        sqlite3_open(path, &pointer)
        // The writer may do work of its own after it has answered.
        sqlite3_busy_timeout(pointer, 5_000)
    }

    deinit {
        sqlite3_close(pointer)
    }

    /// Runs statements; returns the message of a failure.
    @discardableResult
    func run(_ sql: String) -> String? {
        sqlite3_exec(pointer, sql, nil, nil, nil) == SQLITE_OK ? nil : String(cString: sqlite3_errmsg(pointer))
    }

    /// The first column of the first row.
    func number(_ sql: String) -> Int64? {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(pointer, sql, -1, &statement, nil) == SQLITE_OK, sqlite3_step(statement) == SQLITE_ROW else { return nil }
        return sqlite3_column_int64(statement, 0)
    }
}
