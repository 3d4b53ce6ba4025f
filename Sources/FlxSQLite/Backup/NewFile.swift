import FlxCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A store's file that is made beside its place and takes it in one step: whoever looks there finds what was there before or the new
/// one, whole and on the medium, whenever the process ends.
///
/// Every operation that puts a store's file somewhere does it by this.
final class NewFile: Sendable {
    /// What may be at the place.
    enum Target {
        /// Nothing, or an empty file.
        case free
        /// An earlier backup as well, which is replaced.
        case backup
    }

    /// The place, absolute.
    let path: String
    /// The file as long as it is made.
    let partial: Partial
    private let target: Target

    /// Checks the place and begins the file.
    /// - Parameter source: What is copied, of which the file gets the mode.
    /// - Throws: ``FlxError/Code/invalidValue`` for a place that is taken, or has a sidecar of another file beside it;
    ///   ``FlxError/Code/locked`` when another process makes it or writes to a store there.
    init(_ given: String, over target: Target, like source: String) throws(FlxError) {
        path = try StoreFile(given, access: .readWrite).path
        self.target = target
        if FileIdentity(at: path) != nil { try Self.requireTarget(try FileLock(path), target) }
        try Sidecars.requireNone(at: path)
        partial = try Partial(beside: path, mode: Partial.mode(like: source))
    }

    /// Puts the finished file in its place, and looks at it there.
    /// - Parameter last: The position of its last event.
    func place(last: Int64) throws(FlxError) {
        try partial.lock.flush()
        // Held until the end: an empty file that nobody else could make keeps the place for this one.
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

    /// Removes what is not finished, and gives the right back.
    func end() {
        partial.discard()
        partial.lock.release()
    }

    /// The file under its name must be the one that was verified before, with nothing of another file beside it.
    private func requireInPlace(last: Int64) throws(FlxError) {
        let found = try Connection.with(path, isReadOnly: true) { handle throws(FlxError) in try handle.lastPosition() }
        guard found == last, FileIdentity(at: path) == partial.lock.file else {
            throw FlxError(.io, "\(path) was replaced by another program just now: do it again when nothing else writes there")
        }
    }

    /// A store that was opened for writing has a write-ahead log, which its head tells, and a backup has none.
    private static func requireTarget(_ lock: FileLock, _ target: Target) throws(FlxError) {
        let head = lock.head(72)
        guard !head.isEmpty else { return }
        guard target == .backup else {
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
    }
}
