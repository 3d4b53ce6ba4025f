import FlxCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The folder of an archive, held by the one process that adds to it.
final class ArchiveFolder: Sendable {
    let path: String
    /// The manifest of the archive when it was opened.
    let manifest: ArchiveManifest
    private let lock: FolderLock

    /// Opens the folder, and creates it if it does not exist.
    /// - Throws: ``FlxError/Code/invalidValue`` if the folder is something else; ``FlxError/Code/locked`` if another
    ///   process adds to it; the errors of ``ArchiveManifest``.
    init(_ path: String) throws(FlxError) {
        self.path = path
        if mkdir(path, 0o700) == 0 {
            try FileSystem.flush(FileSystem.folder(of: path))
        } else if errno != EEXIST {
            throw .file(path, "made", errno)
        }
        guard FileSystem.isFolder(path) else {
            throw FlxError(.invalidValue, "\(path) is a file: an archive is a folder; give the path of a new one")
        }
        lock = try FolderLock(path)
        if let manifest = try ArchiveManifest.load(path) {
            self.manifest = manifest
        } else {
            manifest = ArchiveManifest()
            try Self.requireOwn(path)
        }
    }

    /// The path of the next part until it gets its name.
    var partial: String { path + "/next.partial" }

    /// Removes an unfinished part.
    func end() {
        if (try? OutputFile.requireOwn(partial, ArchivePartWriter.magic)) != nil { FileSystem.remove(partial) }
    }

    /// Refuses a folder with foreign files. A folder without a manifest is new, or its first run was killed before the
    /// first part was listed. Other parts had been listed: without their manifest, parts of another log could replace
    /// them.
    private static func requireOwn(_ path: String) throws(FlxError) {
        guard let folder = opendir(path) else { throw .file(path, "read", errno) }
        defer { closedir(folder) }
        let ours = [ArchiveManifest.file + ".partial", "next.partial", ArchiveManifest.Part.file(from: 1)]
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard !name.begins(with: "."), !ours.contains(where: { ExactText.same($0, name) }) else { continue }
            guard !name.begins(with: "events-") || !name.ends(with: ".part") else {
                throw FlxError(
                    .corrupt,
                    """
                    \(path) has '\(name)' of an archive and no \(ArchiveManifest.file) that lists it: bring that back from a copy, or give \
                    the path of a new folder
                    """)
            }
            throw FlxError(.invalidValue, "\(path) is not an archive and not empty, it has '\(name)': give the path of a new folder")
        }
    }
}

/// The right to add to a folder: a lock on the folder itself, released with this object.
private final class FolderLock: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws(FlxError) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path, "opened", errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return }
        let (error, holder) = (errno, LockHolder.process(at: path))
        guard error == EWOULDBLOCK else { throw .file(path, "locked", error) }
        let name = holder.map { "process \($0)" } ?? "another process"
        throw FlxError(.locked, "\(path) is being added to by \(name): wait for its end, and run again")
    }

    deinit {
        close(descriptor)
    }
}
