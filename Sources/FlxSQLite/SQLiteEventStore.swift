public import FlxCore
import GRDB

/// An event store in one SQLite file: durable and indexed, for one writing process and any number of reading processes.
///
/// ```swift
/// let store = try await SQLiteEventStore.open("events.db")
/// try await store.append([event], to: "order-1")
/// ```
///
/// Concurrent appends share a transaction and a flush to disk; each succeeds or fails by itself. While another program
/// holds the file, each append waits at most five seconds, then fails as ``FlxCore/FlxError/Code/locked``. Every event
/// read is compared with its checksum. A damaged event is an error, never wrong data.
///
/// Reads of the whole log need no index. Reads by stream, type, tag or id are as complete as the index. Lost entries are an
/// error if they are between two events of a stream, or of the last 32 events when the store is opened. Only
/// ``verify(progress:)`` finds all others, since that takes as long as reading all events.
///
/// If a process limits the size of its files (`RLIMIT_FSIZE`), it must ignore the signal `SIGXFSZ`. Then it gets
/// ``FlxCore/FlxError/Code/storageFull``; otherwise the signal ends the process.
public final class SQLiteEventStore: EventStore {
    /// The configuration of the store, with an absolute path.
    public let configuration: SQLiteConfiguration

    let readers: Readers
    let writer: Writer?
    let doorbell: Doorbell
    let migrations: Migrations
    /// The opened file. It may lose its name later.
    let file: FileIdentity?
    private let lock: StoreLock?
    let ending = Ending()

    static let closed = FlxError(.closed, "the SQLite store is closed")

    /// Opens a store. If the file does not exist and the access is not read-only, creates it.
    /// - Throws: ``FlxCore/FlxError/Code/locked`` if it is already open for writing;
    ///   ``FlxCore/FlxError/Code/incompatibleFormat`` if the file is something else or has a newer format;
    ///   ``FlxCore/FlxError/Code/notFound`` if the folder is missing, or the file of a read-only store;
    ///   ``FlxCore/FlxError/Code/readOnly``, ``FlxCore/FlxError/Code/storageFull``, ``FlxCore/FlxError/Code/io`` or
    ///   ``FlxCore/FlxError/Code/invalidValue``.
    public static func open(_ configuration: SQLiteConfiguration) async throws(FlxError) -> SQLiteEventStore {
        try await open(configuration, migrations: Schema.migrations)
    }

    /// Opens a store with the given migrations. For tests.
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

    /// Opens all connections of a writable store, or none.
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

    /// Checks an append, and returns it with the writer.
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
    /// A page ends after at most 20,000 examined events. It may be short or empty before the end of the log.
    public func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        guard limit >= 1 else { throw FlxError(.invalidValue, "read: the limit is \(limit), it must be 1 or more") }
        let pageBytes = configuration.limits.pageBytes
        return try await readers.read { reader throws(FlxError) in
            try reader.page(selection, direction, limit: limit, pageBytes: pageBytes)
        }
    }

    /// See ``FlxCore/EventStore/wait(after:)``. A read-only store checks for new events every 50 ms. If its file was
    /// moved or replaced, it fails as ``FlxCore/FlxError/Code/locked``, since no event will be added to that file.
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
    /// Opens a store in an SQLite file with default settings.
    /// - Throws: The errors of ``SQLiteEventStore/open(_:)``.
    public static func sqlite(_ path: String) async throws(FlxError) -> SQLiteEventStore {
        try await .open(SQLiteConfiguration(path: path))
    }
}

/// Opens a store, runs the body, and closes the store.
/// - Throws: The errors of ``SQLiteEventStore/open(_:)`` and of the body.
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
