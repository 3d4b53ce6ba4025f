import FlxCore
import GRDB
import GRDBSQLite
import Synchronization

/// A copy of a database file as of one moment, page by page, with SQLite's backup interface.
///
/// A read transaction holds the source: without it, each commit of another process would restart the copy. Writers
/// continue meanwhile.
final class PageCopy: Sendable {
    /// The progress of the copy.
    struct State: Sendable {
        var done: Int64
        var total: Int64
        var isFinished: Bool
    }

    /// The position of the last event in the copy.
    let last: Int64
    let pageBytes: Int64
    private let source: (database: DatabaseQueue, handle: Handle)
    private let target: (database: DatabaseQueue, handle: Handle)
    private let backup: Mutex<OpaquePointer?>

    private static let pagesInStep: Int32 = 512

    /// Begins a copy into a new file.
    /// - Parameter file: The file expected at the path, if the store is open.
    init(from path: String, _ file: FileIdentity? = nil, to newPath: String) throws(FlxError) {
        source = try Connection.once(path, isReadOnly: true)
        guard file == nil || source.handle.use?.file == file else { throw .moved(path, "nothing was copied") }
        target = try Connection.once(newPath, isReadOnly: false)
        let (from, to) = (source.handle, target.handle)
        do throws(FlxError) {
            try from.execute("PRAGMA query_only = ON", "PRAGMA cache_size = -1024", "BEGIN")
            let migrations = Migrations(steps: Schema.migrations)
            guard try migrations.check(from) > 0 else { throw FlxError(.incompatibleFormat, "\(path) is empty: it is no event store yet") }
            try migrations.difference(from).requireTables(path)
            last = try from.lastPosition()
            pageBytes = try from.number("PRAGMA page_size")
            // The new file counts only after it was flushed as a whole.
            try to.execute("PRAGMA synchronous = OFF", "PRAGMA journal_mode = MEMORY", "PRAGMA cache_size = -1024")
            // From now on, a file left behind is recognized as one of ours.
            try to.execute("PRAGMA application_id = \(Schema.applicationID)")
            guard let pointer = sqlite3_backup_init(to.pointer, "main", from.pointer, "main") else {
                throw to.fault(sqlite3_errcode(to.pointer))
            }
            backup = Mutex(pointer)
        } catch {
            if from.isInTransaction { try? from.execute("ROLLBACK") }
            throw error
        }
    }

    /// Copies the next pages.
    func step() async throws(FlxError) -> State {
        try await offload { [self] () throws(FlxError) in
            try backup.withLock { pointer throws(FlxError) in
                guard let pointer else { throw FlxError(.closed, "the copy has ended") }
                let code = sqlite3_backup_step(pointer, Self.pagesInStep)
                guard [SQLITE_OK, SQLITE_DONE, SQLITE_BUSY, SQLITE_LOCKED].contains(code) else { throw fault(code) }
                let total = Int64(sqlite3_backup_pagecount(pointer))
                return State(done: total - Int64(sqlite3_backup_remaining(pointer)), total: total, isFinished: code == SQLITE_DONE)
            }
        }
    }

    /// Ends the copy, finished or not.
    func close() {
        backup.withLock { pointer in
            guard let held = pointer else { return }
            sqlite3_backup_finish(held)
            try? source.handle.execute("ROLLBACK")
            try? source.database.close()
            try? target.database.close()
            pointer = nil
        }
    }

    /// Returns the error of a failed step. SQLite does not say which file failed: damage and read failures are the
    /// source's.
    private func fault(_ code: Int32) -> FlxError {
        let error = target.handle.fault(code)
        let (failedRead, shortRead) = (SQLITE_IOERR | 1 << 8, SQLITE_IOERR | 2 << 8)
        guard [SQLITE_CORRUPT, SQLITE_NOTADB].contains(code & 0xFF) || [failedRead, shortRead].contains(code) else { return error }
        return SQLiteFault(code: code, systemError: 0, text: String(cString: sqlite3_errmsg(target.handle.pointer)))
            .error(source.handle.path)
    }
}

extension PageCopy {
    /// Copies a file completely, with pauses to keep the speed limit.
    /// - Returns: The position of the last event in the copy.
    static func run(
        from path: String, _ file: FileIdentity? = nil, to newPath: String, _ options: BackupOptions, progress: (BackupProgress) -> Void
    ) async throws(FlxError) -> Int64 {
        let copy = try await offload { () throws(FlxError) in try PageCopy(from: path, file, to: newPath) }
        defer { copy.close() }
        let pace = Pace(options)
        while true {
            let state = try await copy.step()
            let part = state.total > 0 ? Double(state.done) / Double(state.total) : 1
            progress(BackupProgress(stage: .copy, done: part < 1 ? Int64(Double(copy.last) * part) : copy.last, total: copy.last))
            guard !state.isFinished else { return copy.last }
            do {
                try await pace.hold(after: state.done * copy.pageBytes) { FileSystem.size(path + "-wal") ?? 0 }
            } catch {
                throw FlxError(.cancelled, "the copy was stopped; nothing was changed", cause: error)
            }
        }
    }
}
