import FlxCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension FlxError {
    /// Returns the error for a failed system call on a file, with the steps to take.
    static func file(_ path: String, _ deed: StaticString, _ error: Int32) -> FlxError {
        let reason = String(cString: strerror(error))
        switch error {
        case ENOENT: return FlxError(.notFound, "\(path) cannot be \(deed): it does not exist; check the path")
        case EEXIST: return FlxError(.invalidValue, "\(path) exists already: nothing was changed; choose another path, or remove it first")
        case ENOSPC, EDQUOT, EFBIG: return FlxError(.storageFull, "\(path) cannot be \(deed): no space is left; free some and try again")
        case EROFS, EACCES, EPERM: return FlxError(.readOnly, "\(path) cannot be \(deed) (\(reason)): check the permissions and the medium")
        default: return FlxError(.io, "\(path) cannot be \(deed): \(reason)")
        }
    }
}

/// The system calls for flushing, naming and examining files.
enum FileSystem {
    /// Flushes a file or folder to the medium.
    static func flush(_ path: String) throws(FlxError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path, "flushed", errno) }
        defer { close(descriptor) }
        try flush(descriptor, path)
    }

    /// Flushes an open file to the medium itself. On macOS, `fsync` alone would leave it in the cache of the drive.
    static func flush(_ descriptor: Int32, _ path: String) throws(FlxError) {
        #if canImport(Darwin)
            if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
        #endif
        guard fsync(descriptor) == 0 else { throw .file(path, "flushed", errno) }
    }

    /// Renames a file, replacing any file with that name, and flushes the change.
    static func replace(_ path: String, by new: String) throws(FlxError) {
        guard rename(new, path) == 0 else { throw .file(path, "replaced", errno) }
        try flush(folder(of: path))
    }

    /// Returns the size of a regular file in bytes; nil if there is none.
    static func size(_ path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
    }

    /// Returns the size of a regular file in bytes; nil if there is something else, or nothing.
    /// - Throws: The error of a path that cannot be examined: what is there is unknown.
    static func examinedSize(_ path: String) throws(FlxError) -> Int64? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw .file(path, "read", errno) }
            return nil
        }
        return status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
    }

    /// Returns true if there is nothing at a path.
    /// - Throws: The error of a path that cannot be examined: what is there is unknown.
    static func isFree(_ path: String) throws(FlxError) -> Bool {
        var status = stat()
        guard lstat(path, &status) != 0 else { return false }
        guard errno == ENOENT else { throw .file(path, "read", errno) }
        return true
    }

    /// Returns the first bytes of a database file, at most `count`.
    static func head(_ path: String, _ count: Int) throws(FlxError) -> [UInt8] {
        let flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC
        let descriptor = OpenFiles.waiting(path, flags) ?? open(path, flags)
        guard descriptor >= 0 else { throw .file(path, "read", errno) }
        defer { OpenFiles.close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            filled = max(0, pread(descriptor, bytes.baseAddress, count, 0))
        }
    }

    /// Returns true if there is a folder at the path.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Removes a file, if it exists.
    static func remove(_ path: String) {
        unlink(path)
    }

    static func folder(of path: String) -> String {
        let slash = UInt8(ascii: "/")
        guard let end = path.utf8.lastIndex(where: { $0 != slash }) else { return path.isEmpty ? "." : "/" }
        guard let cut = path.utf8[...end].lastIndex(of: slash) else { return "." }
        guard let last = path.utf8[..<cut].lastIndex(where: { $0 != slash }) else { return "/" }
        return String(path[...last])
    }
}
