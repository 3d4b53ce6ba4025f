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
/// Where an upcaster splits an event, its parts are handled one after the other under the key of the first, and the event is done with
/// the last of them: a retry hands all of them out again, and so does a crash.
///
/// After a crash, the events that were in flight come again: a handler whose effect must not be repeated looks at the event's id, or
/// keeps its effects in the store (``init(once:version:to:matching:from:policy:key:effects:)``).
public struct Subscription: Sendable {
    /// The start of a subscription without a checkpoint.
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

    /// The size of batches.
    public struct Batch: Hashable, Sendable {
        let size: Int
        let age: Duration

        /// At most so many events, 1 to 10,000, of which one that was split comes with all of its parts; fewer once the first of them has
        /// waited for the duration.
        public static func upTo(_ size: Int, within age: Duration) -> Batch { Batch(size: min(max(1, size), 10_000), age: age) }
    }

    /// Handles one event.
    public typealias Handler = @Sendable (RecordedEvent) async throws -> Void
    /// Handles events in their order.
    public typealias BatchHandler = @Sendable ([RecordedEvent]) async throws -> Void
    /// Says what an event leads to.
    public typealias Effects = @Sendable (RecordedEvent) async throws -> [StreamWrite]

    enum Work: Sendable {
        case each(Handler)
        case batches(BatchHandler)
        case once(Effects)
        /// Takes events in their order, and says how many of them it took and why it did not take the next one.
        case parts(@Sendable ([RecordedEvent]) async -> (handled: Int, error: (any Error)?))
        /// Feeds a view, which keeps its own checkpoint.
        case view(@Sendable (any StateStore) -> any StoredView, ViewFailure)
    }

    /// The name by which checkpoint and parked events are kept: 1 to 200 printable bytes.
    public let name: String
    /// The version of the handler's code, kept with the events that it parks.
    public let version: Int
    /// The events that it gets.
    public let selection: Selection
    /// The patterns, one of which their types match; without any, all types do.
    public let patterns: [EventPattern]
    /// Its start without a checkpoint.
    public let start: Start
    /// Its policy.
    public let policy: SubscriptionPolicy
    let key: @Sendable (RecordedEvent) -> String
    private static let longestName = 200
    /// The longest key that is kept as it is, in bytes of UTF-8.
    private static let longestKey = 256

    /// The key of an event by its bytes. A long one is shortened, with a hash that tells it from others.
    func exactKey(_ recorded: RecordedEvent) -> ExactText {
        let text = key(recorded)
        guard text.utf8.count > Self.longestKey else { return ExactText(text) }
        let start = String(decoding: text.utf8.prefix(Self.longestKey - 40), as: UTF8.self)
        return ExactText("\(start)…\(EventID(derivedFrom: text))")
    }

    let work: Work

    /// What the tags begin with that mark the effects of events; see ``init(once:version:to:matching:from:policy:key:effects:)``.
    package static let oncePrefix = "flx-once:"

    /// The usual key: the stream.
    public static let byStream: @Sendable (RecordedEvent) -> String = { $0.event.stream?.description ?? "" }

    /// Defines a subscription.
    ///
    /// - Parameters:
    ///   - patterns: Patterns of types, of which one must match beside the selection; none asks nothing.
    ///   - key: What keeps order: events of one key are handled one after the other. By default the stream.
    ///   - handler: What is done with an event; an error, or a deadline that passes, makes another attempt as the policy says.
    public init(
        _ name: String, version: Int = 1, to selection: Selection = .all, matching patterns: [EventPattern] = [],
        from start: Start = .beginning, policy: SubscriptionPolicy = .standard,
        key: @escaping @Sendable (RecordedEvent) -> String = byStream, handler: @escaping Handler
    ) {
        self.init(name, version, selection, patterns, start, policy, key, .each(handler))
    }

    /// Defines a subscription whose handler gets events in batches.
    ///
    /// The events of a batch follow the order of their keys. A batch that fails is handed out once more, event by event, so that only the
    /// one that cannot be handled is tried again and parked: the handler may see the events before it twice.
    public init(
        _ name: String, version: Int = 1, to selection: Selection = .all, matching patterns: [EventPattern] = [],
        from start: Start = .beginning, policy: SubscriptionPolicy = .standard,
        key: @escaping @Sendable (RecordedEvent) -> String = byStream, batches batch: Batch, handler: @escaping BatchHandler
    ) {
        var policy = policy
        policy.batch = batch
        policy.pageSize = max(policy.pageSize, batch.size)
        self.init(name, version, selection, patterns, start, policy, key, .batches(handler))
    }

    /// Defines a subscription that handles each event exactly once, since all that it does is to append events to its own store.
    ///
    /// The effects are appended in one step, each with the tag `flx-once:NAME:ID` of the event that led to them, unless an event with that
    /// tag is recorded: what a crash repeats finds its effects and adds none. The window is the whole log. Name and id must fit into a
    /// ``Tag``; an event for which they do not is parked.
    /// - Parameter effects: What the event leads to. It may be called again; what it returns then is appended once.
    public init(
        once name: String, version: Int = 1, to selection: Selection = .all, matching patterns: [EventPattern] = [],
        from start: Start = .beginning, policy: SubscriptionPolicy = .standard,
        key: @escaping @Sendable (RecordedEvent) -> String = byStream, effects: @escaping Effects
    ) {
        self.init(name, version, selection, patterns, start, policy, key, .once(effects))
    }

    init(
        _ name: String, _ version: Int, _ selection: Selection, _ patterns: [EventPattern], _ start: Start, _ policy: SubscriptionPolicy,
        _ key: @escaping @Sendable (RecordedEvent) -> String, _ work: Work
    ) {
        (self.name, self.version, self.selection, self.patterns) = (name, version, selection, patterns)
        (self.start, self.policy, self.key, self.work) = (start, policy, key, work)
    }

    /// Refuses a name that is none, or a policy that makes no sense.
    func check() throws(FlxError) {
        do throws(FlxError) {
            _ = try NameRule.checked(name, field: "name", maximumBytes: Self.longestName)
        } catch {
            throw FlxError(error.code, "subscription '\(name)': \(error.message)")
        }
        try policy.check(name)
    }

    /// The name of its checkpoint in a store.
    public var checkpointName: String { SubscriptionControl.checkpointName(of: name) }
}
