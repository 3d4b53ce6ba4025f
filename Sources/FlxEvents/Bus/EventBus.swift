public import FlxCore

/// Publish and subscribe within a process: the contract that every bus keeps and `EventBusRules` of FlxTesting checks.
///
/// **Order.** The handlers of an event run in the order in which they subscribed; a publisher's next event reaches a handler after its
/// last one was handled, except for calls that are ``PublishReceipt/Call/Result/deferred``.
///
/// **Isolation.** What a handler throws, or a deadline that passes, is reported and stops no other handler and no publisher.
///
/// **Nesting.** Handlers may publish, subscribe and cancel. An event published from a handler has the handled event as its cause.
///
/// **Threads.** Every method may be called from any task at any time.
public protocol EventBus: Sendable {
    /// The configuration: the completion of envelopes, middleware and reports.
    var configuration: BusConfiguration { get }

    /// Publishes events in order and returns when each handler has done its work, failed, or been deferred.
    ///
    /// On a bus with a store all events are recorded first, all or none. Cancelling the task after that changes nothing.
    /// - Throws: What a middleware or the store throws, and ``FlxError/Code/closed``; nothing was published then, unless
    ///   ``FlxError/isOutcomeUnknown`` is true. Failed handlers are not thrown: they stand in the receipt.
    @discardableResult
    func publish(_ publications: [Publication]) async throws(FlxError) -> PublishReceipt

    /// Publishes one event; the same as a list of one, and faster.
    @discardableResult
    func publish(_ publication: Publication) async throws(FlxError) -> PublishReceipt

    /// Adds a handler for what is published from now on. A closed bus takes it and never calls it.
    @discardableResult
    func subscribe(_ handler: EventHandler) -> BusSubscription

    /// The failures of handlers from now on, as long as somebody reads; a reader that is far behind loses the oldest.
    func failures() -> AsyncStream<HandlerFailure>

    /// Takes no more events and waits until those under way are handled, at most for a duration. What their handlers publish until then
    /// belongs to them.
    ///
    /// - Returns: The handlers that were still running then; they go on by themselves.
    @discardableResult
    func close(within duration: Duration) async -> [UnfinishedWork]
}
