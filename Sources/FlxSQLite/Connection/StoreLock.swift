import FlxCore
import Synchronization

/// The right of one process to write a store: locks on its file and on its write-ahead log.
///
/// SQLite's own locks are not enough: a second process could write between two transactions, but positions, caches and
/// checkpoints belong to one writer. The lock on the file covers all of its names. SQLite finds the log by the name of
/// the file; the lock on the log keeps out the writer of another file with the same name.
final class StoreLock: Sendable {
    let file: FileLock
    private let log: Mutex<FileLock?>

    /// Acquires the right to write a store. Creates its file if that is missing and `creatingFile` is true.
    /// - Throws: ``FlxError/Code/locked`` if a process writes to it; ``FlxError/Code/invalidValue`` if the file has
    ///   several names, or the log of another file is beside it.
    init(_ path: String, creatingFile: Bool = true) throws(FlxError) {
        file = try FileLock(path, creatingFile ? .ifMissing(0o644) : .never)
        log = Mutex(nil)
        do throws(FlxError) {
            guard file.names == 1 else {
                throw FlxError(
                    .invalidValue,
                    """
                    \(path) has \(file.names) names (hard links): its write-ahead log belongs to one name, so that writing under another \
                    would damage it; remove the other names, or copy the file
                    """)
            }
            if let existing = try Self.existingLog(path) { log.withLock { $0 = existing } }
            if file.bytes == 0 { try Sidecars.clear(at: path) } else { try Sidecars.check(beside: path, head: file.head(100)) }
        } catch {
            discardNewFile()
            throw error
        }
    }

    /// Locks the log opened by SQLite.
    func holdLog() throws(FlxError) {
        try log.withLock { held throws(FlxError) in
            if held?.isInPlace != true { held = try FileLock(file.path + "-wal") }
        }
    }

    /// Refuses to write if the file or its log has lost its name: nobody would find the data.
    func check() throws(FlxError) {
        let isLogInPlace = log.withLock { $0?.isInPlace ?? true }
        guard !file.isInPlace || !isLogInPlace else { return }
        throw .moved(file.path + (isLogInPlace ? "" : "-wal"), "nothing was kept")
    }

    /// Refuses to confirm a commit if the file has lost its name.
    func checkCommitted() throws(FlxError) {
        guard !file.isInPlace else { return }
        throw .moved(file.path, "whether the last write was kept is unknown: make it again with the same ids", isOutcomeUnknown: true)
    }

    /// Removes the file if this lock created it and it is still empty.
    func discardNewFile() {
        if file.isNew, file.bytes == 0 { file.remove() }
    }

    /// Releases the right. SQLite must have closed the file.
    func release() {
        log.withLock { held in
            held?.release()
            held = nil
        }
        file.release()
    }

    private static func existingLog(_ path: String) throws(FlxError) -> FileLock? {
        do throws(FlxError) {
            return try FileLock(path + "-wal")
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }
}

extension FlxError {
    /// Creates the error of a store whose file no longer has its name.
    static func moved(_ path: String, _ outcome: String, isOutcomeUnknown: Bool = false) -> FlxError {
        FlxError(
            .locked,
            """
            \(path) was moved, replaced or removed while the store was open: \(outcome); close the store, put the file back, and open it \
            again
            """, isOutcomeUnknown: isOutcomeUnknown)
    }
}
