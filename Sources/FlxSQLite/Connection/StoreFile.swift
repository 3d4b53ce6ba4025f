import FlxCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The location of a store's file, checked before SQLite opens it.
struct StoreFile {
    /// The absolute path without symbolic links: a store has one lock, whatever path leads to it.
    let path: String

    /// - Throws: ``FlxError/Code/notFound`` if the folder or file is missing; ``FlxError/Code/invalidValue`` if the
    ///   path is not a file, or not UTF-8; ``FlxError/Code/readOnly`` or ``FlxError/Code/io`` if it cannot be examined.
    init(_ path: String, access: SQLiteConfiguration.Access) throws(FlxError) {
        var status = stat()
        if stat(path, &status) == 0 {
            let kind = status.st_mode & S_IFMT
            guard kind != S_IFDIR else {
                throw FlxError(.invalidValue, "\(path) is a folder: give the path of a file, such as \(path)/events.db")
            }
            guard kind == S_IFREG else {
                throw FlxError(.invalidValue, "\(path) is a device or a pipe: give the path of a file, such as events.db")
            }
            self.path = try Self.resolved(path) ?? path
            return
        }
        guard [ENOENT, ENOTDIR].contains(errno) else { throw .file(path, "read", errno) }
        guard lstat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFLNK else {
            throw FlxError(.notFound, "\(path) is a symbolic link to a file that does not exist: give the path of that file itself")
        }
        guard access == .readWrite else {
            throw FlxError(.notFound, "\(path) does not exist: check the path, or create the store by opening it for writing")
        }
        let cut = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = cut.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = cut.map { String(path[path.utf8.index(after: $0)...]) } ?? path
        guard !name.isEmpty, let folder = try Self.resolved(folder) else {
            throw FlxError(.notFound, "\(path): its folder does not exist; create it first")
        }
        self.path = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
    }

    /// The size of the file and its write-ahead log in bytes.
    var bytes: Int64 {
        ["", "-wal"].reduce(0) { total, suffix in
            var status = stat()
            return stat(path + suffix, &status) == 0 ? total + Int64(status.st_size) : total
        }
    }

    /// Returns the URI for reading a file on a read-only medium. SQLite cannot create files there, and nobody can
    /// write. Nil for other media: even if this process lacks rights, others may be writing.
    static func immutable(_ path: String) -> String? {
        var volume = statvfs()
        // The lowest bit is ST_RDONLY.
        guard statvfs(path, &volume) == 0, volume.f_flag & 1 != 0 else { return nil }
        let hexadecimal = Array("0123456789ABCDEF".utf8)
        let escaped = path.utf8.flatMap { byte in
            let isPlain = UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "-")...UInt8(ascii: "9") ~= byte
            return isPlain ? [byte] : [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
        }
        return "file:\(String(decoding: escaped, as: UTF8.self))?immutable=1"
    }

    /// Returns the path without links; nil if it leads nowhere.
    /// - Throws: ``FlxError/Code/invalidValue`` if the path is not UTF-8: a repaired path would lead elsewhere.
    private static func resolved(_ path: String) throws(FlxError) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        guard let resolved = String(validatingCString: pointer) else {
            throw FlxError(
                .invalidValue,
                "\(path) lies in a folder whose name is no UTF-8 (\(String(cString: pointer))): rename it, or choose another path")
        }
        return resolved
    }
}
