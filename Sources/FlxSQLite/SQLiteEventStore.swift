public import FlxCore
import GRDB

/// A store in one SQLite file: durable, indexed, for one writing process and any number of reading ones.
///
/// ```swift
/// let store = try await SQLiteEventStore.open("events.db")
/// try await store.append([event], to: "order-1")
/// ```
///
/// Appends of concurrent callers share a transaction and a flush of the disk; each succeeds or fails by itself. While another program
/// holds the file, each waits for five seconds at most and then fails as ``FlxCore/FlxError/Code/locked``. Every event that is
/// read is compared with its checksum, and a damaged one is an error, never wrong data.
///
/// A process that limits the size of its files (`RLIMIT_FSIZE`) must ignore the signal `SIGXFSZ`, to get
/// ``FlxCore/FlxError/Code/storageFull`` instead of its end.
public final class SQLiteEventStore: EventStore {
    /// The configuration that the store was opened with; its path is absolute.
    public let configuration: SQLiteConfiguration

    let readers: Readers
    let writer: Writer?
    let doorbell: Doorbell
    let migrations: Migrations
    /// The file that was opened, which may lose its name.
    let file: FileIdentity?
    private let lock: StoreLock?
    private let ending = Ending()

    static let closed = FlxError(.closed, "the SQLite store is closed")

    /// Opens a store, and creates it where the file does not exist.
    /// - Throws: ``FlxCore/FlxError/Code/locked`` when another process writes to it; ``FlxCore/FlxError/Code/incompatibleFormat`` for a
    ///   file of something else or of a newer format; ``FlxCore/FlxError/Code/notFound`` when the folder, or the file of a store that is
    ///   only read, does not exist; ``FlxCore/FlxError/Code/readOnly``, ``FlxCore/FlxError/Code/storageFull``,
    ///   ``FlxCore/FlxError/Code/io`` or ``FlxCore/FlxError/Code/invalidValue``.
    public static func open(_ configuration: SQLiteConfiguration) async throws(FlxError) -> SQLiteEventStore {
        try await open(configuration, migrations: Schema.migrations)
    }

    /// Opens a store with other migrations, for tests of these.
    package static func open(
        _ configuration: SQLiteConfiguration, migrations: [Migration]
    ) async throws(FlxError) -> SQLiteEventStore {
        try configuration.check()
        return try await offload { () throws(FlxError) in try SQLiteEventStore(configuration, migrations: migrations) }
    }

    private init(_ given: SQLiteConfiguration, migrations: [Migration]) throws(FlxError) {
        var configuration = given
        configuration.path = try StoreFile(given.path, access: given.access).path
        self.configuration = configuration
        doorbell = Doorbell()
        self.migrations = Migrations(steps: migrations)
        switch configuration.access {
        case .readWrite:
            let lock = try StoreLock(configuration.path)
            (self.lock, file) = (lock, lock.file.file)
            do throws(FlxError) {
                (writer, readers) = try Self.connected(configuration, lock, doorbell, migrations)
            } catch {
                lock.discardNewFile()
                throw error
            }
        case .readOnly:
            (lock, writer) = (nil, nil)
            let connections = try Connection.readers(configuration, migrations: migrations)
            file = connections.first?.1.use?.file
            readers = try Readers(connections)
        }
    }

    /// Opens all connections of a store that is written to, or leaves none open.
    private static func connected(
        _ configuration: SQLiteConfiguration, _ lock: StoreLock, _ doorbell: Doorbell, _ migrations: [Migration]
    ) throws(FlxError) -> (Writer, Readers) {
        let (database, handle) = try Connection.writer(configuration, migrations: migrations)
        do throws(FlxError) {
            try lock.holdLog()
            let readers = try Readers(try Connection.readers(configuration, migrations: migrations))
            return (try Writer(database, handle, lock, configuration, doorbell, migrations), readers)
        } catch {
            try? database.close()
            throw error
        }
    }

    /// See ``FlxCore/EventStore/append(_:unless:)``.
    public func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        let (writer, prepared) = try prepare(writes, unless: boundary)
        return try await writer.append(prepared)
    }

    /// Checks an append, and finds who makes it.
    func prepare(
        _ writes: [StreamWrite], unless boundary: Boundary?
    ) throws(FlxError) -> (writer: Writer, prepared: PreparedAppend) {
        guard let writer else { throw readOnly }
        guard !Task.isCancelled else { throw FlxError(.cancelled, "append: the task was cancelled; nothing was kept") }
        try configuration.limits.check(writes, unless: boundary)
        return (writer, PreparedAppend(writes, unless: boundary))
    }

    /// See ``FlxCore/EventStore/read(_:_:limit:)``.
    ///
    /// A page ends at the latest when 20,000 events were looked at, so that it may be short or empty before the end is reached.
    public func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        guard limit >= 1 else { throw FlxError(.invalidValue, "read: the limit is \(limit), it must be 1 or more") }
        let pageBytes = configuration.limits.pageBytes
        return try await readers.read { reader throws(FlxError) in
            try reader.page(selection, direction, limit: limit, pageBytes: pageBytes)
        }
    }

    /// See ``FlxCore/EventStore/wait(after:)``. A store that is only read looks for what another process appended every 50 ms, and fails
    /// as ``FlxCore/FlxError/Code/locked`` once its file was moved or replaced: nothing comes into that any more.
    public func wait(after position: Position) async throws(FlxError) {
        guard writer == nil else { return try await doorbell.wait(after: position) }
        while try await lastPosition() <= position {
            guard FileIdentity(at: configuration.path) == file else { throw .moved(configuration.path, "nothing comes into it any more") }
            do {
                try await ContinuousClock().sleep(for: .milliseconds(50))
            } catch {
                throw FlxError(.cancelled, "wait: the task was cancelled", cause: error)
            }
        }
    }

    /// See ``FlxCore/EventStore/lastPosition()``.
    public func lastPosition() async throws(FlxError) -> Position {
        guard !ending.hasBegun else { throw Self.closed }
        if writer != nil { return doorbell.last }
        return try await readers.read { reader throws(FlxError) in Position(unchecked: try reader.last()) }
    }

    /// See ``FlxCore/EventStore/close()``.
    public func close() async {
        await ending.reach {
            doorbell.close()
            await readers.close()
            await writer?.close()
            lock?.release()
            if writer == nil { Sidecars.tidy(configuration.path) }
        }
    }

    var readOnly: FlxError {
        FlxError(.readOnly, "\(configuration.path) was opened for reading only: open it with access .readWrite")
    }
}

extension EventStore where Self == SQLiteEventStore {
    /// Opens a store in a SQLite file, with everything else as it usually is.
    /// - Throws: As ``SQLiteEventStore/open(_:)`` does.
    public static func sqlite(_ path: String) async throws(FlxError) -> SQLiteEventStore {
        try await .open(SQLiteConfiguration(path: path))
    }
}

/// Opens a store for as long as the body runs.
/// - Throws: What ``SQLiteEventStore/open(_:)`` and the body throw.
@discardableResult
public func withSQLiteEventStore<Value>(
    _ configuration: SQLiteConfiguration, _ body: (SQLiteEventStore) async throws -> Value
) async throws -> Value {
    let store = try await SQLiteEventStore.open(configuration)
    do {
        let value = try await body(store)
        await store.close()
        return value
    } catch {
        await store.close()
        throw error
    }
}
