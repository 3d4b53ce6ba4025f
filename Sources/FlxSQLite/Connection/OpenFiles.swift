import CFlxFile
import FlxCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The identity of a file, whatever its names are.
struct FileIdentity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64

    init(_ status: stat) {
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
    }

    /// Finds the file at a path; nil if there is none.
    init?(at path: String) {
        var file = flx_file()
        guard flx_file_at(path, &file) == 0 else { return nil }
        (device, inode) = (file.device, file.inode)
    }

    init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }
}

/// The database files that SQLite has open in this process, and descriptors of them waiting to be closed.
///
/// This state is global to the process. When a process closes any descriptor of a file, the system removes all of the
/// process's POSIX locks on that file, including SQLite's. Therefore a descriptor is closed only when SQLite no longer
/// has the file open.
enum OpenFiles {
    private struct Entry {
        var uses = 0
        var waiting: [Int32] = []
    }

    private struct State {
        var entries: [FileIdentity: Entry] = [:]
        var paths: [ExactText: Int] = [:]
    }

    private static let state = Mutex(State())

    /// One connection's use of a file. Ends with this object.
    final class Use: Sendable {
        let file: FileIdentity
        private let path: String

        /// - Returns: Nil if the file does not exist.
        init?(_ path: String) {
            guard let file = FileIdentity(at: path) else { return nil }
            (self.file, self.path) = (file, path)
            state.withLock { state in
                state.entries[file, default: Entry()].uses += 1
                state.paths[ExactText(path), default: 0] += 1
            }
        }

        deinit {
            state.withLock { state in
                state.paths[ExactText(path)] = state.paths[ExactText(path)].flatMap { $0 > 1 ? $0 - 1 : nil }
                state.entries[file]?.uses -= 1
                guard state.entries[file]?.uses == 0 else { return }
                for descriptor in state.entries.removeValue(forKey: file)?.waiting ?? [] { systemClose(descriptor) }
            }
        }
    }

    /// Asks something about a file that this process does not have open, and lets no connection to it begin meanwhile.
    /// - Returns: Nil if a connection has it open, by this path or another.
    static func ifUnused(_ path: String, _ ask: () -> Bool) -> Bool? {
        let file = FileIdentity(at: path)
        return state.withLock { state in
            let isUsed = state.paths[ExactText(path)] != nil || file.flatMap { state.entries[$0] } != nil
            return isUsed ? nil : ask()
        }
    }

    /// Removes and returns a descriptor of the file at a path that waits to be closed and has the same access mode; nil
    /// if there is none. This reuse limits the waiting descriptors to the number used at the same time, however often a
    /// file is examined.
    static func waiting(_ path: String, _ flags: Int32) -> Int32? {
        var status = stat()
        let found = flags & O_NOFOLLOW == 0 ? stat(path, &status) : lstat(path, &status)
        guard found == 0 else { return nil }
        return state.withLock { state in
            let file = FileIdentity(status)
            let index = state.entries[file]?.waiting.firstIndex { fcntl($0, F_GETFL) & O_ACCMODE == flags & O_ACCMODE }
            return index.flatMap { state.entries[file]?.waiting.remove(at: $0) }
        }
    }

    /// Closes a descriptor, immediately or after the last use of its file.
    static func close(_ descriptor: Int32) {
        state.withLock { state in
            guard let file = FileIdentity(descriptor: descriptor), state.entries[file] != nil else { return systemClose(descriptor) }
            state.entries[file]?.waiting.append(descriptor)
        }
    }
}

private func systemClose(_ descriptor: Int32) {
    close(descriptor)
}
