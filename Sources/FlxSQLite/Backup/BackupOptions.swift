public import FlxCore

/// The options of a backup.
public struct BackupOptions: Sendable {
    /// The maximum number of bytes copied per second; nil, the default, means no limit.
    public var bytesPerSecond: Int64?
    /// The size of the write-ahead log at which the copy ignores its speed limit; 1 GiB by default.
    ///
    /// A copy reads the file as of one moment, and until it ends the log cannot restart: the log grows by everything
    /// written meanwhile. A slow copy under many writers would fill the disk. Therefore the copy continues at full
    /// speed from this size.
    public var logBytes: Int64 = 1 << 30
    /// True if the written data is read again and compared before it counts; true by default.
    public var verifies = true
    /// The clock by which a slow copy measures its speed and its pauses.
    public var clock: any Clock<Duration> = ContinuousClock()

    /// Creates options for a verified backup at full speed.
    public init() {}
}

/// The progress of a backup, a restore or a repair.
public struct BackupProgress: Hashable, Sendable {
    /// The kind of work.
    public enum Stage: String, Sendable {
        /// Events are copied.
        case copy
        /// The written data is read again and compared.
        case verify
    }

    /// The current kind of work.
    public let stage: Stage
    /// The number of events done; during the copy of a file, an estimate from the part copied.
    public let done: Int64
    /// The total number of events.
    public let total: Int64
}

/// The content of a backup.
public struct BackupReport: Hashable, Sendable {
    /// The number of events.
    public let events: Int64
    /// The position of the last event.
    public let lastPosition: Position
    /// The size on disk, in bytes.
    public let bytes: Int64
    /// The number of events added by this run.
    public let added: Int64
}

/// The target point of a restore.
public enum RestorePoint: Hashable, Sendable {
    /// The end of the backup.
    case end
    /// The event at a position, with all events before it.
    case position(Position)
    /// The last event before the first one recorded later than a time. The events of an append have one time, so no
    /// append is cut in two.
    case time(Timestamp)
}

/// The treatment of readers' checkpoints beyond the point of a restore.
public enum RestoredCheckpoints: String, Hashable, Sendable {
    /// Drops them. The readers begin again at the start, and handle again all events before the point.
    case drop
    /// Sets them to the end of the restored log. The readers continue with new events.
    case end
}

/// A reader with a checkpoint beyond the point of a restore.
public struct RestoredReader: Hashable, Sendable {
    /// The name of the checkpoint.
    public let name: String
    /// The reader's position in the backup.
    public let before: Position
    /// The reader's position after the restore; the start of the log if its checkpoint was dropped.
    public let after: Position
    /// The number of events in the restored log to be read again. The reader handles those in its selection.
    public let repeats: Int64
}

/// The result of a restore.
public struct RestoreReport: Hashable, Sendable {
    /// The number of events.
    public let events: Int64
    /// The position of the last event.
    public let lastPosition: Position
    /// The readers with checkpoints beyond the point, in the order of their names.
    public let readers: [RestoredReader]
    /// The names of the views dropped because they were beyond the point. They will be built again.
    public let droppedViews: [String]
    /// The faults of views that were damaged in the backup, one sentence each. They were taken away, and will be built again.
    public let damagedViews: [String]
    /// The names of other tables emptied or dropped, since their content at the point is unknown.
    public let droppedTables: [String]
    /// The spaces of records beside the log that are as they were at the end of the backup, such as `timers:reminders`, in the order of
    /// their names. What they say may come from events after the point: look at them before the service starts.
    public let keptSpaces: [String]

    /// The names of the dropped checkpoints. Their readers begin again at the start.
    public var droppedCheckpoints: [String] { readers.filter { $0.after == .start }.map(\.name) }
}
