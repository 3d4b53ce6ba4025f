/// A carrier of events between processes. Every driver keeps this contract; `BrokerRules` of FlxTesting checks it.
///
/// A queue is identified by its name. A consumer first binds its queue to a pattern of types. Each event published after that goes to every
/// queue with a matching pattern, and within a queue to one of its consumers. Deliveries are at least once. They carry the event's id, so a
/// receiver can recognise a repetition.
///
/// **End.** Each call ends with a result or an error. After ``close()`` all calls fail with ``FlxError/Code/closed``.
public protocol Broker: Sendable {
    /// Publishes events in order, and returns when the broker has taken charge of all of them.
    ///
    /// An event without a bound queue is accepted and dropped, as in a topic exchange. A queue keeps events in the order of publishing, and
    /// gets an event once, even if several of its patterns match.
    /// - Throws: ``FlxError/Code/notPublished`` when the broker refused or did not confirm in time, ``FlxError/Code/closed``;
    ///   ``FlxError/Code/limitExceeded`` or ``FlxError/Code/invalidValue`` for an event that the broker never accepts. These two codes
    ///   alone are permanent: with any other, the same events may be accepted later. After an error any part of the events may have gone
    ///   out. It is safe to publish them again, since receivers recognise their ids.
    func publish(_ events: [Event]) async throws(FlxError)

    /// Creates the queue if necessary and binds it to the pattern. Matching events wait in the queue from now on. Earlier bindings of the
    /// queue remain.
    func bind(_ queue: BrokerQueue) async throws(FlxError)

    /// Binds the queue and handles its deliveries until the task is cancelled or the broker closes.
    ///
    /// At most `prefetch` deliveries are handled at a time. The rest wait at the broker, so a slow handler costs no memory. The handler's
    /// result settles the delivery, once. If the handler does not return, because the task was cancelled or the process died, the delivery
    /// goes to the queue again.
    /// - Parameter prefetch: From 1.
    /// - Throws: ``FlxError/Code/closed`` when the broker closes, ``FlxError/Code/invalidValue`` for a prefetch below 1. On cancellation it
    ///   returns, after the handlers under way.
    func consume(
        _ queue: BrokerQueue, prefetch: Int, handler: @escaping @Sendable (Delivery) async -> Disposition
    ) async throws(FlxError)

    /// Closes the broker. Persistent drivers keep published events; consumers end.
    func close() async
}
