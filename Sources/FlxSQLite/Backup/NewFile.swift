import FlxCore

/// A store's file that is made beside its place and takes it in one step: whoever looks there finds what was there before or the new
/// one, whole and on the medium, whenever the process ends.
final class NewFile: Sendable {
    /// The place, absolute.
    let path: String
    /// Where the file is made.
    let partial: String
    private let lock: LockFile

    /// Takes the right to make the file; what a process left that was killed is removed.
    /// - Throws: ``FlxError/Code/locked`` when another process makes it or writes to a store there.
    init(_ given: String) throws(FlxError) {
        path = try StoreFile(given, access: .readWrite).path
        partial = path + ".partial"
        lock = try LockFile(beside: path)
        discard()
    }

    /// Refuses a place that is taken.
    func requireFree() throws(FlxError) {
        for suffix in ["", "-wal", "-journal"] where FileSystem.size(path + suffix) != nil {
            throw FlxError(
                .invalidValue, "\(path)\(suffix) exists: a restore makes a new file and changes none; choose another path, or move it away")
        }
    }

    /// Refuses to replace anything but an earlier backup. A store that was opened for writing has a write-ahead log, which its head
    /// tells, and a backup has none.
    func requireBackupOrFree() throws(FlxError) {
        guard let size = FileSystem.size(path), size > 0 else { return }
        let isBackup = try Connection.with(path, isReadOnly: true) { handle throws(FlxError) in
            guard try handle.number("PRAGMA application_id") == Schema.applicationID else { return false }
            let mode = try Statement(handle, "PRAGMA journal_mode")
            return try mode.step() && String(decoding: mode.bytes(0), as: UTF8.self) != "wal"
        }
        guard isBackup else {
            throw FlxError(
                .invalidValue, "\(path) is a store that was written to, not a backup: nothing was changed; choose another path")
        }
    }

    /// Puts the finished file in its place, over what stands there.
    func replace() throws(FlxError) {
        try FileSystem.flush(partial)
        try FileSystem.replace(path, by: partial)
    }

    /// Puts the finished file in its place, which must still be free.
    func claim() throws(FlxError) {
        try FileSystem.flush(partial)
        try FileSystem.claim(path, for: partial)
    }

    /// Removes what is not finished, and gives the right back.
    func end() {
        discard()
        lock.release()
    }

    private func discard() {
        for suffix in ["", "-journal", "-wal", "-shm", ".lock"] { FileSystem.remove(partial + suffix) }
    }
}
