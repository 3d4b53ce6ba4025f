public import FlxCore

/// A durable reader of the log: named, with a checkpoint that survives the process, and a handler that gets each selected event at
/// least once, in the order of its key.
///
/// ```swift
/// let invoices = Subscription("invoices", to: .types("order.placed")) { recorded in
///     try await send(recorded.event.decode(as: OrderPlaced.self))
/// }
/// try await SubscriptionRunner(invoices, on: store).run()
/// ```
///
/// After a crash, the events that were under way come again: a handler whose effect must not be repeated looks at the event's id.
public struct Subscription: Sendable {
    /// Where a subscription begins that has no checkpoint yet.
    public enum Start: Hashable, Sendable {
        /// With the first event of the log.
        case beginning
        /// With the first event that is recorded after the subscription began.
        case end
        /// With the first event after a position.
        case after(Position)
        /// With the first event recorded at an instant or later.
        case time(Timestamp)
    }

    /// Handles one event.
    public typealias Handler = @Sendable (RecordedEvent) async throws -> Void

    /// The name by which checkpoint and parked events are kept: 1 to 200 printable bytes.
    public let name: String
    /// The version of the handler's code, kept with the events that it parks.
    public let version: Int
    /// The events that it gets.
    public let selection: Selection
    /// Where it begins.
    public let start: Start
    /// How it works through the log.
    public let policy: SubscriptionPolicy
    let key: @Sendable (RecordedEvent) -> String
    let handler: Handler

    /// Defines a subscription.
    ///
    /// - Parameters:
    ///   - key: What keeps order: events of one key are handled one after the other. By default the stream.
    ///   - handler: What is done with an event; an error, or a deadline that passes, makes another attempt as the policy says.
    public init(
        _ name: String, version: Int = 1, to selection: Selection = .all, from start: Start = .beginning,
        policy: SubscriptionPolicy = .standard,
        key: @escaping @Sendable (RecordedEvent) -> String = { $0.event.stream?.description ?? "" },
        handler: @escaping Handler
    ) {
        self.name = name
        self.version = version
        self.selection = selection
        self.start = start
        self.policy = policy
        self.key = key
        self.handler = handler
    }

    /// The name of its checkpoint in a ``CheckpointStore``.
    public var checkpointName: String { "subscription:\(name)" }
}
