import FlxCore
import GRDB
import GRDBSQLite

extension Connection {
    /// Opens a connection for one piece of work, hands it out, and closes it.
    static func with<Value>(
        _ path: String, isReadOnly: Bool, _ body: (Handle) throws(FlxError) -> Value
    ) throws(FlxError) -> Value {
        let (database, handle) = try once(path, isReadOnly: isReadOnly)
        defer { try? database.close() }
        return try body(handle)
    }

    /// Opens a connection for serial work on whatever thread, and makes the file where it is to be written and does not exist.
    static func once(_ path: String, isReadOnly: Bool) throws(FlxError) -> (DatabaseQueue, Handle) {
        guard isReadOnly else { return try open(path, isReadOnly: false, unhook) }
        return try reading(path) { address throws(FlxError) in try open(path, address, isReadOnly: true, unhook) }
    }

    /// GRDB wants to know of each commit, on the queue of the connection; here nobody observes, and the work is on other threads.
    private static func unhook(_ handle: Handle) throws(FlxError) {
        sqlite3_commit_hook(handle.pointer, nil, nil)
        sqlite3_rollback_hook(handle.pointer, nil, nil)
        // The head of the file is read now, so that what keeps SQLite from it is known here.
        _ = try handle.number("PRAGMA schema_version")
    }
}
