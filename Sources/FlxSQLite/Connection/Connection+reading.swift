import FlxCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Connection {
    /// Opens a file for reading by its path. If this fails on a read-only medium, opens it as an immutable file.
    /// - Parameter open: Opens a path or URI with SQLite.
    /// - Throws: If the file cannot be read in its current state, an error with the necessary steps.
    static func reading<Value>(_ path: String, _ open: (String) throws(FlxError) -> Value) throws(FlxError) -> Value {
        try Sidecars.check(beside: path, head: try FileSystem.head(path, 100))
        try WriteAheadLog.requireNoLoss(beside: path)
        do throws(FlxError) {
            return try open(path)
        } catch {
            guard error.code == .readOnly || error.code == .io else { throw error }
            if Sidecars.hasContent(path + "-journal") { throw needsWriter(path, "-journal", "roll back what was not finished", error) }
            if let address = StoreFile.immutable(path) {
                guard !Sidecars.hasContent(path + "-wal") else {
                    throw needsWriter(path, "-wal", "copy its write-ahead log into it, since its medium cannot be written", error)
                }
                return try open(address)
            }
            let folder = FileSystem.folder(of: path)
            guard access(path, R_OK) == 0, access(folder, W_OK) != 0 || access(path + "-shm", F_OK) == 0 else { throw error }
            throw FlxError(
                .readOnly,
                """
                \(path) cannot be read without the right to write in \(folder), where SQLite keeps \(path)-shm: get that right, or \
                read while a process that may write there has the store open, or read a copy that flx backup makes
                """, cause: error.cause)
        }
    }

    private static func needsWriter(_ path: String, _ suffix: String, _ deed: String, _ error: FlxError) -> FlxError {
        FlxError(
            .readOnly,
            """
            \(path) cannot be read before somebody who may write it has opened it once, to \(deed): run \
            flx repair --dry-run as such a user; keep \(path)\(suffix) beside it until then, it is a part of the store
            """, cause: error.cause)
    }
}
