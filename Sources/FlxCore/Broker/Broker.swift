/// A carrier of events between processes: the contract that every driver keeps and `BrokerRules` of FlxTesting checks.
///
/// A queue is known by its name. Whoever consumes a queue first binds it to a pattern of types; each event published after that goes
/// to every queue whose pattern matches, and within a queue to one of its consumers. Deliveries are at least once and carry the
/// event's id, by which a receiver knows a repetition.
///
/// **End.** Each call ends with a result or an error; after ``close()`` all fail with ``FlxError/Code/closed``.
public protocol Broker: Sendable {
    /// Publishes events in order, and returns when the broker has taken charge of all of them.
    ///
    /// An event that no queue is bound for is taken and dropped, as a topic exchange does. Within a queue, events keep the order in
    /// which they were published; a queue gets an event once, however many of its patterns match.
    /// - Throws: ``FlxError/Code/notPublished`` when the broker refused or did not confirm in time, ``FlxError/Code/closed``. After an
    ///   error any part of the events may have gone out; publishing them again is safe, since receivers know them by their ids.
    func publish(_ events: [Event]) async throws(FlxError)

    /// Makes sure that the queue exists and is bound to the pattern, so that what is published from now on waits in it. The queue
    /// keeps the patterns that it was bound to before.
    func bind(_ queue: BrokerQueue) async throws(FlxError)

    /// Binds the queue and handles its deliveries until the task is cancelled or the broker closes.
    ///
    /// At most `prefetch` deliveries are being handled at a time; the rest wait at the broker, so that a slow handler costs no memory.
    /// The result of the handler settles the delivery, once. A delivery whose handler did not return, because the task was cancelled
    /// or the process died, goes to the queue again.
    /// - Parameter prefetch: From 1.
    /// - Throws: ``FlxError/Code/closed`` when the broker closes, ``FlxError/Code/invalidValue`` for a prefetch below 1; it returns when
    ///   the task is cancelled, after the handlers under way.
    func consume(
        _ queue: BrokerQueue, prefetch: Int, handler: @escaping @Sendable (Delivery) async -> Disposition
    ) async throws(FlxError)

    /// Ends the broker: what is published is kept by those drivers that persist, consumers end.
    func close() async
}
