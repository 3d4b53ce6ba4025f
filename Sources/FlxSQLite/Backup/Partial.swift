import FlxCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A database file that is being made, under a name that nobody else has, for its maker alone.
final class Partial: Sendable {
    /// The most files of others that may be in the way.
    private static let mostNames = 100

    let lock: FileLock
    var path: String { lock.path }

    /// Makes an empty file beside a place, and removes what a process left there that was killed.
    /// - Parameter mode: Who may read and write it, from the beginning.
    /// - Throws: ``FlxError/Code/locked`` while another process makes a file for the same place.
    init(beside place: String, mode: mode_t) throws(FlxError) {
        for number in 1...Self.mostNames {
            let path = "\(place).partial-\(number)"
            if FileIdentity(at: path) != nil, try !Self.removeLeftOver(path, of: place) { continue }
            // A sidecar without its file is not ours to remove, and would be mixed into a new one.
            guard Sidecars.suffixes.allSatisfy({ FileIdentity(at: path + $0) == nil }) else { continue }
            lock = try FileLock(path, .always)
            try lock.setMode(mode)
            return
        }
        throw FlxError(.invalidValue, "\(place).partial-1 to -\(Self.mostNames) exist and are not left-overs of a backup: move them away")
    }

    /// Removes the file and what SQLite keeps beside it, unless it got its name.
    func discard() {
        guard lock.isInPlace else { return }
        Self.remove(path)
        lock.release()
    }

    /// The part of a mode that a copy takes over: who may read and write.
    static func mode(like path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o666 | 0o600 : 0o600
    }

    /// - Returns: Whether it was one: a file that is empty, or begins as a store does.
    private static func removeLeftOver(_ path: String, of place: String) throws(FlxError) -> Bool {
        let lock: FileLock
        do throws(FlxError) {
            lock = try FileLock(path)
        } catch {
            guard error.code == .locked else { return false }
            throw FlxError(.locked, "\(place) is being made by another run: wait for its end (\(error.message))")
        }
        defer { lock.release() }
        let head = lock.head(72)
        guard head.isEmpty || StoreHead(head) != nil else { return false }
        remove(path)
        return true
    }

    private static func remove(_ path: String) {
        for suffix in Sidecars.suffixes + [""] { unlink(path + suffix) }
    }
}

/// The beginning of a database file that says that it is a store.
struct StoreHead {
    /// Whether the file has a write-ahead log.
    let usesLog: Bool

    /// - Returns: Nil for a file of something else.
    init?(_ head: [UInt8]) {
        let mark = (0..<4).map { UInt8(truncatingIfNeeded: Schema.applicationID >> (24 - 8 * $0)) }
        guard head.count >= 72, head.starts(with: Array("SQLite format 3\0".utf8)), head[68..<72].elementsEqual(mark) else { return nil }
        usesLog = Sidecars.usesLog(head)
    }
}
