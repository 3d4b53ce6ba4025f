public import FlxCore

/// The operator's hand on a subscription: what is wanted of it is recorded in a stream of the store, and whoever runs it obeys.
///
/// So it works while the subscription is down. While it runs, its own process acts through ``SubscriptionRunner``; what another process
/// records is noticed within a third of ``SubscriptionPolicy/leaseTime``. A SQLite file is written by one process: beside a running
/// service, another one can look, and cannot act.
public struct SubscriptionControl: Sendable {
    /// The beginning of the names of operators' streams; the subscription's name follows.
    public static let streamPrefix = StreamName.systemPrefix + "subscription-"

    /// The orders of an operator.
    struct Orders: Sendable {
        var pause: (by: String, since: Timestamp, reason: String?)?
        /// The position to go on from, and the position of its record.
        var move: (to: Position, recorded: Position)?
        /// The parked events that are to be handled again, and where that is on record.
        var retries: [(request: RetryRequested, recorded: Position)] = []
    }

    /// The name of the subscription.
    public let name: String
    /// The stream of the acts.
    public let stream: StreamName
    let store: any StateStore
    let clock: EventClock
    /// The parking place of the subscription, kept for the next look at it.
    let parking: ParkingPlace

    /// Takes a subscription by its name.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` when the name is none.
    public init(of name: String, in store: any StateStore, clock: EventClock = .system) throws(FlxError) {
        try self.init(of: name, clock, ParkingPlace(of: name, in: store), store)
    }

    init(of name: String, _ clock: EventClock, _ parking: ParkingPlace, _ store: any StateStore) throws(FlxError) {
        (self.name, self.store, self.clock, self.parking) = (name, store, clock, parking)
        stream = try Self.streamName(of: name)
    }

    /// Wants the subscription to stand still until ``resume(by:)``, also after a restart.
    /// - Throws: ``FlxError/Code/invalidValue`` without an operator, and what the store throws, as all methods do.
    public func pause(by operator: String, reason: String? = nil) async throws(FlxError) {
        try await record(SubscriptionPaused(operator: `operator`, reason: reason), by: `operator`)
    }

    /// Wants the subscription to go on.
    public func resume(by operator: String) async throws(FlxError) {
        try await record(SubscriptionResumed(operator: `operator`), by: `operator`)
    }

    /// Wants the subscription to go on after a position: an earlier one hands events out again, a later one skips them.
    ///
    /// What is parked stays parked, and is not handed out again. What an operator corrected comes again as he corrected it.
    /// - Throws: ``FlxError/Code/invalidValue`` for a position beyond the end of the log, and as all methods do.
    public func move(to position: Position, by operator: String, reason: String? = nil) async throws(FlxError) {
        try await refuseMoveOfView()
        let last = try await store.lastPosition()
        guard position <= last else {
            throw FlxError(.invalidValue, "move: the position \(position) lies beyond the end of the log, which is \(last)")
        }
        try await record(SubscriptionMoved(position: position.value, operator: `operator`, reason: reason), by: `operator`)
    }

    /// The orders of operators for all subscriptions: the acts that every runner has to obey.
    static let acts = Selection(
        .prefix(streamPrefix),
        .events(
            SubscriptionPaused.eventType, SubscriptionResumed.eventType, SubscriptionMoved.eventType, RetryRequested.eventType,
            ParkedDiscarded.eventType))

    static func streamName(of name: String) throws(FlxError) -> StreamName { try StreamName(streamPrefix + name) }
    static func checkpointName(of name: String) -> String { "subscription:\(name)" }
    /// The name of the checkpoint of obeyed moves and retries in the operators' stream.
    var movesName: String { Self.movesName(of: name) }
    var retriesName: String { Self.retriesName(of: name) }
    private static func movesName(of name: String) -> String { "subscription-moves:\(name)" }
    private static func retriesName(of name: String) -> String { "subscription-retries:\(name)" }
    /// All checkpoints of a subscription.
    static func checkpointNames(of name: String) -> [String] { [checkpointName(of: name), movesName(of: name), retriesName(of: name)] }

    static func check(_ operator: String) throws(FlxError) {
        guard !`operator`.isEmpty else { throw FlxError(.invalidValue, "operator: must not be empty; the act is recorded under the name") }
    }

    /// - Returns: Where it is on record.
    @discardableResult
    func record(_ act: some DomainEvent, by operator: String) async throws(FlxError) -> Position {
        try Self.check(`operator`)
        let event = try Event(act, stream: stream, time: clock.now())
        return try await store.append([event], to: stream).lastPosition ?? .start
    }

    /// Returns the present orders.
    func orders() async throws(FlxError) -> Orders {
        var orders = Orders()
        if let last = try await last(of: SubscriptionPaused.eventType, SubscriptionResumed.eventType),
            last.event.type == SubscriptionPaused.eventType
        {
            let paused = try last.event.decode(as: SubscriptionPaused.self)
            orders.pause = (paused.operator, last.event.time ?? last.recordedTime, paused.reason)
        }
        if let last = try await last(of: SubscriptionMoved.eventType), last.position > (try await store.checkpoint(movesName) ?? .start) {
            orders.move = (try Position(try last.event.decode(as: SubscriptionMoved.self).position), last.position)
        }
        orders.retries = try await waitingRetries()
        return orders
    }

    /// Returns the definition of the subscription as it was last recorded.
    func definition() async throws(FlxError) -> SubscriptionDefined? {
        try await last(of: SubscriptionDefined.eventType)?.event.decode(as: SubscriptionDefined.self)
    }

    /// The checkpoint: every selected event up to here is handled or parked.
    func checkpoint() async throws(FlxError) -> Position {
        try await checkpoint(ofView: try await definition()?.view?.description)
    }

    func checkpoint(ofView view: String?) async throws(FlxError) -> Position {
        guard let view else { return try await store.checkpoint(Self.checkpointName(of: name)) ?? .start }
        return try await store.generations(of: view).first { $0.role == .current }?.checkpoint ?? .start
    }

    /// The name of the view that it feeds; nil if it feeds none.
    package func view() async throws(FlxError) -> String? { try await definition()?.view?.description }

    /// Refuses to move a view.
    package func refuseMoveOfView() async throws(FlxError) {
        try await refuseView("move", "raise the version of the view, and it is rebuilt")
    }

    /// Refuses to try parked events of a view again.
    package func refuseRetryOfView() async throws(FlxError) {
        try await refuseView("retry", "raise the version of the view, and it is rebuilt with the parked events, or discard them")
    }

    private func refuseView(_ act: String, _ advice: String) async throws(FlxError) {
        guard let view = try await view() else { return }
        throw FlxError(.invalidValue, "\(act): '\(name)' feeds the view '\(view)', which has each event once; \(advice)")
    }

    func last(of types: EventType...) async throws(FlxError) -> RecordedEvent? {
        let selection = Selection(.stream(stream), Query(criteria: [.init(types: types)]))
        for try await page in store.pages(selection, .backward, limit: 1) {
            if let event = page.events.first { return event }
        }
        return nil
    }
}
