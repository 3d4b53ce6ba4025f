import FlxCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The folder of an archive, held by one process that adds to it.
final class ArchiveFolder: Sendable {
    let path: String
    /// What the archive held when it was opened.
    let manifest: ArchiveManifest
    private let lock: LockFile

    /// Opens the folder, and makes it where it does not exist.
    /// - Throws: ``FlxError/Code/invalidValue`` for a folder of something else; ``FlxError/Code/locked``; as ``ArchiveManifest`` does.
    init(_ path: String) throws(FlxError) {
        self.path = path
        if mkdir(path, 0o755) == 0 {
            try FileSystem.flush(FileSystem.folder(of: path))
        } else if errno != EEXIST {
            throw .file(path, "made", errno)
        }
        guard FileSystem.isFolder(path) else {
            throw FlxError(.invalidValue, "\(path) is a file: an archive is a folder; give the path of a new one")
        }
        lock = try LockFile(beside: path + "/" + ArchiveManifest.file)
        if let manifest = try ArchiveManifest.load(path) {
            self.manifest = manifest
        } else {
            manifest = ArchiveManifest()
            try Self.requireOwn(path)
        }
    }

    /// Where the next part is written before it has its name.
    var partial: String { path + "/next.partial" }

    /// Gives the right back.
    func end() {
        FileSystem.remove(partial)
        lock.release()
    }

    /// A folder without a manifest is new, or was left by a first run that was killed.
    private static func requireOwn(_ path: String) throws(FlxError) {
        guard let folder = opendir(path) else { throw .file(path, "read", errno) }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            let isOurs = name.begins(with: ".") || name.begins(with: ArchiveManifest.file)
            guard isOurs || name.ends(with: ".part") || name.ends(with: ".partial") else {
                throw FlxError(.invalidValue, "\(path) is not an archive and not empty, it has '\(name)': give the path of a new folder")
            }
        }
    }
}
