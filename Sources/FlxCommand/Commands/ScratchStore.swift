#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A place for a temporary store.
struct ScratchStore {
    private let folder: String
    var path: String { folder + "/events.db" }

    /// Creates a folder of its own in another one.
    /// - Throws: ``Failure`` if the parent is not writable.
    init(in parent: String) throws {
        var template = Array((parent + "/flx-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Failure(.unavailable, "no folder can be made in \(parent): \(String(cString: strerror(errno)))")
        }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// In the system's folder for such things.
    init() throws {
        try self.init(in: Environment["TMPDIR"] ?? "/tmp")
    }

    func remove() {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        rmdir(folder)
    }
}
