import FlxCore
import GRDB
import GRDBSQLite

/// The opening and setup of a store's connections.
enum Connection {
    /// The maximum wait for another program's lock, in milliseconds.
    static let busyTimeout: Int32 = 5_000

    /// Opens the writing connection, and brings the file to the current format.
    static func writer(
        _ configuration: SQLiteConfiguration, migrations: [Migration]
    ) throws(FlxError) -> (DatabaseQueue, Handle) {
        let rest = WriteAheadLog.rest(beside: configuration.path)
        // A loss of power may leave that where commits are not flushed one by one.
        if configuration.durability == .full, case .commits(let count) = rest, !Sidecars.isIndexInUse(configuration.path) {
            throw .lostCommits(count, configuration.path)
        }
        return try open(configuration.path, isReadOnly: false) { handle throws(FlxError) in
            let migrations = Migrations(steps: migrations)
            let isNew = try migrations.check(handle) == 0
            if isNew { try handle.execute("PRAGMA auto_vacuum = NONE") }
            try useWriteAheadLog(handle)
            try handle.execute(
                "PRAGMA synchronous = \(configuration.durability.pragma)",
                "PRAGMA fullfsync = ON",
                "PRAGMA checkpoint_fullfsync = ON",
                "PRAGMA wal_autocheckpoint = 0",
                "PRAGMA journal_size_limit = \(configuration.checkpointPages * 4 * 4096)",
                "PRAGMA cache_size = -\(configuration.cacheKiB)",
                "PRAGMA secure_delete = OFF")
            // Before anything is written: remains behind new frames would look like commits behind a damaged place one day.
            if rest != .nothing { sqlite3_wal_checkpoint_v2(handle.pointer, "main", SQLITE_CHECKPOINT_TRUNCATE, nil, nil) }
            try migrations.run(handle)
        }
    }

    /// Opens the reading connections.
    static func readers(
        _ configuration: SQLiteConfiguration, migrations: [Migration]
    ) throws(FlxError) -> [(DatabaseQueue, Handle)] {
        let path = configuration.path
        guard configuration.access == .readOnly else { return try readers(configuration, path, migrations) }
        return try reading(path) { address throws(FlxError) in try readers(configuration, address, migrations) }
    }

    private static func readers(
        _ configuration: SQLiteConfiguration, _ address: String, _ migrations: [Migration]
    ) throws(FlxError) -> [(DatabaseQueue, Handle)] {
        var connections: [(DatabaseQueue, Handle)] = []
        for _ in 0..<configuration.readers {
            connections.append(try open(configuration.path, address, isReadOnly: true) { handle throws(FlxError) in
                try handle.execute("PRAGMA query_only = ON", "PRAGMA cache_size = -\(configuration.cacheKiB)")
                try Migrations(steps: migrations).checkReadable(handle)
            })
        }
        return connections
    }

    /// Opens a connection.
    /// - Parameter address: The URI for SQLite to open instead of the path.
    static func open(
        _ path: String, _ address: String? = nil, isReadOnly: Bool, _ setUp: (Handle) throws(FlxError) -> Void
    ) throws(FlxError) -> (DatabaseQueue, Handle) {
        var configuration = Configuration()
        configuration.readonly = isReadOnly
        configuration.busyMode = .timeout(Double(busyTimeout) / 1_000)
        configuration.label = "flx.sqlite"
        configuration.foreignKeysEnabled = false
        let use = OpenFiles.Use(path)
        let sandbox = Sandbox()
        // The configuration lives as long as the connection, and so does the sandbox.
        configuration.prepareDatabase { database in
            if let pointer = database.sqliteConnection { sandbox.watch(pointer) }
        }
        do {
            let database = try DatabaseQueue(path: address ?? path, configuration: configuration)
            let handle = try database.writeWithoutTransaction { database -> Handle in
                guard let pointer = database.sqliteConnection else { throw FlxError(.io, "\(path): the connection is closed") }
                // An untrusted file must not cause SQLite to open other files.
                sqlite3_limit(pointer, SQLITE_LIMIT_ATTACHED, 0)
                let handle = Handle(pointer: pointer, database: database, sandbox: sandbox, use: use)
                try handle.execute("PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON")
                try setUp(handle)
                return handle
            }
            return (database, handle)
        } catch let error as FlxError {
            throw error
        } catch let error as DatabaseError {
            let fault = SQLiteFault(code: error.extendedResultCode.rawValue, systemError: 0, text: error.message ?? "")
            throw fault.error(path)
        } catch {
            throw FlxError(.io, "\(path) cannot be opened", cause: error)
        }
    }

    private static func useWriteAheadLog(_ handle: Handle) throws(FlxError) {
        let statement = try Statement(handle, "PRAGMA journal_mode = WAL")
        guard try statement.step(), String(decoding: statement.bytes(0), as: UTF8.self) == "wal" else {
            throw FlxError(.io, "\(handle.path): this file system has no write-ahead log for SQLite; put the store on a local disk")
        }
    }
}
