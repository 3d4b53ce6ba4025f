import FlxCore
import GRDBSQLite

/// The policy for copying the write-ahead log into the database file.
///
/// Only the writer copies, after it has answered a commit. If the log has the configured number of pages, the writer
/// copies all pages not needed by a reader. The next commit restarts the log if no reader uses it. Constantly
/// overlapping readers would prevent this. Therefore, at four times the number of pages, the writer waits for the
/// running reads, each of one page of events. Later reads no longer need the log. If another program keeps a
/// transaction open, the log continues to grow; the writer retries after another four times the number of pages.
struct Checkpointer {
    /// The maximum wait for reads, in milliseconds.
    private static let patience: Int32 = 100

    private let pages: Int64
    /// The pages written since the last check of the log.
    private var written: Int64 = 0
    /// The pages to write before the next check.
    private var due: Int64

    /// - Parameter logBytes: The size of the log left by killed processes. It counts as written, so the log is bounded
    ///   across processes.
    init(pages: Int, logBytes: Int64) {
        self.pages = Int64(pages)
        due = self.pages
        written = logBytes / 4_096
    }

    /// Counts the pages of a commit, and copies the log if this is due.
    mutating func didCommit(_ handle: Handle) {
        var (current, highest): (Int32, Int32) = (0, 0)
        sqlite3_db_status(handle.pointer, SQLITE_DBSTATUS_CACHE_WRITE, &current, &highest, 1)
        written += Int64(current)
        copyIfDue(handle)
    }

    /// Copies and truncates the whole log, if readers allow it. Used when the store closes, and if the file has lost
    /// its name: nobody would find the log under another name.
    func empty(_ handle: Handle) {
        waiting(handle) { sqlite3_wal_checkpoint_v2(handle.pointer, "main", SQLITE_CHECKPOINT_TRUNCATE, nil, nil) }
    }

    /// Copies the log if enough pages were written since the last check.
    mutating func copyIfDue(_ handle: Handle) {
        guard written >= due else { return }
        (written, due) = (0, pages)
        // A failure, such as a full disk, leaves the log complete. The next copy may succeed.
        var log: Int32 = 0
        sqlite3_wal_checkpoint_v2(handle.pointer, "main", SQLITE_CHECKPOINT_PASSIVE, &log, nil)
        guard log >= 4 * pages else { return }
        let code = waiting(handle) { sqlite3_wal_checkpoint_v2(handle.pointer, "main", SQLITE_CHECKPOINT_RESTART, nil, nil) }
        if code == SQLITE_BUSY { due = 4 * pages }
    }

    /// Runs a copy with the wait for reads as its timeout, then restores the timeout for transactions.
    @discardableResult
    private func waiting(_ handle: Handle, _ copy: () -> Int32) -> Int32 {
        sqlite3_busy_timeout(handle.pointer, Self.patience)
        defer { sqlite3_busy_timeout(handle.pointer, Writer.turn) }
        return copy()
    }
}
