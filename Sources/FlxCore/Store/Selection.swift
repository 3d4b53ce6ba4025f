/// A selection of events: by stream, by a query over types and tags, and by time. An event must match all three.
public struct Selection: Hashable, Sendable {
    /// The selected streams.
    public enum Scope: Sendable {
        /// All streams.
        case all
        /// One stream.
        case stream(StreamName)
        /// All streams with a prefix, byte for byte.
        case prefix(String)
    }

    /// The streams.
    public var scope: Scope
    /// The types and tags.
    public var query: Query
    /// The earliest time, included; events without a time have the time of their recording.
    public var since: Timestamp?
    /// The latest time, excluded.
    public var until: Timestamp?

    /// Creates a selection. By default each part matches every event.
    public init(_ scope: Scope = .all, _ query: Query = .all, since: Timestamp? = nil, until: Timestamp? = nil) {
        self.scope = scope
        self.query = query
        self.since = since
        self.until = until
    }

    /// Every event.
    public static let all = Selection()
    /// The events of one stream.
    public static func stream(_ name: StreamName) -> Selection { Selection(.stream(name)) }
    /// The events of all streams with a prefix.
    public static func prefix(_ text: String) -> Selection { Selection(.prefix(text)) }
    /// The events of some types.
    public static func types(_ types: EventType...) -> Selection { Selection(.all, Query(criteria: [.init(types: types)])) }
    /// The events with all of the tags.
    public static func tags(_ tags: Tag...) -> Selection { Selection(.all, Query(criteria: [.init(tags: tags)])) }

    /// Returns true if the selection has the event.
    public func matches(_ recorded: RecordedEvent) -> Bool {
        let inScope = switch scope {
        case .all: true
        case .stream(let name): recorded.event.stream == name
        case .prefix(let text): recorded.event.stream?.description.utf8.starts(with: text.utf8) ?? false
        }
        let time = recorded.event.time ?? recorded.recordedTime
        return inScope && query.matches(recorded.event) && since.map { time >= $0 } ?? true && until.map { time < $0 } ?? true
    }
}

extension Selection.Scope: Hashable {
    /// The same streams; names and prefixes byte for byte.
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.all, .all): true
        case (.stream(let left), .stream(let right)): left == right
        case (.prefix(let left), .prefix(let right)): ExactText.same(left, right)
        default: false
        }
    }

    /// Equal for equal scopes.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .all: break
        case .stream(let name): hasher.combine(name)
        case .prefix(let text): hasher.combine(ExactText(text))
        }
    }
}
