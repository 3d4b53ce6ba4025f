import FlxCore

/// Writes a log as a file, event by event.
protocol LogWriter {
    /// Examines an event before anything is written; for formats that begin with a summary of their content.
    mutating func survey(_ event: Event) throws(FlxError)
    /// The bytes before the events; a part of them while ``hasBegun`` is false.
    mutating func begin() throws(FlxError) -> [UInt8]
    /// True if everything before the events was returned; otherwise there is another survey.
    var hasBegun: Bool { get }
    /// An event of a stream.
    mutating func write(_ recorded: RecordedEvent) throws(FlxError) -> [UInt8]
    /// The bytes after the events.
    mutating func end() -> [UInt8]
    /// True if events are wanted stream by stream instead of in the order of the log.
    static var isByStream: Bool { get }
    /// True if all events are looked at first.
    static var hasSurvey: Bool { get }
}

extension LogWriter {
    static var isByStream: Bool { false }
    static var hasSurvey: Bool { false }
    var hasBegun: Bool { true }
    mutating func survey(_ event: Event) {}
    mutating func begin() -> [UInt8] { [] }
    mutating func end() -> [UInt8] { [] }
}

/// Writes CloudEvents, one a line.
struct JSONLinesWriter: LogWriter {
    /// True to write the place of each event in the store.
    let places: Bool
    /// True if the lines are the elements of one array.
    private let isArray: Bool
    private var hasEvent = false

    init(places: Bool, isArray: Bool = false) {
        (self.places, self.isArray) = (places, isArray)
    }

    mutating func write(_ recorded: RecordedEvent) -> [UInt8] {
        let event = places ? CloudEventsJSON.encode(recorded) : CloudEventsJSON.encode(recorded.event)
        guard isArray else { return event + [UInt8(ascii: "\n")] }
        defer { hasEvent = true }
        return Array((hasEvent ? ",\n" : "[\n").utf8) + event
    }

    func end() -> [UInt8] { isArray ? Array((hasEvent ? "\n]\n" : "[]\n").utf8) : [] }
}
