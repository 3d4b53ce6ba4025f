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
            let path = Self.name(place, number)
            if FileIdentity(at: path) != nil, try !Self.removeLeftOver(path, of: place) { continue }
            try Self.removeSources(of: path)
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

    private static func name(_ place: String, _ number: Int) -> String { "\(place).partial-\(number)" }

    /// Removes what a file with the name was being made of: a file that is made again without its free pages has its source beside it.
    private static func removeSources(of path: String) throws(FlxError) {
        for number in 1...mostNames {
            let source = name(path, number)
            guard FileIdentity(at: source) != nil else { return }
            _ = try removeLeftOver(source, of: path)
        }
    }

    /// - Returns: Whether it was one: a file that is empty, or begins as a store does or as one that was being made of another.
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

    /// Whether a file begins as one into which SQLite copies a store: the mark is put there at the end, and the head perhaps as well.
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

/// The beginning of a database file that says that it is a store.
struct StoreHead {
    /// How every database file begins.
    static let format = Array("SQLite format 3\0".utf8)

    /// Whether the file has a write-ahead log.
    let usesLog: Bool

    /// - Returns: Nil for a file of something else.
    init?(_ head: [UInt8]) {
        let mark = (0..<4).map { UInt8(truncatingIfNeeded: Schema.applicationID >> (24 - 8 * $0)) }
        guard head.count >= 72, head.starts(with: Self.format), head[68..<72].elementsEqual(mark) else { return nil }
        usesLog = Sidecars.usesLog(head)
    }
}
