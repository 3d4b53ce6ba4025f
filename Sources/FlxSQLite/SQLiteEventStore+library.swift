import GRDBSQLite

extension SQLiteEventStore {
    /// The version of the SQLite library that the process uses, such as `3.40.1`.
    public static var sqliteVersion: String { String(cString: sqlite3_libversion()) }
}
