import FlxCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension FlxError {
    /// The failure of a call of the system on a file, with what to do about it.
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

/// The calls of the system that make files safe and give them their names.
enum FileSystem {
    /// Brings a file or folder to the medium.
    static func flush(_ path: String) throws(FlxError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path, "flushed", errno) }
        defer { close(descriptor) }
        try flush(descriptor, path)
    }

    /// Brings an open file to the medium itself; on macOS `fsync` alone would leave it in the cache of the drive.
    static func flush(_ descriptor: Int32, _ path: String) throws(FlxError) {
        #if canImport(Darwin)
            if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
        #endif
        guard fsync(descriptor) == 0 else { throw .file(path, "flushed", errno) }
    }

    /// Gives a file another name, in place of what has it, and makes that safe.
    static func replace(_ path: String, by new: String) throws(FlxError) {
        guard rename(new, path) == 0 else { throw .file(path, "replaced", errno) }
        try flush(folder(of: path))
    }

    /// The size of a file in bytes; nil when there is none.
    static func size(_ path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
    }

    /// The first bytes of a database file, at most `count`.
    static func head(_ path: String, _ count: Int) throws(FlxError) -> [UInt8] {
        let flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC
        let descriptor = OpenFiles.waiting(path, flags) ?? open(path, flags)
        guard descriptor >= 0 else { throw .file(path, "read", errno) }
        defer { OpenFiles.close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            filled = max(0, pread(descriptor, bytes.baseAddress, count, 0))
        }
    }

    /// Whether there is a folder at the path.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Removes a file, if it is there.
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
