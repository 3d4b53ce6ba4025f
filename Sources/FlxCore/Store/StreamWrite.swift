/// The expected version of a stream before an append.
public enum ExpectedVersion: Hashable, Sendable {
    /// Any version.
    case any
    /// No event yet.
    case noStream
    /// At least one event.
    case exists
    /// Exactly this number of events.
    case exactly(Version)

    /// Returns true if the version of a stream meets the expectation.
    public func allows(_ actual: Version) -> Bool {
        switch self {
        case .any: true
        case .noStream: actual == .none
        case .exists: actual > .none
        case .exactly(let version): actual == version
        }
    }
}

extension ExpectedVersion: CustomStringConvertible {
    /// `any`, `none`, `exists`, or the version.
    public var description: String {
        switch self {
        case .any: "any"
        case .noStream: "none"
        case .exists: "exists"
        case .exactly(let version): "\(version)"
        }
    }
}

/// Events for one stream, as a part of an append.
public struct StreamWrite: Sendable {
    /// The stream to append to.
    public let stream: StreamName
    /// The expected version of the stream.
    public let expected: ExpectedVersion
    /// The events, in order; each has the stream as its own.
    public let events: [Event]

    /// Creates the part of an append for one stream.
    public init(_ events: [Event], to stream: StreamName, expecting expected: ExpectedVersion = .any) {
        self.stream = stream
        self.expected = expected
        self.events = events.allSatisfy { $0.stream == stream } ? events : events.map { event in
            var event = event
            event.stream = stream
            return event
        }
    }
}

/// A condition beyond one stream: the append fails if an event matching the query was recorded after the position. Events of system streams
/// do not count, unless the scope selects them.
///
/// It protects a decision made from the query's events up to a position against every relevant change. The idea is the dynamic consistency
/// boundary, https://dcb.events.
public struct Boundary: Hashable, Sendable {
    /// The query for events relevant to the decision.
    public let query: Query
    /// The streams with such events; by default all but system streams, as for reads.
    public let scope: Selection.Scope
    /// The last position known to the decision.
    public let position: Position

    /// Rules out events of the streams matching the query after the position. A position beyond the end of the log is refused: such a
    /// decision was made on another log.
    public init(_ query: Query, in scope: Selection.Scope = .all, after position: Position) {
        self.query = query
        self.scope = scope
        self.position = position
    }

    /// Returns true if the event is relevant to the decision, wherever it is.
    public func matches(_ event: Event) -> Bool { scope.contains(event.stream) && query.matches(event) }
}

/// The places of the events of an append, given by it or by an earlier one.
public struct AppendResult: Hashable, Sendable {
    /// The place of one event.
    public struct Place: Hashable, Sendable {
        /// Its place in the whole log.
        public let position: Position
        /// Its number within its stream.
        public let version: Version
        /// True if this append recorded it; false if an earlier one had.
        public let isNew: Bool

        /// Names a place; for drivers.
        public init(position: Position, version: Version, isNew: Bool) {
            self.position = position
            self.version = version
            self.isNew = isNew
        }
    }

    /// A place for each event, in the order of the append.
    public let places: [Place]

    /// Collects places; for drivers.
    public init(places: [Place]) {
        self.places = places
    }

    /// The greatest of the positions; nil for an append of nothing.
    public var lastPosition: Position? { places.lazy.map(\.position).max() }
}
