import FlxCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The right to write a store: a lock on `PATH.lock` that the system gives to one holder and takes back when its process ends.
///
/// SQLite's own locks are not enough: they would let a second process write between two transactions, and positions, caches and
/// checkpoints belong to one writer.
final class LockFile: Sendable {
    private let path: String
    private let descriptor: Mutex<Int32?>

    /// Takes the lock and leaves the number of the process in the file.
    /// - Throws: ``FlxError/Code/locked`` with the number of the process that has it.
    init(beside database: String) throws(FlxError) {
        path = database + ".lock"
        descriptor = Mutex(try Self.take(path, database))
    }

    deinit {
        release()
    }

    /// Gives the lock back and removes the file.
    func release() {
        descriptor.withLock { held in
            guard let descriptor = held else { return }
            unlink(path)
            close(descriptor)
            held = nil
        }
    }

    private static func take(_ path: String, _ database: String) throws(FlxError) -> Int32 {
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw failure(path, errno) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let (error, holder) = (errno, readHolder(descriptor))
                close(descriptor)
                guard error == EWOULDBLOCK else { throw failure(path, error) }
                throw held(database, by: holder)
            }
            // The holder before us may have removed the file between our open and our lock: then the lock is on a file without a name.
            guard isCurrent(descriptor, path) else {
                close(descriptor)
                continue
            }
            let text = "\(getpid())\n"
            ftruncate(descriptor, 0)
            _ = pwrite(descriptor, text, text.utf8.count, 0)
            return descriptor
        }
    }

    private static func isCurrent(_ descriptor: Int32, _ path: String) -> Bool {
        var (ours, named) = (stat(), stat())
        return fstat(descriptor, &ours) == 0 && stat(path, &named) == 0 && ours.st_ino == named.st_ino && ours.st_dev == named.st_dev
    }

    private static func readHolder(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return count > 0 ? Int32(String(decoding: bytes[..<count], as: UTF8.self).filter(\.isNumber)) : nil
    }

    private static func held(_ database: String, by holder: Int32?) -> FlxError {
        if holder == getpid() {
            return FlxError(.locked, "\(database) is open for writing in this process already: share the one store")
        }
        let name = holder.map { "process \($0)" } ?? "another process"
        return FlxError(.locked, "\(database) is being written by \(name): end it, or open the store for reading only")
    }

    private static func failure(_ path: String, _ error: Int32) -> FlxError {
        let reason = String(cString: strerror(error))
        switch error {
        case EROFS, EACCES, EPERM:
            return FlxError(.readOnly, "\(path) cannot be made (\(reason)): make the folder writable, or open the store for reading only")
        case ENOENT:
            return FlxError(.notFound, "\(path) cannot be made: its folder does not exist; create it first")
        case ENOSPC, EDQUOT:
            return FlxError(.storageFull, "\(path) cannot be made: no space is left; free some and try again")
        default:
            return FlxError(.io, "\(path) cannot be made: \(reason)")
        }
    }
}
