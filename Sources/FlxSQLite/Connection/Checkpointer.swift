import FlxCore
import GRDBSQLite

/// When the write-ahead log is copied into the database file.
///
/// Only the writer does it, after a commit was answered. Once the log has its number of pages it copies what no reader needs, and the
/// next commit starts the log anew if no reader is in it. Under readers that always overlap it never would be: at four times the
/// pages the writer waits for the reads under way, each of which is one page of events. Later reads do not need the log by then.
struct Checkpointer {
    private let pages: Int64
    /// Pages written since the last look at the log.
    private var written: Int64 = 0

    init(pages: Int) {
        self.pages = Int64(pages)
    }

    /// Counts what a commit wrote, and copies when it is time.
    mutating func didCommit(_ handle: Handle) {
        var (current, highest): (Int32, Int32) = (0, 0)
        sqlite3_db_status(handle.pointer, SQLITE_DBSTATUS_CACHE_WRITE, &current, &highest, 1)
        written += Int64(current)
        guard written >= pages else { return }
        written = 0
        // A failure, such as a full disk, leaves the log as it is: everything is in it, and the next time may do better.
        guard let log = copy(handle, SQLITE_CHECKPOINT_PASSIVE), log >= 4 * pages else { return }
        _ = copy(handle, SQLITE_CHECKPOINT_RESTART)
    }

    /// Copies, and returns the number of pages in the log.
    private func copy(_ handle: Handle, _ mode: Int32) -> Int64? {
        var (log, copied): (Int32, Int32) = (0, 0)
        let code = sqlite3_wal_checkpoint_v2(handle.pointer, "main", mode, &log, &copied)
        return code == SQLITE_OK || code == SQLITE_BUSY ? Int64(log) : nil
    }
}
