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
/// They are found by the name of the file, whoever made them: one that a file left behind is applied to the next file with its name.
enum Sidecars {
    static let suffixes = ["-wal", "-shm", "-journal"]

    /// Removes empty sidecars beside a place for a new file, which some reader left behind, and the journal of a file that was never
    /// finished.
    /// - Throws: ``FlxError/Code/invalidValue`` for a sidecar that has content or is in use. Nothing was removed then.
    static func clear(at path: String) throws(FlxError) {
        try requireNone(at: path)
        for suffix in suffixes { unlink(path + suffix) }
    }

    /// Refuses a place for a new file that is a sidecar's of another file, or beside which a sidecar of another file lies.
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

    /// Whether a file is the journal of a database that had no page when the journal began: there is nothing to bring back.
    private static func isOfNewFile(_ path: String) -> Bool {
        // The mark is zero until the journal was flushed, and a kill may leave a part of it; the pages that the database had follow two
        // other numbers.
        guard let head = try? FileSystem.head(path, 20), head.count == 20 else { return false }
        let mark: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
        let whole = zip(head, mark).prefix { $0 == $1 }.count
        return head[whole..<8].allSatisfy { $0 == 0 } && head[16...].allSatisfy { $0 == 0 }
    }

    /// Refuses a file beside which a log or journal lies that cannot be its own.
    /// - Parameter head: The first 100 bytes of the file, which tell whether it has a write-ahead log.
    static func check(beside path: String, head: [UInt8]) throws(FlxError) {
        guard head.count == 100, !Self.usesLog(head), hasContent(path + "-wal") else { return }
        throw refusal(path + "-wal")
    }

    /// Whether a file with content has the name.
    static func hasContent(_ path: String) -> Bool {
        (FileSystem.size(path) ?? 0) > 0
    }

    /// Whether the head of a database file says that it has a write-ahead log.
    static func usesLog(_ head: [UInt8]) -> Bool {
        head.count > 19 && head[18] == 2 && head[19] == 2
    }

    /// Removes the empty log that a connection left which could only read.
    ///
    /// A connection that may write does it, when it is the last one: SQLite sees to that.
    static func tidy(_ path: String) {
        guard FileSystem.size(path + "-wal") == 0, access(path, W_OK) == 0 else { return }
        try? Connection.with(path, isReadOnly: false) { handle throws(FlxError) in _ = try handle.number("PRAGMA schema_version") }
    }

    /// Whether somebody has the index of a log open. It is asked for, not tried: that would take the lock for a moment.
    private static func isIndexInUse(_ path: String) -> Bool {
        guard !OpenFiles.isUsed(path) else { return true }
        let descriptor = open(path + "-shm", O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var question = flock()
        question.l_type = Int16(F_WRLCK)
        question.l_whence = Int16(SEEK_SET)
        return fcntl(descriptor, F_GETLK, &question) != 0 || question.l_type != Int16(F_UNLCK)
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
