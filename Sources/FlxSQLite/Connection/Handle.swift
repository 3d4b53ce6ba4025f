import FlxCore
import GRDB
import GRDBSQLite

/// One connection, as SQLite's handle and as GRDB's database.
///
/// Unchecked: SQLite's multi-thread mode forbids only concurrent use of a connection, and every use here is on the
/// connection's serial queue.
struct Handle: @unchecked Sendable {
    let pointer: OpaquePointer
    /// For tables of users, since their code uses GRDB.
    let database: Database
    /// Restricts the code of users.
    let sandbox: Sandbox

    /// The registered use of the file. Ends with the connection.
    let use: OpenFiles.Use?

    /// Runs statements for their effect. Each text must be a single statement. If it contains a second one, for example
    /// smuggled in by a name from outside, the text is refused before the first one runs.
    func execute(_ statements: String...) throws(FlxError) {
        for sql in statements {
            let statement = try Statement(self, sql)
            while try statement.step() {}
        }
    }

    /// Runs a script that is part of the program.
    func execute(script: String) throws(FlxError) {
        let code = sqlite3_exec(pointer, script, nil, nil, nil)
        guard code == SQLITE_OK else { throw fault(code) }
    }

    /// Returns the number in the first column of the first row; 0 if there is no row.
    func number(_ sql: String) throws(FlxError) -> Int64 {
        let statement = try Statement(self, sql)
        return try statement.step() ? statement.number(0) : 0
    }

    /// Writes the content of the file, without free pages, into another file. That file must be empty.
    func vacuum(into path: String) throws(FlxError) {
        try attaching { () throws(FlxError) in
            let statement = try Statement(self, "VACUUM INTO ?1")
            try statement.withText(path, at: 1) { () throws(FlxError) in _ = try statement.step() }
        }
    }

    /// Rewrites the file without free pages, and without those in no use.
    func vacuum() throws(FlxError) {
        try attaching { () throws(FlxError) in try execute("VACUUM") }
    }

    /// Lets SQLite attach a file, as a vacuum does.
    private func attaching(_ body: () throws(FlxError) -> Void) throws(FlxError) {
        sqlite3_limit(pointer, SQLITE_LIMIT_ATTACHED, 1)
        defer { sqlite3_limit(pointer, SQLITE_LIMIT_ATTACHED, 0) }
        try body()
    }

    /// True if a transaction is open.
    var isInTransaction: Bool { sqlite3_get_autocommit(pointer) == 0 }

    /// A number that changes with each commit to the file, by any connection.
    var dataVersion: UInt32 {
        var version: UInt32 = 0
        sqlite3_file_control(pointer, "main", SQLITE_FCNTL_DATA_VERSION, &version)
        return version
    }

    /// The path of the database file.
    var path: String { sqlite3_db_filename(pointer, "main").map { String(cString: $0) } ?? "" }

    /// Returns the last failure as an ``FlxError``.
    func fault(_ code: Int32) -> FlxError {
        var systemError = sqlite3_system_errno(pointer)
        if systemError == 0, code == SQLITE_IOERR | 3 << 8 { systemError = logError }
        return SQLiteFault(code: code, systemError: systemError, text: String(cString: sqlite3_errmsg(pointer))).error(path)
    }

    /// The `errno` of the last failure in the write-ahead log. For a failed commit SQLite reports it nowhere else.
    private var logError: Int32 { lastError(SQLITE_FCNTL_JOURNAL_POINTER) }

    /// The `errno` of the last failure in the file itself; 0 if there was none.
    var fileError: Int32 { lastError(SQLITE_FCNTL_FILE_POINTER) }

    private func lastError(_ place: Int32) -> Int32 {
        var file: UnsafeMutablePointer<sqlite3_file>?
        var error: Int32 = 0
        sqlite3_file_control(pointer, "main", place, &file)
        _ = file?.pointee.pMethods?.pointee.xFileControl?(file, SQLITE_FCNTL_LAST_ERRNO, &error)
        return error
    }
}
