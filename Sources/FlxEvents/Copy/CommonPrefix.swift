public import FlxCore

/// The common beginning of two logs.
public struct CommonPrefix: Hashable, Sendable {
    /// The parts that must be equal for two events to be the same.
    public enum Measure: Sendable {
        /// The event, byte for byte, and its version, as kept by a copy.
        case events
        /// Also the position and the time of recording, as kept by a backup.
        case records
    }

    /// The end of the common beginning.
    public enum End: Hashable, Sendable {
        /// Nowhere: both end here.
        case both
        /// This log ends, and the other continues.
        case first
        /// The other log ends, and this one continues.
        case second
        /// Both continue, with different events.
        case difference(Position, Position)
    }

    /// The sum over the equal events.
    public fileprivate(set) var sum = LogSum()
    /// The place of the last of these in this log.
    public fileprivate(set) var position = Position.start
    /// The place of the last of these in the other log.
    public fileprivate(set) var otherPosition = Position.start
    /// True if each of these has the same position in both.
    public fileprivate(set) var hasSamePositions = true
    /// The end of the common beginning.
    public fileprivate(set) var end = End.both
}

extension EventStore {
    /// Reads this log and another from their beginnings, as long as they are the same.
    ///
    /// - Parameters:
    ///   - measure: The parts that must be equal.
    ///   - pageSize: The number of events of each log in memory.
    ///   - progress: Called with the number of events compared, after each page.
    /// - Throws: All errors of reading either of them; ``FlxError/Code/cancelled`` when the task is cancelled.
    public func commonPrefix(
        with other: any EventStore, by measure: CommonPrefix.Measure = .events, pageSize: Int = 1_000,
        progress: @Sendable (Int64) -> Void = { _ in }
    ) async throws(FlxError) -> CommonPrefix {
        var (cursor, otherCursor) = (LogCursor(self, pageSize: pageSize), LogCursor(other, pageSize: pageSize))
        var prefix = CommonPrefix()
        while true {
            let (event, otherEvent) = (try await cursor.next(), try await otherCursor.next())
            guard let event else {
                prefix.end = otherEvent == nil ? .both : .first
                return prefix
            }
            guard let otherEvent else {
                prefix.end = .second
                return prefix
            }
            guard measure.isSame(event, otherEvent) else {
                prefix.end = .difference(event.position, otherEvent.position)
                return prefix
            }
            prefix.sum.add(event)
            (prefix.position, prefix.otherPosition) = (event.position, otherEvent.position)
            if event.position != otherEvent.position { prefix.hasSamePositions = false }
            if prefix.sum.events % Int64(max(1, pageSize)) == 0 { progress(prefix.sum.events) }
        }
    }
}

extension CommonPrefix.Measure {
    fileprivate func isSame(_ left: RecordedEvent, _ right: RecordedEvent) -> Bool {
        switch self {
        case .events: left.version == right.version && left.event == right.event
        case .records: left == right
        }
    }
}
