public import FlxCore

/// An event on its way through a bus: the envelope, its place in the log once it has one, and the value it was made from.
public struct Publication: Sendable {
    /// The envelope. A new payload cuts the tie to the value that the old one was made from.
    public var event: Event {
        didSet { if event.payload != oldValue.payload { value = nil } }
    }
    /// Where the event stands in the store; nil on a bus without one, and before the append.
    public internal(set) var place: AppendResult.Place?
    /// The typed value, when the publisher had one, so that a typed handler of the same process decodes nothing.
    private(set) var value: (any DomainEvent)?

    /// Takes an envelope.
    public init(_ event: Event) {
        self.event = event
    }

    /// Takes an envelope and the value in it.
    init(_ event: Event, value: any DomainEvent) {
        self.event = event
        self.value = value
    }

    /// The payload as a value of a type: the publisher's own, or decoded.
    /// - Throws: The errors of `Event.decode(as:)`.
    public func decode<Value: DomainEvent>(as type: Value.Type = Value.self) throws(FlxError) -> Value {
        if let value = value as? Value { return value }
        return try event.decode(as: type)
    }
}
