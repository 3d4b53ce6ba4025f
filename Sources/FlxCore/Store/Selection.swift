/// A selection of events: by stream, by a query over types and tags, and by time. An event must match all three.
public struct Selection: Hashable, Sendable {
    /// The selected streams.
    ///
    /// Only ``Selection/Scope/everything``, the name of a system stream, or a prefix that begins with ``StreamName/systemPrefix`` selects
    /// system streams.
    public enum Scope: Sendable {
        /// All streams but system streams.
        case all
        /// All streams, also system streams.
        case everything
        /// One stream.
        case stream(StreamName)
        /// All streams with a prefix, byte for byte. System streams are left out, unless the prefix itself begins with `flx-`.
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

    /// Creates a selection. By default it matches every event but those of system streams.
    public init(_ scope: Scope = .all, _ query: Query = .all, since: Timestamp? = nil, until: Timestamp? = nil) {
        self.scope = scope
        self.query = query
        self.since = since
        self.until = until
    }

    /// Every event but those of system streams: the events of the users.
    public static let all = Selection()
    /// Every event, also those of system streams: for copies, backups and checks of the whole log.
    public static let everything = Selection(.everything)
    /// The events of one stream.
    public static func stream(_ name: StreamName) -> Selection { Selection(.stream(name)) }
    /// The events of all streams with a prefix. System streams are left out, unless the prefix itself begins with `flx-`.
    public static func prefix(_ text: String) -> Selection { Selection(.prefix(text)) }
    /// The events of some types, except those of system streams.
    public static func types(_ types: EventType...) -> Selection { Selection(.all, Query(criteria: [.init(types: types)])) }
    /// The events with all of the tags, except those of system streams.
    public static func tags(_ tags: Tag...) -> Selection { Selection(.all, Query(criteria: [.init(tags: tags)])) }

    /// Returns true if the selection has the event.
    public func matches(_ recorded: RecordedEvent) -> Bool {
        guard scope.contains(recorded.event.stream), query.matches(recorded.event) else { return false }
        let time = recorded.event.time ?? recorded.recordedTime
        return since.map { time >= $0 } ?? true && until.map { time < $0 } ?? true
    }
}

extension Selection.Scope {
    /// Returns true if a stream is selected. It is the rule for reads and for conditions, in all drivers.
    public func contains(_ stream: StreamName?) -> Bool {
        switch self {
        case .all: !(stream?.isSystem ?? false)
        case .everything: true
        case .stream(let name): stream == name
        case .prefix(let text):
            stream.map { $0.description.utf8.starts(with: text.utf8) && (!$0.isSystem || StreamName.isSystem(text)) } ?? false
        }
    }
}

extension Selection.Scope: Hashable {
    /// The same streams; names and prefixes byte for byte.
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.all, .all), (.everything, .everything): true
        case (.stream(let left), .stream(let right)): left == right
        case (.prefix(let left), .prefix(let right)): ExactText.same(left, right)
        default: false
        }
    }

    /// Equal for equal scopes.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .all: hasher.combine(0)
        case .everything: hasher.combine(1)
        case .stream(let name): hasher.combine(name)
        case .prefix(let text): hasher.combine(ExactText(text))
        }
    }
}
