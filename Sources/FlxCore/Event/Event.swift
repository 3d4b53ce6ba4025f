/// The envelope of a fact: who, what, when, why, and the encoded payload.
///
/// It maps one to one to CloudEvents 1.0; each property names its attribute there. An event is a value: a bus completes it on publishing, a
/// store gives it a place (``RecordedEvent``), and nothing changes it after that.
public struct Event: Hashable, Identifiable, Sendable {
    /// The identity (`id`); the same id is the same event, everywhere and for ever.
    public var id: EventID
    /// The kind of fact (`type`).
    public var type: EventType
    /// The version of the payload's schema, from 1 (`schemaversion`, left out when 1).
    public var schemaVersion: Int
    /// The source of the event: a URI reference, not empty (`source`).
    @Exact public var source: String
    /// The event's stream (`subject`). Appending to a stream sets it.
    public var stream: StreamName?
    /// When it happened (`time`); nil when a foreign producer did not say.
    public var time: Timestamp?
    /// The content (`data` or `data_base64`, and `datacontenttype`).
    public var payload: Payload
    /// The event's conversation (`correlationid`).
    public var correlationID: EventID?
    /// The event that caused this one (`causationid`).
    public var causationID: EventID?
    /// The user behind the event (`userid`).
    @Exact public var userID: String?
    /// The place of the event in a distributed trace (`traceparent`, `tracestate`).
    public var trace: TraceContext?
    /// Labels to find it by, across streams (`tags`, parted by commas).
    public var tags: [Tag]
    /// The key for the order in a broker (`partitionkey`).
    @Exact public var partitionKey: String?
    /// The URI of the payload's schema (`dataschema`).
    @Exact public var dataSchema: String?
    /// All other attributes.
    public var extensions: [ExtensionName: ExtensionValue]

    /// The default source, for producers without a name.
    public static let defaultSource = "/flx"

    /// Makes an envelope of its parts; all but type and payload have sensible values of their own.
    public init(
        id: EventID = EventIDGenerator.system.next(), type: EventType, schemaVersion: Int = 1, source: String = defaultSource,
        stream: StreamName? = nil, time: Timestamp? = EventClock.system.now(), payload: Payload = .none,
        correlationID: EventID? = nil, causationID: EventID? = nil, userID: String? = nil, trace: TraceContext? = nil,
        tags: [Tag] = [], partitionKey: String? = nil, dataSchema: String? = nil, extensions: [ExtensionName: ExtensionValue] = [:]
    ) {
        self.id = id
        self.type = type
        self.schemaVersion = schemaVersion
        self.source = source
        self.stream = stream
        self.time = time
        self.payload = payload
        self.correlationID = correlationID
        self.causationID = causationID
        self.userID = userID
        self.trace = trace
        self.tags = tags
        self.partitionKey = partitionKey
        self.dataSchema = dataSchema
        self.extensions = extensions
    }
}

/// An event and its place in a store's log.
public struct RecordedEvent: Hashable, Identifiable, Sendable {
    /// The event, as it was appended; its `stream` is set.
    public let event: Event
    /// Its number within its stream, from 1.
    public let version: Version
    /// Its place in the whole log (`flxposition` in exports on request).
    public let position: Position
    /// The time of recording in the store (`flxrecordedtime` in exports on request).
    public let recordedTime: Timestamp

    /// The identity of the event.
    public var id: EventID { event.id }

    /// Joins an event and its place; for drivers.
    public init(event: Event, version: Version, position: Position, recordedTime: Timestamp) {
        self.event = event
        self.version = version
        self.position = position
        self.recordedTime = recordedTime
    }
}
