public import FlxCore

/// How a backup is taken.
public struct BackupOptions: Sendable {
    /// How many bytes of the store are copied a second at most; nil, the default, copies as fast as the disk can.
    public var bytesPerSecond: Int64?
    /// When the write-ahead log has so many bytes, the copy no longer holds back; 1 GiB by default.
    ///
    /// A copy looks at the file as it was at one moment, and until its end the log cannot start anew: it grows by all that is written
    /// meanwhile. A slow copy under many writers would fill the disk; this is where it stops to be slow.
    public var logBytes: Int64 = 1 << 30
    /// Whether what was written is read again and compared before it counts; it is by default.
    public var verifies = true
    /// What the pauses of a slow copy are measured by.
    public var clock: any Clock<Duration> = ContinuousClock()

    /// A backup at full speed, verified; all else is to be changed by its name.
    public init() {}
}

/// How far a backup, a restore or a repair is.
public struct BackupProgress: Hashable, Sendable {
    /// What is being done.
    public enum Stage: String, Sendable {
        /// Events are copied.
        case copy
        /// What was written is read again and compared.
        case verify
    }

    /// What is being done.
    public let stage: Stage
    /// How many events are done; while a file is copied, by the part of it that is.
    public let done: Int64
    /// How many there are.
    public let total: Int64
}

/// What a backup holds.
public struct BackupReport: Hashable, Sendable {
    /// The number of its events.
    public let events: Int64
    /// The place of the last of them.
    public let lastPosition: Position
    /// Its bytes on the disk.
    public let bytes: Int64
    /// How many of the events this run added.
    public let added: Int64
}

/// A moment of a log that a restore leads to.
public enum RestorePoint: Hashable, Sendable {
    /// All that the backup has.
    case end
    /// All events up to a position, and with it.
    case position(Position)
    /// All events before the first one that was recorded later than a time. An append has one time, so that it is never cut in two.
    case time(Timestamp)
}

/// What happens to the checkpoints of readers that had come further than the point of a restore.
public enum RestoredCheckpoints: String, Hashable, Sendable {
    /// They are dropped: the readers begin anew, and handle again all that they handled before the point.
    case drop
    /// They are put at the end of the restored log: the readers go on with what comes.
    case end
}

/// A reader that had come further than the point of a restore.
public struct RestoredReader: Hashable, Sendable {
    /// The name of its checkpoint.
    public let name: String
    /// The place that it had come to.
    public let before: Position
    /// The place at which it goes on; the start of the log when its checkpoint was dropped.
    public let after: Position
    /// The number of events in the restored log that it has passed before and reads again. It handles those that its selection has.
    public let repeats: Int64
}

/// What a restore brought back.
public struct RestoreReport: Hashable, Sendable {
    /// The number of events.
    public let events: Int64
    /// The place of the last of them.
    public let lastPosition: Position
    /// The readers that had come further than the point, in the order of their names.
    public let readers: [RestoredReader]
    /// The names of the views that had come further than the point; they are built anew.
    public let droppedViews: [String]
    /// The names of other tables that were emptied or dropped, since nothing tells what they held at the point.
    public let droppedTables: [String]

    /// The names of the checkpoints that lay beyond the point and were dropped: their readers begin anew.
    public var droppedCheckpoints: [String] { readers.filter { $0.after == .start }.map(\.name) }
}
