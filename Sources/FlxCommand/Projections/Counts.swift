import FlxEvents

/// The numbers of events by type.
struct CountsByType: Projection {
    static let name = "counts-by-type"
    private(set) var counts: [EventType: Int64] = [:]

    mutating func apply(_ recorded: RecordedEvent) -> Bool {
        counts[recorded.event.type, default: 0] += 1
        return true
    }
}

/// The numbers of events by stream.
struct CountsByStream: Projection {
    static let name = "counts-by-stream"
    private(set) var counts: [StreamName: Int64] = [:]

    mutating func apply(_ recorded: RecordedEvent) -> Bool {
        guard let stream = recorded.event.stream else { return false }
        counts[stream, default: 0] += 1
        return true
    }
}

/// The content of a stream, or of any other selection.
struct StreamView: Projection {
    static let name = "stream-view"
    private(set) var events: Int64 = 0
    private(set) var firstTime: Timestamp?
    private(set) var lastTime: Timestamp?
    private(set) var lastPosition: Position?
    private(set) var types: [EventType: Int64] = [:]

    mutating func apply(_ recorded: RecordedEvent) -> Bool {
        events += 1
        types[recorded.event.type, default: 0] += 1
        lastPosition = recorded.position
        if let time = recorded.event.time {
            firstTime = firstTime.map { min($0, time) } ?? time
            lastTime = lastTime.map { max($0, time) } ?? time
        }
        return true
    }
}
