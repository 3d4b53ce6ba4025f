/// The end of a replay.
public enum ReplayEnd: Hashable, Sendable {
    /// To the last event that is there when the replay begins; events that come meanwhile may be taken with it.
    case latest
    /// To a position, included, or to the last event if that stands before it.
    case position(Position)
    /// Over all events whose own time (without one, the time of their recording) lies before an instant, wherever they stand: what was
    /// true then. The log need not be in the order of time; such a state is a look back, and no place to go on from.
    case time(Timestamp)
    /// Over the first events of each stream, up to a version, included: what one stream was then. It is a look back too.
    case version(Version)

    /// The last position that may be applied.
    var bound: Position {
        if case .position(let position) = self { position } else { .end }
    }

    /// Returns true if an event of the selection belongs to the replay.
    func includes(_ recorded: RecordedEvent) -> Bool {
        switch self {
        case .latest, .time: true
        case .position(let position): recorded.position <= position
        case .version(let version): recorded.version <= version
        }
    }

    /// The end itself where it leads to a state that is no place to go on from.
    var lookBack: ReplayEnd? {
        switch self {
        case .latest, .position: nil
        case .time, .version: self
        }
    }

    /// The instant that is looked back from.
    var horizon: Timestamp? {
        if case .time(let instant) = self { instant } else { nil }
    }
}

/// The progress of a projection.
public struct ProjectionProgress: Hashable, Sendable {
    /// Every selected event up to here has been applied.
    public let checkpoint: Position
    /// The last position that was there when the run began; a checkpoint beyond it is live.
    public let end: Position
    /// The number of events that the projection was given since it was made or reset.
    public let events: Int64
    /// The number of those that it handled.
    public let handled: Int64

    /// Joins the parts, for tests of what shows progress.
    public init(checkpoint: Position, end: Position, events: Int64, handled: Int64) {
        self.checkpoint = checkpoint
        self.end = end
        self.events = events
        self.handled = handled
    }
}

extension FlxError.Code {
    /// The value is at work, and does one thing at a time.
    public static let alreadyRunning = Self("alreadyRunning")
}
