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
        do throws(FlxError) {
            return try open(path, isReadOnly: isReadOnly, unhook)
        } catch {
            // On a medium that cannot be written SQLite cannot make its shared memory. Nobody can write there, then.
            guard isReadOnly, error.code == .readOnly || error.code == .io, let address = StoreFile.immutable(path) else { throw error }
            return try open(address, isReadOnly: true, unhook)
        }
    }

    /// GRDB wants to know of each commit, on the queue of the connection; here nobody observes, and the work is on other threads.
    private static func unhook(_ handle: Handle) {
        sqlite3_commit_hook(handle.pointer, nil, nil)
        sqlite3_rollback_hook(handle.pointer, nil, nil)
    }
}
