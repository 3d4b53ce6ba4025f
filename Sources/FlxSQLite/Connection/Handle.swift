import FlxCore
import GRDB
import GRDBSQLite

/// One connection: SQLite's handle, and GRDB's view of the same.
///
/// Unchecked, because both may lie in any thread's memory: SQLite's multi-thread mode forbids only that two threads use a
/// connection at once, and every use here is on the serial queue of the connection.
struct Handle: @unchecked Sendable {
    let pointer: OpaquePointer
    /// For the tables of users, whose code speaks GRDB.
    let database: Database

    /// Runs statements that return nothing.
    func execute(_ sql: String) throws(FlxError) {
        let code = sqlite3_exec(pointer, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw fault(code) }
    }

    /// The number in the first column of the first row; 0 when there is none.
    func number(_ sql: String) throws(FlxError) -> Int64 {
        let statement = try Statement(self, sql)
        return try statement.step() ? statement.number(0) : 0
    }

    /// Whether a transaction is open.
    var isInTransaction: Bool { sqlite3_get_autocommit(pointer) == 0 }

    /// The path of the database file.
    var path: String { sqlite3_db_filename(pointer, "main").map { String(cString: $0) } ?? "" }

    /// The last failure as our error.
    func fault(_ code: Int32) -> FlxError {
        var systemError = sqlite3_system_errno(pointer)
        if systemError == 0, code == SQLITE_IOERR | 3 << 8 { systemError = logError }
        return SQLiteFault(code: code, systemError: systemError, text: String(cString: sqlite3_errmsg(pointer))).error(path)
    }

    /// The `errno` of the last failure in the write-ahead log: a commit that cannot be written does not tell it otherwise.
    private var logError: Int32 {
        var file: UnsafeMutablePointer<sqlite3_file>?
        var error: Int32 = 0
        sqlite3_file_control(pointer, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file)
        _ = file?.pointee.pMethods?.pointee.xFileControl?(file, SQLITE_FCNTL_LAST_ERRNO, &error)
        return error
    }
}
