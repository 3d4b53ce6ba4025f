import FlxCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The files that SQLite keeps beside a database file.
///
/// SQLite finds them by the name of the database file. If one is left behind, SQLite applies it to the next file with
/// that name.
enum Sidecars {
    static let suffixes = ["-wal", "-shm", "-journal"]

    /// Removes stale sidecars beside the path of a new file: empty ones left by a reader, and the journal of a file
    /// that was never finished.
    /// - Throws: ``FlxError/Code/invalidValue`` if a sidecar has content or is in use. Then nothing was removed.
    static func clear(at path: String) throws(FlxError) {
        try requireNone(at: path)
        for suffix in suffixes { unlink(path + suffix) }
    }

    /// Refuses the path of a new file if it belongs to another file's sidecar, or if another file's sidecar is beside
    /// it.
    static func requireNone(at path: String) throws(FlxError) {
        for suffix in suffixes where path.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) {
            let owner = String(decoding: path.utf8.dropLast(suffix.utf8.count), as: UTF8.self)
            var status = stat()
            guard lstat(owner, &status) != 0 else {
                throw FlxError(
                    .invalidValue, "\(path) is where SQLite keeps a part of \(owner): nothing was changed; choose another path")
            }
        }
        for suffix in suffixes {
            let sidecar = path + suffix
            var status = stat()
            guard lstat(sidecar, &status) == 0 else { continue }
            let isFile = status.st_mode & S_IFMT == S_IFREG
            let isStale = isFile && (suffix == "-shm" ? !isIndexInUse(path) : status.st_size == 0)
            guard isStale || isFile && suffix == "-journal" && isOfNewFile(sidecar) else { throw refusal(sidecar) }
        }
    }

    /// Returns true if a journal began when its database had no pages: there is nothing to roll back.
    private static func isOfNewFile(_ path: String) -> Bool {
        // The mark is zero until the journal is flushed, and a kill may leave only a part of it. The database's
        // original number of pages follows after two other numbers.
        guard let head = try? FileSystem.head(path, 20), head.count == 20 else { return false }
        let mark: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
        let whole = zip(head, mark).prefix { $0 == $1 }.count
        return head[whole..<8].allSatisfy { $0 == 0 } && head[16...].allSatisfy { $0 == 0 }
    }

    /// Refuses a file without a write-ahead log if one with content is beside it.
    /// - Parameter head: The first 100 bytes of the file, with its journal mode.
    static func check(beside path: String, head: [UInt8]) throws(FlxError) {
        guard !head.isEmpty || !hasContent(path + "-wal") else {
            throw FlxError(
                .invalidValue,
                """
                \(path) is empty, and SQLite would remove \(path)-wal, which has commits of it or of another file: nothing was changed; \
                keep a copy of both, and restore a backup
                """)
        }
        guard head.count == 100, !Self.usesLog(head), hasContent(path + "-wal") else { return }
        throw refusal(path + "-wal")
    }

    /// Returns true if the file at a path has content.
    static func hasContent(_ path: String) -> Bool {
        (FileSystem.size(path) ?? 0) > 0
    }

    /// Returns true if the head of a database file declares a write-ahead log.
    static func usesLog(_ head: [UInt8]) -> Bool {
        head.count > 19 && head[18] == 2 && head[19] == 2
    }

    /// Removes an empty log left by a connection that could only read.
    ///
    /// If the last connection can write, SQLite removes the log itself.
    static func tidy(_ path: String) {
        guard FileSystem.size(path + "-wal") == 0, access(path, W_OK) == 0 else { return }
        try? Connection.with(path, isReadOnly: false) { handle throws(FlxError) in _ = try handle.number("PRAGMA schema_version") }
    }

    /// Returns true if a connection has the index of a log open. Queries the lock, since trying would take it briefly. The
    /// right to read is enough for that.
    static func isIndexInUse(_ path: String) -> Bool {
        // No connection of this process may open it meanwhile: closing a descriptor takes away its locks.
        OpenFiles.ifUnused(path) {
            let descriptor = open(path + "-shm", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard descriptor >= 0 else { return errno != ENOENT }
            defer { close(descriptor) }
            var question = flock()
            question.l_type = Int16(F_WRLCK)
            question.l_whence = Int16(SEEK_SET)
            return fcntl(descriptor, F_GETLK, &question) != 0 || question.l_type != Int16(F_UNLCK)
        } ?? true
    }

    private static func refusal(_ path: String) -> FlxError {
        FlxError(
            .invalidValue,
            """
            \(path) belongs to another file that had this name, and SQLite would mix the two: nothing was changed; move it away together \
            with its file, or remove it
            """)
    }
}
