public import FlxCore

/// How an ``SQLiteEventStore`` is opened: where it lies, and how much it gives for durability, memory and readers.
public struct SQLiteConfiguration: Sendable {
    /// What the program may do with the store.
    public enum Access: Hashable, Sendable {
        /// Append and read; one process at a time.
        case readWrite
        /// Read only; possible while another process appends, and on a medium that cannot be written.
        case readOnly
    }

    /// What survives when an append has returned.
    public struct Durability: Hashable, Sendable {
        /// The value of SQLite's pragma `synchronous`.
        package let pragma: String

        /// Everything survives the end of the process and of the machine, if the disk honours a flush.
        public static let full = Durability(pragma: "FULL")
        /// Everything survives the end of the process. When the machine loses power the last moments may be gone, never anything in
        /// between; their positions may then be given a second time.
        public static let relaxed = Durability(pragma: "NORMAL")
        /// No flush at all: for tests that must see a loss.
        package static let off = Durability(pragma: "OFF")
    }

    /// The path of the database file; SQLite keeps `PATH-wal` and `PATH-shm` beside it while it is open.
    public var path: String
    /// What the program may do; read and write by default.
    public var access = Access.readWrite
    /// What survives; everything by default.
    public var durability = Durability.full
    /// The limits on appends and pages; an event may have at most 900,000,000 bytes here, as a row of SQLite can hold no more.
    public var limits = StoreLimits.standard
    /// How many reads run at the same time, 1 to 64; 2 by default. Others wait for their turn.
    public var readers = 2
    /// The memory that each connection may keep of the file, in KiB, 256 to 1,048,576; 8,192 by default.
    public var cacheKiB = 8_192
    /// After how many pages of 4 KiB the write-ahead log is copied into the database file, 16 to 1,000,000; 2,000 by default.
    ///
    /// The log reaches four times as much before the writer waits for reads under way to end.
    public var checkpointPages = 2_000
    /// The source of ``FlxCore/RecordedEvent/recordedTime``.
    public var clock = EventClock.system

    /// Describes the store at a path; all else is to be changed by its name.
    public init(path: String) {
        self.path = path
    }

    /// Describes the store at a path that is only read.
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

    /// What one row of SQLite, one call and one page can hold.
    private static func check(_ limits: StoreLimits) throws(FlxError) {
        let ranges: [(field: String, value: Int, range: ClosedRange<Int>)] = [
            ("eventBytes", limits.eventBytes, 1...900_000_000), ("appendEvents", limits.appendEvents, 1...10_000_000),
            ("appendBytes", limits.appendBytes, 1...(1 << 40)), ("pageBytes", limits.pageBytes, 1...(1 << 40)),
            ("tags", limits.tags, 0...100_000), ("extensions", limits.extensions, 0...100_000),
            ("boundaryTerms", limits.boundaryTerms, 1...100_000),
        ]
        for (field, value, range) in ranges where !range.contains(value) {
            throw FlxError(.invalidValue, "limits.\(field): \(value), must be \(range.lowerBound) to \(range.upperBound)")
        }
    }
}

extension SQLiteConfiguration: ExpressibleByStringLiteral {
    /// The path, written as a literal.
    public init(stringLiteral path: String) {
        self.init(path: path)
    }
}
