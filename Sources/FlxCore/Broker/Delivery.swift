/// A named queue and the types that go into it.
public struct BrokerQueue: Hashable, Sendable {
    /// The name: 1 to 256 printable bytes.
    public let name: String
    /// The types of events that go into it.
    public let pattern: EventPattern

    /// Names a queue.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` for a bad name.
    public init(_ name: String, of pattern: EventPattern) throws(FlxError) {
        self.name = try NameRule.checked(name, field: "queue")
        self.pattern = pattern
    }

    /// The name byte for byte, and the pattern.
    public static func == (left: Self, right: Self) -> Bool {
        ExactText.same(left.name, right.name) && left.pattern == right.pattern
    }
}

/// One arrival of an event.
public struct Delivery: Sendable {
    /// The event.
    public let event: Event
    /// True if it was delivered before without being settled, as far as the broker knows.
    public let isRedelivered: Bool

    /// Joins the parts; for drivers.
    public init(event: Event, isRedelivered: Bool) {
        self.event = event
        self.isRedelivered = isRedelivered
    }
}

/// The settlement of a delivery.
public enum Disposition: Hashable, Sendable {
    /// It is done with.
    case ack
    /// It goes back to the queue, to be delivered again.
    case requeue
    /// It is dropped, or goes where the broker keeps dead letters.
    case reject
}
