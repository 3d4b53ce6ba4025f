import FlxSQLite
import FlxTesting
import Foundation
import GRDBSQLite
import Synchronization

/// SQLite's way to files, with failures on demand: each plan is for the write-ahead log of one store.
enum FailingDisk {
    /// What fails, once for each in a plan.
    enum Failure: Equatable {
        case write
        case flush
        /// A write for which there is no space.
        case space
        /// A flush that succeeds: what comes after it in a plan is of a later commit.
        case passing

        var code: Int32 {
            switch self {
            case .write: SQLITE_IOERR | 3 << 8
            case .flush: SQLITE_IOERR | 4 << 8
            case .space: SQLITE_FULL
            case .passing: SQLITE_OK
            }
        }

        var isFlush: Bool { self == .flush || self == .passing }
    }

    private struct File {
        let path: String
        /// The address of the system's way to the file.
        let methods: Int
    }

    private struct State {
        var plans: [String: [Failure]] = [:]
        var files: [Int: File] = [:]
        var tables: [Int: Int] = [:]
    }

    private static let state = Mutex(State())
    private nonisolated(unsafe) static var system: UnsafeMutablePointer<sqlite3_vfs>?

    /// Stands between SQLite and the files of all stores that are opened from now on.
    static let isInstalled: Bool = {
        guard let found = sqlite3_vfs_find(nil) else { return false }
        system = found
        let shim = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        shim.initialize(to: found.pointee)
        shim.pointee.zName = UnsafePointer(strdup("flx-failing"))
        shim.pointee.pNext = nil
        shim.pointee.xOpen = { _, name, file, flags, given in
            guard let system = FailingDisk.system else { return SQLITE_IOERR }
            let code = system.pointee.xOpen?(system, name, file, flags, given) ?? SQLITE_IOERR
            if code == SQLITE_OK, let name, let file { FailingDisk.watch(file, String(cString: name)) }
            return code
        }
        return sqlite3_vfs_register(shim, 1) == SQLITE_OK
    }()

    /// Makes the next writes and flushes of a store's log fail, in the order of the plan; what is not next succeeds.
    static func plan(_ failures: [Failure], for store: SQLiteEventStore) {
        state.withLock { $0.plans[store.configuration.path + "-wal"] = failures }
    }

    /// Whether all that was planned has failed.
    static func isDone(_ store: SQLiteEventStore) -> Bool {
        state.withLock { $0.plans[store.configuration.path + "-wal"]?.isEmpty ?? true }
    }

    private static func watch(_ file: UnsafeMutablePointer<sqlite3_file>, _ path: String) {
        guard path.hasSuffix("-wal"), case let methods = Int(bitPattern: file.pointee.pMethods), methods != 0 else { return }
        let address = Int(bitPattern: file)
        let table = state.withLock { state -> Int in
            state.files[address] = File(path: path, methods: methods)
            if let table = state.tables[methods] { return table }
            guard let system = UnsafePointer<sqlite3_io_methods>(bitPattern: methods) else { return methods }
            let table = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
            table.initialize(to: system.pointee)
            table.pointee.xWrite = { file, bytes, count, offset in
                guard let file, let methods = FailingDisk.methods(of: file) else { return SQLITE_IOERR }
                return FailingDisk.failure(of: file, isFlush: false) ?? methods.pointee.xWrite?(file, bytes, count, offset) ?? SQLITE_IOERR
            }
            table.pointee.xSync = { file, flags in
                guard let file, let methods = FailingDisk.methods(of: file) else { return SQLITE_IOERR }
                return FailingDisk.failure(of: file, isFlush: true) ?? methods.pointee.xSync?(file, flags) ?? SQLITE_IOERR
            }
            table.pointee.xClose = { file in
                guard let file, let methods = FailingDisk.methods(of: file) else { return SQLITE_IOERR }
                let address = Int(bitPattern: file)
                FailingDisk.state.withLock { $0.files[address] = nil }
                return methods.pointee.xClose?(file) ?? SQLITE_IOERR
            }
            state.tables[methods] = Int(bitPattern: table)
            return Int(bitPattern: table)
        }
        file.pointee.pMethods = UnsafePointer(bitPattern: table)
    }

    private static func methods(of file: UnsafeMutablePointer<sqlite3_file>) -> UnsafePointer<sqlite3_io_methods>? {
        let address = Int(bitPattern: file)
        return state.withLock { $0.files[address]?.methods }.flatMap { UnsafePointer(bitPattern: $0) }
    }

    private static func failure(of file: UnsafeMutablePointer<sqlite3_file>, isFlush: Bool) -> Int32? {
        let address = Int(bitPattern: file)
        return state.withLock { state in
            guard let path = state.files[address]?.path, let next = state.plans[path]?.first, next.isFlush == isFlush else {
                return nil
            }
            state.plans[path]?.removeFirst()
            return next == .passing ? nil : next.code
        }
    }
}

extension FailingDisk {
    /// The ways in which a commit fails: a write; a flush, after which the store can or cannot make sure that nothing was kept.
    private static let ways: [[Failure]] = [
        [.write], [.space], [.flush], [.flush, .flush], [.flush, .write], [.write, .write], [.flush, .space],
        [.flush, .flush, .flush, .flush],
    ]

    /// The disk as the rules of conformance know it. What a crash leaves is a copy of the files, in a folder beside them.
    static let medium = FailingMedium(ways: ways.count) { store, way in
        guard let store = store as? SQLiteEventStore, isInstalled else { return }
        plan(ways[way], for: store)
    } afterCrash: { store in
        guard let store = store as? SQLiteEventStore else { return store }
        return try await SQLiteEventStore.open(.init(path: try copy(store.configuration.path)))
    }

    /// Copies a store as it is on the disk, as a crash would leave it.
    static func copy(_ path: String) throws -> String {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("crash-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let copy = folder.appendingPathComponent("copy.db").path
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
        }
        return copy
    }
}
