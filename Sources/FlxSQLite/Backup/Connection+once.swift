import FlxCore
import GRDB
import GRDBSQLite

extension Connection {
    /// Opens a connection, runs the body, and closes the connection.
    static func with<Value>(
        _ path: String, isReadOnly: Bool, _ body: (Handle) throws(FlxError) -> Value
    ) throws(FlxError) -> Value {
        let (database, handle) = try once(path, isReadOnly: isReadOnly)
        defer { try? database.close() }
        return try body(handle)
    }

    /// Opens a connection for serial work on any thread. Creates a missing file if the connection is to write.
    static func once(_ path: String, isReadOnly: Bool) throws(FlxError) -> (DatabaseQueue, Handle) {
        guard isReadOnly else { return try open(path, isReadOnly: false, unhook) }
        return try reading(path) { address throws(FlxError) in try open(path, address, isReadOnly: true, unhook) }
    }

    /// Removes GRDB's hooks: they expect each commit on the connection's queue. Nobody observes here, and the work runs
    /// on other threads.
    private static func unhook(_ handle: Handle) throws(FlxError) {
        sqlite3_commit_hook(handle.pointer, nil, nil)
        sqlite3_rollback_hook(handle.pointer, nil, nil)
        // Reads the head of the file now, to detect here any reason for SQLite to refuse it.
        _ = try handle.number("PRAGMA schema_version")
    }
}
