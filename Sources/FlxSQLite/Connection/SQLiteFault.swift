import FlxCore
import GRDBSQLite

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A failure reported by SQLite. The cause of the store's errors.
struct SQLiteFault: Error, CustomStringConvertible {
    /// The extended result code.
    let code: Int32
    /// The `errno` of the operating system; 0 if it was not involved.
    let systemError: Int32
    /// SQLite's message.
    let text: String

    /// The values of `errno` for "no space".
    private static let spaceErrors = [ENOSPC, EDQUOT, EFBIG]

    /// True if a commit with this failure cannot be complete in the log: another program held the file, or a write
    /// ended early.
    var isOfPartOfCommit: Bool {
        switch code {
        case _ where [SQLITE_FULL, SQLITE_BUSY].contains(code & 0xFF): true
        case SQLITE_IOERR | 3 << 8: Self.spaceErrors.contains(systemError)
        default: false
        }
    }

    var description: String {
        systemError == 0 ? "SQLite \(code): \(text)" : "SQLite \(code): \(text), \(String(cString: strerror(systemError)))"
    }

    /// Returns the error for the caller, with the steps to take.
    func error(_ path: String) -> FlxError {
        switch code & 0xFF {
        case SQLITE_FULL:
            storageFull(path)
        case SQLITE_IOERR where Self.spaceErrors.contains(systemError):
            storageFull(path)
        case SQLITE_CANTOPEN where [ENOSPC, EDQUOT].contains(systemError):
            storageFull(path)
        case _ where systemError == EROFS, SQLITE_READONLY, SQLITE_PERM:
            FlxError(.readOnly, "\(path) cannot be written: check its permissions and the medium, or open it for reading", cause: self)
        case SQLITE_CANTOPEN:
            FlxError(.io, "\(path) cannot be opened: check that it is a file, and that its folder exists and lets you in", cause: self)
        case SQLITE_NOTADB:
            FlxError(.incompatibleFormat, "\(path) is not an event store: it is no SQLite file, or its head is damaged", cause: self)
        case SQLITE_CORRUPT:
            FlxError(
                .corrupt, "\(path) is damaged: keep a copy and restore a backup; flx export --skip-damaged saves what can still be read",
                cause: self)
        case SQLITE_BUSY, SQLITE_LOCKED:
            FlxError(.locked, "\(path) is held by another program: end it and try again", cause: self)
        default:
            FlxError(.io, "\(path): reading or writing failed", cause: self)
        }
    }

    private func storageFull(_ path: String) -> FlxError {
        FlxError(.storageFull, "no space is left for \(path): nothing of the write was kept; free some space and try again", cause: self)
    }
}
