import GRDBSQLite

/// Inspects a file with SQLite alone.
enum Inspection {
    /// Returns the format, and each table of a migration step with its number of rows.
    static func steps(_ path: String) throws -> (version: Int, tables: [String]) {
        let version = try rows(path, "PRAGMA user_version").first.flatMap { Int($0) } ?? 0
        var tables: [String] = []
        for name in try rows(path, "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'step%' ORDER BY rowid") {
            tables.append("\(name) \(try rows(path, "SELECT count(*) FROM \(name) INDEXED BY \(name)_value WHERE value > 0").first ?? "")")
        }
        return (version, tables)
    }

    /// Returns the first column of the rows of a statement.
    static func rows(_ path: String, _ sql: String) throws -> [String] {
        var database: OpaquePointer?
        defer { sqlite3_close(database) }
        var statement: OpaquePointer?
        guard sqlite3_open(path, &database) == SQLITE_OK, sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK else {
            throw Broken("\(path): \(String(cString: sqlite3_errmsg(database)))")
        }
        defer { sqlite3_finalize(statement) }
        var rows: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW { rows.append(sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? "") }
        return rows
    }
}
