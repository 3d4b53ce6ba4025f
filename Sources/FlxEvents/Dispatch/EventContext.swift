public import FlxCore

/// The context of events published by the current task: correlation, causation, user and trace. It flows with the task.
///
/// Inside a handler it tells of the event being handled, so that what the handler publishes names that as its cause. A server sets
/// it for a request: `EventContext(correlationID: id, userID: user).run { … }`.
public struct EventContext: Sendable {
    /// The context of the current task.
    public static var current: EventContext? { Scope.current?.context }

    /// The conversation.
    public var correlationID: EventID?
    /// The event that is being handled.
    public var causationID: EventID?
    /// The user on whose behalf the work is done.
    public var userID: String?
    /// The trace that the work belongs to.
    public var trace: TraceContext?
    /// True while a handler is running: its publishing never waits for another handler's turn (see ``Lane``).
    var isHandling = false

    /// Makes a context for work that is not the handling of an event.
    public init(correlationID: EventID? = nil, causationID: EventID? = nil, userID: String? = nil, trace: TraceContext? = nil) {
        self.correlationID = correlationID
        self.causationID = causationID
        self.userID = userID
        self.trace = trace
    }

    /// The context inside the handlers of an event. An event that starts a conversation gives it its own id.
    init(handling event: Event) {
        correlationID = event.correlationID ?? event.id
        causationID = event.id
        userID = event.userID
        trace = event.trace
        isHandling = true
    }

    /// Runs work in this context. Inside a handler, the work still belongs to the handler.
    public func run<Success>(
        isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Success
    ) async rethrows -> Success {
        var context = self
        context.isHandling = isHandling || Scope.current?.isHandling ?? false
        return try await Scope.$current.withValue(.given(context), operation: work)
    }

    /// Completes an event: what it does not say of itself comes from the context.
    func complete(_ event: inout Event) {
        if event.correlationID == nil { event.correlationID = correlationID }
        if event.causationID == nil { event.causationID = causationID }
        if event.userID == nil { event.userID = userID }
        if event.trace == nil { event.trace = trace }
    }
}
