public import FlxCore

/// The context of events published by the current task: correlation, causation, user and trace. It flows with the task.
///
/// Inside a handler it describes the handled event: events published by the handler have it as their cause. A server sets it for a request:
/// `EventContext(correlationID: id, userID: user).run { … }`.
public struct EventContext: Sendable {
    /// The context of the current task.
    public static var current: EventContext? { Scope.current?.context }

    /// The conversation.
    public var correlationID: EventID?
    /// The event being handled.
    public var causationID: EventID?
    /// The user behind the work.
    public var userID: String?
    /// The trace of the work.
    public var trace: TraceContext?
    /// True while a handler is running: its publishing never waits for another handler's turn (see ``Lane``).
    var isHandling = false

    /// Creates a context for work other than handling an event.
    public init(correlationID: EventID? = nil, causationID: EventID? = nil, userID: String? = nil, trace: TraceContext? = nil) {
        self.correlationID = correlationID
        self.causationID = causationID
        self.userID = userID
        self.trace = trace
    }

    /// The context inside the handlers of an event. Without a correlation id, the event's own id starts the conversation.
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

    /// Completes an event: attributes it lacks come from the context.
    func complete(_ event: inout Event) {
        if event.correlationID == nil { event.correlationID = correlationID }
        if event.causationID == nil { event.causationID = causationID }
        if event.userID == nil { event.userID = userID }
        if event.trace == nil { event.trace = trace }
    }
}
