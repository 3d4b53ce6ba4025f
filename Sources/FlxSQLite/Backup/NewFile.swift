import FlxCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A store's file written beside its final place and moved there in one step. Whenever the process ends, that place has
/// the earlier file or the new one, complete and on the medium.
///
/// Every operation that puts a store's file in a place uses this class.
final class NewFile: Sendable {
    /// The files allowed at the place.
    enum Target {
        /// No file, or an empty one.
        case free
        /// Also an earlier backup of a log, to be replaced. The log is known by the checksum of its first event; nil if it has none.
        case backup(ofFirst: Int64?)
    }

    /// The absolute path of the place.
    let path: String
    /// The unfinished file.
    let partial: Partial
    private let target: Target

    /// Checks the place and begins the file.
    /// - Parameter source: The file to copy the mode from.
    /// - Throws: ``FlxError/Code/invalidValue`` if the place is taken, or a sidecar of another file is beside it;
    ///   ``FlxError/Code/locked`` if another process makes the same file or writes to a store there.
    init(_ given: String, over target: Target, like source: String) throws(FlxError) {
        path = try StoreFile(given, access: .readWrite).path
        self.target = target
        if FileIdentity(at: path) != nil { try Self.requireTarget(try FileLock(path), target) }
        try Sidecars.requireNone(at: path)
        partial = try Partial(beside: path, mode: Partial.mode(like: source))
    }

    /// Moves the finished file to its place, and checks it there.
    /// - Parameter last: The position of its last event.
    func place(last: Int64) throws(FlxError) {
        try partial.lock.flush()
        // Held until the end: an empty file at the place keeps other makers away.
        let place = try FileLock(path, .ifMissing(0o600))
        defer { place.release() }
        do throws(FlxError) {
            try Self.requireTarget(place, target)
            try Sidecars.clear(at: path)
            guard rename(partial.path, path) == 0 else { throw .file(path, "made", errno) }
        } catch {
            if place.isNew { place.remove() }
            throw error
        }
        try FileSystem.flush(FileSystem.folder(of: path))
        try requireInPlace(last: last)
    }

    /// Removes an unfinished file, and releases its lock.
    func end() {
        partial.discard()
        partial.lock.release()
    }

    /// Requires that the file at the place is the one written before, with nothing of another file beside it.
    private func requireInPlace(last: Int64) throws(FlxError) {
        let found = try Connection.with(path, isReadOnly: true) { handle throws(FlxError) in try handle.lastPosition() }
        guard found == last, FileIdentity(at: path) == partial.lock.file else {
            throw FlxError(.io, "\(path) was replaced by another program just now: do it again when nothing else writes there")
        }
    }

    /// Checks a file at the place. A store opened for writing declares a write-ahead log in its head; a backup does
    /// not.
    private static func requireTarget(_ lock: FileLock, _ target: Target) throws(FlxError) {
        let head = lock.head(72)
        guard !head.isEmpty else { return }
        guard case .backup(let first) = target else {
            throw FlxError(
                .invalidValue, "\(lock.path) exists: a restore makes a new file and changes none; choose another path, or move it away")
        }
        guard let head = StoreHead(head) else {
            throw FlxError(.invalidValue, "\(lock.path) is not a backup of an event store: nothing was changed; choose another path")
        }
        guard !head.usesLog else {
            throw FlxError(
                .invalidValue, "\(lock.path) is a store that was written to, not a backup: nothing was changed; choose another path")
        }
        guard let earlier = try firstEvent(lock.path), earlier != first else { return }
        let what = first == nil ? "has events, and the store has none" : "is a backup of another log, which begins with another event"
        throw FlxError(.invalidValue, "\(lock.path) \(what): nothing was changed; choose another path, or move it away")
    }

    /// Returns the checksum of the first event in a backup; nil if there is none, or if it cannot be read any more.
    private static func firstEvent(_ path: String) throws(FlxError) -> Int64? {
        do throws(FlxError) {
            return try Connection.with(path, isReadOnly: true) { handle throws(FlxError) in try handle.firstChecksum() }
        } catch {
            guard error.code == .corrupt else { throw error }
            return nil
        }
    }
}
