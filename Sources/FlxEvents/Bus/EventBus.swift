public import FlxCore

/// Publish and subscribe within a process. Every bus keeps this contract; `EventBusRules` of FlxTesting checks it.
///
/// **Order.** The handlers of an event run in the order of their subscription. A publisher's next event reaches a handler after its last
/// one was handled, except for ``PublishReceipt/Call/Result/deferred`` calls.
///
/// **Isolation.** An error of a handler, or an exceeded deadline, is reported and stops no other handler and no publisher.
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
    /// - Throws: All errors of middleware and store, and ``FlxError/Code/closed``. Then nothing was published, unless
    ///   ``FlxError/isOutcomeUnknown`` is true. Failed handlers throw nothing: the receipt contains them.
    @discardableResult
    func publish(_ publications: [Publication]) async throws(FlxError) -> PublishReceipt

    /// Publishes one event; the same as a list of one, and faster.
    @discardableResult
    func publish(_ publication: Publication) async throws(FlxError) -> PublishReceipt

    /// Adds a handler for events published from now on. A closed bus accepts it and never calls it.
    @discardableResult
    func subscribe(_ handler: EventHandler) -> BusSubscription

    /// The failures of handlers from now on, until the reader stops. A reader that is far behind loses the oldest.
    func failures() -> AsyncStream<HandlerFailure>

    /// Accepts no more events and waits until those under way are handled, at most for a duration. Events published by their handlers until
    /// then belong to them.
    ///
    /// - Returns: The handlers still running after the duration; they continue by themselves.
    @discardableResult
    func close(within duration: Duration) async -> [UnfinishedWork]
}
