public import FlxCore

/// The settings of an ``SQLiteEventStore``: path, access, durability, memory and readers.
public struct SQLiteConfiguration: Sendable {
    /// The kind of access to the store.
    public enum Access: Hashable, Sendable {
        /// Append and read. Only one process at a time can have this access.
        case readWrite
        /// Read only. Works while another process appends, and on a read-only medium.
        case readOnly
    }

    /// The durability of an append that has returned.
    public struct Durability: Hashable, Sendable {
        /// The value of SQLite's pragma `synchronous`.
        package let pragma: String

        /// Every event survives a crash of the process or of the machine, if the disk honours flushes.
        public static let full = Durability(pragma: "FULL")
        /// Every event survives a crash of the process. A loss of power may remove the latest events, but never leaves
        /// a gap. The positions of removed events may be assigned again.
        public static let relaxed = Durability(pragma: "NORMAL")
        /// No flush at all. For tests of data loss.
        package static let off = Durability(pragma: "OFF")
    }

    /// The path of the database file. While it is open, SQLite keeps `PATH-wal` and `PATH-shm` beside it.
    public var path: String
    /// The kind of access; read and write by default.
    public var access = Access.readWrite
    /// The durability of appends; full by default.
    public var durability = Durability.full
    /// The limits on appends and pages. In this store an event, and the body of a record, has at most 900,000,000 bytes,
    /// since the size of an SQLite row is limited.
    public var limits = StoreLimits.standard
    /// The maximum number of concurrent reads, 1 to 64; 2 by default. Further reads wait for their turn.
    public var readers = 2
    /// The maximum size of each connection's page cache in KiB, 256 to 1,048,576; 8,192 by default.
    public var cacheKiB = 8_192
    /// The number of 4 KiB pages written to the write-ahead log before it is copied into the database file, 16 to
    /// 1,000,000; 2,000 by default.
    ///
    /// If the log reaches four times this number, the writer waits for running reads to end.
    public var checkpointPages = 2_000
    /// The source of ``FlxCore/RecordedEvent/recordedTime``.
    public var clock = EventClock.system

    /// Creates a configuration for the store at a path, with defaults for everything else.
    public init(path: String) {
        self.path = path
    }

    /// Creates a configuration for a store that is only read.
    public static func readOnly(path: String) -> SQLiteConfiguration {
        var configuration = SQLiteConfiguration(path: path)
        configuration.access = .readOnly
        return configuration
    }

    func check() throws(FlxError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw FlxError(.invalidValue, "path: must not be empty; give the path of the store's file, such as events.db")
        }
        guard (1...64).contains(readers) else { throw FlxError(.invalidValue, "readers: \(readers), must be 1 to 64") }
        guard (256...1_048_576).contains(cacheKiB) else {
            throw FlxError(.invalidValue, "cacheKiB: \(cacheKiB), must be 256 to 1048576")
        }
        guard (16...1_000_000).contains(checkpointPages) else {
            throw FlxError(.invalidValue, "checkpointPages: \(checkpointPages), must be 16 to 1000000")
        }
        try Self.check(limits)
    }

    /// Checks the limits against the capacity of an SQLite row, a call and a page.
    private static func check(_ limits: StoreLimits) throws(FlxError) {
        let ranges: [(field: String, value: Int, range: ClosedRange<Int>)] = [
            ("eventBytes", limits.eventBytes, 1...900_000_000), ("appendEvents", limits.appendEvents, 1...10_000_000),
            ("appendBytes", limits.appendBytes, 1...(1 << 40)), ("pageBytes", limits.pageBytes, 1...(1 << 40)),
            ("tags", limits.tags, 0...100_000), ("extensions", limits.extensions, 0...100_000),
            ("boundaryTerms", limits.boundaryTerms, 1...100_000), ("stateBytes", limits.stateBytes, 1_024...900_000_000),
            ("stateEntries", limits.stateEntries, 0...EntryCoding.most), ("stateKeys", limits.stateKeys, 1_000...10_000_000),
        ]
        for (field, value, range) in ranges where !range.contains(value) {
            throw FlxError(.invalidValue, "limits.\(field): \(value), must be \(range.lowerBound) to \(range.upperBound)")
        }
    }
}

extension SQLiteConfiguration: ExpressibleByStringLiteral {
    /// Creates a configuration from a literal path.
    public init(stringLiteral path: String) {
        self.init(path: path)
    }
}
