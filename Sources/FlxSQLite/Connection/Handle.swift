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
    /// What watches over the code of users.
    let sandbox: Sandbox

    /// Ends with the connection.
    let use: OpenFiles.Use?

    /// Runs statements for their effect. Each text is one statement: a second one in it, such as a name from outside could smuggle in,
    /// is refused before the first has run.
    func execute(_ statements: String...) throws(FlxError) {
        for sql in statements {
            let statement = try Statement(self, sql)
            while try statement.step() {}
        }
    }

    /// Runs a text of statements that the program itself has.
    func execute(script: String) throws(FlxError) {
        let code = sqlite3_exec(pointer, script, nil, nil, nil)
        guard code == SQLITE_OK else { throw fault(code) }
    }

    /// The number in the first column of the first row; 0 when there is none.
    func number(_ sql: String) throws(FlxError) -> Int64 {
        let statement = try Statement(self, sql)
        return try statement.step() ? statement.number(0) : 0
    }

    /// Writes all that the file holds, without its free pages, into another file, which must be empty.
    func vacuum(into path: String) throws(FlxError) {
        // SQLite attaches the other file.
        sqlite3_limit(pointer, SQLITE_LIMIT_ATTACHED, 1)
        defer { sqlite3_limit(pointer, SQLITE_LIMIT_ATTACHED, 0) }
        let statement = try Statement(self, "VACUUM INTO ?1")
        try statement.withText(path, at: 1) { () throws(FlxError) in _ = try statement.step() }
    }

    /// Whether a transaction is open.
    var isInTransaction: Bool { sqlite3_get_autocommit(pointer) == 0 }

    /// A number that changes with each commit to the file, by this connection or another.
    var dataVersion: UInt32 {
        var version: UInt32 = 0
        sqlite3_file_control(pointer, "main", SQLITE_FCNTL_DATA_VERSION, &version)
        return version
    }

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
