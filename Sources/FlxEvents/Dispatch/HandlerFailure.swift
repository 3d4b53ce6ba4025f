public import FlxCore

/// The failure of a handler for an event, after all its attempts.
public struct HandlerFailure: Error, Sendable, CustomStringConvertible {
    /// The name of the handler.
    public let handler: String
    /// The event.
    public let event: Event
    /// The number of attempts.
    public let attempts: Int
    /// The error of the last attempt; ``FlxError/Code/deadlineExceeded`` for an exceeded deadline.
    public let error: any Error

    init(handler: String, event: Event, attempts: Int, error: any Error) {
        self.handler = handler
        self.event = event
        self.attempts = attempts
        self.error = error
    }

    /// Handler, event, attempts and error on one line.
    public var description: String {
        "handler '\(handler)' failed on \(event.type) \(event.id) after \(attempts) attempt\(attempts == 1 ? "" : "s"): \(error)"
    }
}
