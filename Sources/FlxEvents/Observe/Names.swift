/// The names of FLX Events in logs, metrics and traces, after the OpenTelemetry semantic conventions for messaging.
public enum ObservedNames {
    /// Counter: events published (dimension: type).
    public static let published = "messaging.client.sent.messages"
    /// Counter: calls of handlers (dimensions: handler, type).
    public static let consumed = "messaging.client.consumed.messages"
    /// Counter: handler calls failed after all attempts (dimensions: handler, type).
    public static let failures = "flx.handler.failures"
    /// Counter: events that a subscription handled, a view applied or a relay sent (dimension: handler).
    public static let subscriptionHandled = "flx.subscription.handled"
    /// Counter: attempts of a subscription that failed (dimension: handler).
    public static let subscriptionFailed = "flx.subscription.failed"
    /// Counter: events that a subscription parked (dimension: handler).
    public static let subscriptionParked = "flx.subscription.parked"
    /// Gauge: positions between the checkpoint of a running subscription and the end of the log, which also counts events that the
    /// subscription does not select. Recorded three times in a lease time (dimension: handler).
    public static let subscriptionLag = "flx.subscription.lag"
    /// Timer: how long a publish took (dimension: type).
    public static let publishDuration = "messaging.client.operation.duration"
    /// Timer: the duration of a handler call (dimensions: handler, type).
    public static let processDuration = "messaging.process.duration"

    /// Dimension and span attribute: the type of the event.
    public static let type = "messaging.destination.name"
    /// Dimension and span attribute: the name of the handler.
    public static let handler = "messaging.consumer.group.name"
    /// Span attribute: the id of the event.
    public static let messageID = "messaging.message.id"
    /// Span attribute: the correlation of the event.
    public static let conversationID = "messaging.message.conversation_id"
    /// Span attribute: the system for the event; its value is ``systemName``.
    public static let system = "messaging.system"
    /// Span attribute: the operation on the event, `send` or `process`.
    public static let operation = "messaging.operation.type"
    /// The value of ``system``.
    public static let systemName = "flx"
}
