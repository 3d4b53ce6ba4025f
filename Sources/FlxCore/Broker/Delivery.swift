/// A named queue and the pattern of its event types.
public struct BrokerQueue: Hashable, Sendable {
    /// The name: 1 to 256 printable bytes.
    public let name: String
    /// The pattern of the event types for this queue.
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
    /// Returns the delivery to the queue, to be delivered again.
    case requeue
    /// Drops the delivery, or moves it to the broker's dead letters.
    case reject
}
