/// A stream and its content.
public struct StreamSummary: Hashable, Sendable {
    /// The name.
    public let name: StreamName
    /// The number of its events, equal to its version.
    public let events: Int64
    /// The place of its last event.
    public let lastPosition: Position

    /// Joins the parts; for drivers.
    public init(name: StreamName, events: Int64, lastPosition: Position) {
        self.name = name
        self.events = events
        self.lastPosition = lastPosition
    }
}

/// A type and its number of events.
public struct TypeSummary: Hashable, Sendable {
    /// The type.
    public let type: EventType
    /// The number of its events.
    public let events: Int64

    /// Joins the parts; for drivers.
    public init(type: EventType, events: Int64) {
        self.type = type
        self.events = events
    }
}

/// The size of a store.
public struct StatisticsSnapshot: Hashable, Sendable {
    /// The number of events.
    public let events: Int64
    /// The number of streams.
    public let streams: Int64
    /// The number of types.
    public let types: Int64
    /// The place of the last event.
    public let lastPosition: Position
    /// The bytes of the store on its medium, as far as known.
    public let bytes: Int64

    /// Joins the parts; for drivers.
    public init(events: Int64, streams: Int64, types: Int64, lastPosition: Position, bytes: Int64) {
        self.events = events
        self.streams = streams
        self.types = types
        self.lastPosition = lastPosition
        self.bytes = bytes
    }
}

/// The outcome of a verification.
public struct VerificationReport: Hashable, Sendable {
    /// One fault.
    public struct Fault: Hashable, Sendable {
        /// The position of the event; nil if no single event is concerned.
        public let position: Position?
        /// The fault, in words.
        public let message: String

        /// Names a fault; for drivers.
        public init(position: Position?, message: String) {
            self.position = position
            self.message = message
        }
    }

    /// The number of events read.
    public let events: Int64
    /// The faults.
    public let faults: [Fault]

    /// Joins the parts; for drivers.
    public init(events: Int64, faults: [Fault]) {
        self.events = events
        self.faults = faults
    }
}
