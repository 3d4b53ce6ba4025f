import FlxCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An unfinished database file under an unused name, locked by its maker.
final class Partial: Sendable {
    /// The maximum number of names to try.
    private static let mostNames = 100

    let lock: FileLock
    var path: String { lock.path }

    /// Creates an empty file beside a place, and removes files left there by killed processes.
    /// - Parameter mode: The file's permissions, set from the beginning.
    /// - Throws: ``FlxError/Code/locked`` if another process makes a file for the same place.
    init(beside place: String, mode: mode_t) throws(FlxError) {
        for number in 1...Self.mostNames {
            let path = Self.name(place, number)
            if FileIdentity(at: path) != nil, try !Self.removeLeftOver(path, of: place) { continue }
            try Self.removeSources(of: path)
            // A sidecar without its file is not ours to remove, and SQLite would mix it into a new file.
            guard Sidecars.suffixes.allSatisfy({ FileIdentity(at: path + $0) == nil }) else { continue }
            lock = try FileLock(path, .always)
            try lock.setMode(mode)
            return
        }
        throw FlxError(.invalidValue, "\(place).partial-1 to -\(Self.mostNames) exist and are not left-overs of a backup: move them away")
    }

    /// Removes the file and its sidecars, unless it was renamed.
    func discard() {
        guard lock.isInPlace else { return }
        Self.remove(path)
        lock.release()
    }

    /// Returns the part of a file's mode that a copy takes over: read and write permissions. The owner always has both.
    static func mode(like path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o666 | 0o600 : 0o600
    }

    private static func name(_ place: String, _ number: Int) -> String { "\(place).partial-\(number)" }

    /// Removes the sources of an unfinished file. A file rewritten without its free pages has its source beside it.
    private static func removeSources(of path: String) throws(FlxError) {
        for number in 1...mostNames {
            let source = name(path, number)
            guard FileIdentity(at: source) != nil else { return }
            _ = try removeLeftOver(source, of: path)
        }
    }

    /// - Returns: True if the file was a left-over: empty, with the head of a store, or an unfinished copy beside its
    ///   source.
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
        guard head.isEmpty || StoreHead(head) != nil || isBegun(head) && hasSource(path) else { return false }
        remove(path)
        return true
    }

    /// Returns true if a file begins like an unfinished copy of a store. SQLite writes the mark at the end, and
    /// sometimes also the head.
    private static func isBegun(_ head: [UInt8]) -> Bool {
        guard head.starts(with: StoreHead.format) else { return head.allSatisfy { $0 == 0 } }
        return head.count == 72 && head[68...].allSatisfy { $0 == 0 }
    }

    private static func hasSource(_ path: String) -> Bool {
        for number in 1...mostNames {
            guard let head = try? FileSystem.head(name(path, number), 72) else { return false }
            if StoreHead(head) != nil { return true }
        }
        return false
    }

    private static func remove(_ path: String) {
        for suffix in Sidecars.suffixes + [""] { unlink(path + suffix) }
    }
}

/// The beginning of a database file that marks it as a store.
struct StoreHead {
    /// The first bytes of every database file.
    static let format = Array("SQLite format 3\0".utf8)

    /// True if the file declares a write-ahead log.
    let usesLog: Bool

    /// - Returns: Nil if the file is something else.
    init?(_ head: [UInt8]) {
        let mark = (0..<4).map { UInt8(truncatingIfNeeded: Schema.applicationID >> (24 - 8 * $0)) }
        guard head.count >= 72, head.starts(with: Self.format), head[68..<72].elementsEqual(mark) else { return nil }
        usesLog = Sidecars.usesLog(head)
    }
}
