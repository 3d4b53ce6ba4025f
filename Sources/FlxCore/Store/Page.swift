/// The direction of a read.
public enum ReadDirection: Hashable, Sendable {
    /// From the first event after a position towards the end.
    case forward(after: Position)
    /// From the last event before a position towards the beginning.
    case backward(before: Position)

    /// From the very beginning.
    public static let forward = ReadDirection.forward(after: .start)
    /// From the very end.
    public static let backward = ReadDirection.backward(before: .end)
}

/// One page of a read.
public struct Page: Sendable {
    /// The events, in the direction of the read.
    public let events: [RecordedEvent]
    /// The end of the examined part: every selected event up to here (or down to here, backward) is on this page or an earlier one. The
    /// next read continues from here. A checkpoint may be set here, even if no event was selected.
    public let through: Position
    /// True if the read reached the end of the log, as it was when the read began.
    public let isLast: Bool

    /// Makes a page; for drivers.
    public init(events: [RecordedEvent], through: Position, isLast: Bool) {
        self.events = events
        self.through = through
        self.isLast = isLast
    }
}
