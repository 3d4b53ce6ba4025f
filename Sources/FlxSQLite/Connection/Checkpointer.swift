import FlxCore
import GRDBSQLite

/// When the write-ahead log is copied into the database file.
///
/// Only the writer does it, after a commit was answered. Once the log has its number of pages it copies what no reader needs, and the
/// next commit starts the log anew if no reader is in it. Under readers that always overlap it never would be: at four times the
/// pages the writer waits for the reads under way, each of which is one page of events. Later reads do not need the log by then.
/// A transaction that another program holds open keeps the log growing; the writer then tries again after as many pages.
struct Checkpointer {
    /// How long the writer waits for reads, in milliseconds.
    private static let patience: Int32 = 100

    private let pages: Int64
    /// Pages written since the last look at the log.
    private var written: Int64 = 0
    /// Pages to be written before the next look.
    private var due: Int64

    /// - Parameter logBytes: The size of the log that processes left which were killed. It counts, so that the log is bounded across them.
    init(pages: Int, logBytes: Int64) {
        self.pages = Int64(pages)
        due = self.pages
        written = logBytes / 4_096
    }

    /// Counts what a commit wrote, and copies when it is time.
    mutating func didCommit(_ handle: Handle) {
        var (current, highest): (Int32, Int32) = (0, 0)
        sqlite3_db_status(handle.pointer, SQLITE_DBSTATUS_CACHE_WRITE, &current, &highest, 1)
        written += Int64(current)
        copyIfDue(handle)
    }

    /// Copies all, if readers let it, at the end, and for a file that has lost its name: under another name nobody would find the log.
    func empty(_ handle: Handle) {
        waiting(handle) { sqlite3_wal_checkpoint_v2(handle.pointer, "main", SQLITE_CHECKPOINT_TRUNCATE, nil, nil) }
    }

    /// Copies when enough was written since the last look.
    mutating func copyIfDue(_ handle: Handle) {
        guard written >= due else { return }
        (written, due) = (0, pages)
        // A failure, such as a full disk, leaves the log as it is: everything is in it, and the next time may do better.
        var log: Int32 = 0
        sqlite3_wal_checkpoint_v2(handle.pointer, "main", SQLITE_CHECKPOINT_PASSIVE, &log, nil)
        guard log >= 4 * pages else { return }
        let code = waiting(handle) { sqlite3_wal_checkpoint_v2(handle.pointer, "main", SQLITE_CHECKPOINT_RESTART, nil, nil) }
        if code == SQLITE_BUSY { due = 4 * pages }
    }

    /// Copies with patience for reads. A transaction has its own, which is that of the writer.
    @discardableResult
    private func waiting(_ handle: Handle, _ copy: () -> Int32) -> Int32 {
        sqlite3_busy_timeout(handle.pointer, Self.patience)
        defer { sqlite3_busy_timeout(handle.pointer, Writer.turn) }
        return copy()
    }
}
