import GRDBSQLite

extension SQLiteEventStore {
    /// The version of the process's SQLite library, such as `3.40.1`.
    public static var sqliteVersion: String { String(cString: sqlite3_libversion()) }
}
