public import FlxCore

/// An event on its way through a bus: the envelope, its place in the log once it has one, and the value it was made from.
public struct Publication: Sendable {
    /// All of it in one object: an envelope is a large value, and every step of the way hands it on.
    private final class Content: Sendable {
        let event: Event
        let place: AppendResult.Place?
        let value: (any DomainEvent)?

        init(_ event: Event, _ place: AppendResult.Place?, _ value: (any DomainEvent)?) {
            self.event = event
            self.place = place
            self.value = value
        }
    }

    private var content: Content

    /// The envelope. A new payload drops the value of the old one.
    public var event: Event {
        get { content.event }
        set { content = Content(newValue, place, newValue.payload == content.event.payload ? content.value : nil) }
    }

    /// The place of the event in the store; nil on a bus without a store, and before the append.
    public internal(set) var place: AppendResult.Place? {
        get { content.place }
        set { content = Content(event, newValue, content.value) }
    }

    /// Takes an envelope.
    public init(_ event: Event) {
        content = Content(event, nil, nil)
    }

    /// Takes an envelope and the value in it.
    init(_ event: Event, value: any DomainEvent) {
        content = Content(event, nil, value)
    }

    /// Takes an event that is recorded.
    init(_ recorded: RecordedEvent) {
        content = Content(recorded.event, .init(position: recorded.position, version: recorded.version, isNew: false), nil)
    }

    /// The payload as a value of a type: the publisher's own, or decoded.
    /// - Throws: The errors of `Event.decode(as:)`.
    public func decode<Value: DomainEvent>(as type: Value.Type = Value.self) throws(FlxError) -> Value {
        if let value = content.value as? Value { return value }
        return try content.event.decode(as: type)
    }
}
