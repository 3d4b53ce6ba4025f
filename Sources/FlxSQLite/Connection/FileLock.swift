import FlxCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An exclusive lock on a file, for all of its names. The system grants it to one holder, and releases it when the
/// holder's process ends.
final class FileLock: Sendable {
    /// The treatment of a missing file.
    enum Creation {
        /// The file must exist.
        case never
        /// Creates a missing file with a mode, reduced by the process's mask.
        case ifMissing(mode_t)
        /// The file must not exist. Creates it for its owner only.
        case always
    }

    let path: String
    let file: FileIdentity
    /// True if this lock created the file.
    let isNew: Bool
    private let descriptor: Mutex<Int32?>

    /// The files locked by this process. The system's list of locks may omit one if it changes during the read.
    private static let held = Mutex<Set<FileIdentity>>([])
    /// The maximum number of attempts, as a file may lose its name between opening and locking.
    private static let mostTries = 100

    /// Opens and locks a regular file. Does not follow symbolic links.
    /// - Throws: ``FlxError/Code/locked``, with the holder's process if the system reports it.
    init(_ path: String, _ creation: Creation = .never) throws(FlxError) {
        self.path = path
        for _ in 1...Self.mostTries {
            let (descriptor, isNew) = try Self.opened(path, creation)
            var status = stat()
            do throws(FlxError) {
                guard fstat(descriptor, &status) == 0 else { throw .file(path, "examined", errno) }
                guard status.st_mode & S_IFMT == S_IFREG else { throw FlxError(.io, "\(path) is not a file: give another path") }
                guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw Self.refusal(path, FileIdentity(status), errno) }
            } catch {
                OpenFiles.close(descriptor)
                throw error
            }
            let file = FileIdentity(status)
            guard FileIdentity(at: path) == file else {
                OpenFiles.close(descriptor)
                continue
            }
            (self.file, self.isNew) = (file, isNew)
            self.descriptor = Mutex(descriptor)
            Self.held.withLock { _ = $0.insert(file) }
            return
        }
        throw FlxError(.locked, "\(path) is replaced again and again by another program: end that, and try again")
    }

    deinit {
        release()
    }

    /// True if the path still leads to the file.
    var isInPlace: Bool { FileIdentity(at: path) == file }

    /// The number of the file's names (hard links).
    var names: Int {
        var status = stat()
        return with { fstat($0, &status) } == 0 ? Int(status.st_nlink) : 0
    }

    /// The size of the file in bytes.
    var bytes: Int64 {
        var status = stat()
        return with { fstat($0, &status) } == 0 ? Int64(status.st_size) : 0
    }

    /// Returns the first bytes of the file, at most `count`.
    func head(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            filled = max(0, with { pread($0, bytes.baseAddress, count, 0) })
        }
    }

    /// Sets the mode of the file.
    func setMode(_ mode: mode_t) throws(FlxError) {
        guard with({ fchmod($0, mode) }) == 0 else { throw .file(path, "given its mode", errno) }
    }

    /// Flushes the file to the medium.
    func flush() throws(FlxError) {
        try descriptor.withLock { held throws(FlxError) in try FileSystem.flush(held ?? -1, path) }
    }

    /// Removes the file if the path still leads to it.
    func remove() {
        if isInPlace { unlink(path) }
    }

    /// Releases the lock.
    func release() {
        descriptor.withLock { held in
            guard let descriptor = held else { return }
            Self.held.withLock { _ = $0.remove(file) }
            flock(descriptor, LOCK_UN)
            OpenFiles.close(descriptor)
            held = nil
        }
    }

    private func with<Value>(_ body: (Int32) -> Value) -> Value {
        descriptor.withLock { body($0 ?? -1) }
    }

    private static func opened(_ path: String, _ creation: Creation) throws(FlxError) -> (Int32, isNew: Bool) {
        let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        while true {
            if case .always = creation {} else {
                let descriptor = OpenFiles.waiting(path, flags) ?? systemOpen(path, flags, 0)
                if descriptor >= 0 { return (descriptor, false) }
                guard case .ifMissing = creation, errno == ENOENT else { throw failure(path, errno) }
            }
            let mode: mode_t = if case .ifMissing(let mode) = creation { mode } else { 0o600 }
            let descriptor = systemOpen(path, flags | O_CREAT | O_EXCL, mode)
            if descriptor >= 0 { return (descriptor, true) }
            guard case .ifMissing = creation, errno == EEXIST else { throw failure(path, errno) }
        }
    }

    private static func refusal(_ path: String, _ file: FileIdentity, _ error: Int32) -> FlxError {
        guard error == EWOULDBLOCK else {
            return FlxError(
                .io, "\(path) cannot be locked (\(String(cString: strerror(error)))): put it on a local disk, whose file system has locks")
        }
        let isOwn = held.withLock { $0.contains(file) }
        let holder = isOwn ? getpid() : LockHolder.process(file)
        if holder == getpid() {
            return FlxError(.locked, "\(path) is open for writing in this process already: share the one store")
        }
        let name = holder.map { "process \($0)" } ?? "another process"
        return FlxError(.locked, "\(path) is being written by \(name): end it, or open the store for reading only")
    }

    private static func failure(_ path: String, _ error: Int32) -> FlxError {
        switch error {
        case ELOOP, EMLINK:
            FlxError(.invalidValue, "\(path) is a symbolic link, which is not followed here: give the path of the file itself")
        case EROFS, EACCES, EPERM:
            FlxError(
                .readOnly,
                """
                \(path) cannot be opened for writing (\(String(cString: strerror(error)))): check the permissions, or open it for reading \
                only
                """)
        default: .file(path, "opened", error)
        }
    }
}

private func systemOpen(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
    open(path, flags, mode)
}
