public import FlxCore

/// The status of a subscription, with the reason if it does not move.
public struct SubscriptionStatus: Hashable, Sendable {
    /// Every selected event up to here is handled or parked.
    public internal(set) var checkpoint: Position
    /// The last event of the log.
    public let lastPosition: Position
    /// The number of waiting events: counted up to 1,000, above that the positions between checkpoint and end, an upper bound.
    public internal(set) var lag: Int64
    /// True if ``lag`` was counted.
    public internal(set) var isLagExact: Bool
    /// The time since the oldest waiting event was recorded; nil if none waits.
    public internal(set) var lagTime: Duration?
    /// The number of parked events.
    public let parked: Int
    /// The error of the last failed attempt.
    public internal(set) var lastError: String?
    /// The operator who paused it; nil if it is not paused.
    public let pausedBy: String?
    /// Since when it is paused.
    public let pausedSince: Timestamp?
    /// Why it was paused, where the operator said so.
    public let pauseReason: String?
    /// The position to which an operator moved it, if it has not obeyed yet.
    public let moveTo: Position?
    /// The version of the code that ran last; nil when it never ran.
    public let version: Int?
    /// True if it runs in this process; nil if that is unknown, as in another process.
    public internal(set) var isRunning: Bool?
    /// True if another process or runner has the lease.
    public internal(set) var isStandby = false
    /// True if it builds a view for the version of its code, or waits for another process that does. Until then the former version answers.
    public internal(set) var isRebuilding = false
    /// True if it rests because one event after another failed.
    public internal(set) var isResting = false
    /// The error that ended its work, which begins anew after a pause; nil while it works.
    public internal(set) var interruption: String?
    /// True if an event waits for another attempt, or the store for an answer; nil if that is unknown, as in another process.
    public internal(set) var isRetrying: Bool?
    /// The first of the events that are with the handler now.
    public internal(set) var handling: Position?

    /// Why it does not move, in a sentence; nil when nothing holds it.
    public var reason: String? {
        if let pausedBy {
            let since = pausedSince.map { " since \($0)" } ?? ""
            return "paused by \(pausedBy)\(since)\(pauseReason.map { ": \($0)" } ?? "")"
        }
        if isRebuilding { return "builds version \(version ?? 0) of the view" }
        if isStandby { return "stands by: another runner has its lease" }
        if isResting { return "rests, since one event after another failed: \(lastError ?? "")" }
        if let interruption { return "begins anew after: \(interruption)" }
        guard lag > 0 else { return nil }
        if isRunning == false { return "it does not run" }
        if isRetrying != false, let lastError { return "tries again after: \(lastError)" }
        if let handling { return "the handler is at work on the event at position \(handling)" }
        return nil
    }
}

extension SubscriptionControl {
    private static let mostCounted = 1_000

    /// The status of the subscription, from the records in the store.
    /// - Throws: What reading throws.
    public func status() async throws(FlxError) -> SubscriptionStatus {
        let definition = try await definition()
        let reader = definition?.view == nil ? name : nil
        let filter = try definition?.filter.filter(of: reader) ?? SubscriptionFilter(selection: .all, patterns: [], name: name)
        let checkpoint = try await checkpoint(ofView: definition?.view?.description)
        return try await status(from: checkpoint, filter, version: definition?.version)
    }

    func status(
        from checkpoint: Position, _ filter: SubscriptionFilter, version: Int?
    ) async throws(FlxError) -> SubscriptionStatus {
        let orders = try await orders()
        let last = try await store.lastPosition()
        let lag = try await lag(from: checkpoint, to: last, filter)
        let lastParked = try await store.read(
            Selection(.stream(parking.stream), .events(EventParked.eventType)), .backward, limit: 1)
        return SubscriptionStatus(
            checkpoint: checkpoint, lastPosition: last, lag: lag.count, isLagExact: lag.isExact,
            lagTime: lag.oldest.map { max(.zero, clock.now().duration(since: $0)) }, parked: try await parking.count(),
            lastError: try lastParked.events.first?.event.decode(as: EventParked.self).error, pausedBy: orders.pause?.by,
            pausedSince: orders.pause?.since, pauseReason: orders.pause?.reason, moveTo: orders.move?.to, version: version)
    }

    private func lag(
        from checkpoint: Position, to last: Position, _ filter: SubscriptionFilter
    ) async throws(FlxError) -> (count: Int64, isExact: Bool, oldest: Timestamp?) {
        var (count, oldest, position) = (Int64(0), Timestamp?.none, checkpoint)
        for _ in 0..<20 {
            let found = try await store.tolerantPage(filter.selection, .forward(after: position), limit: Self.mostCounted)
            let (page, events) = (found.page, filter.items(of: found) { _ in "" })
            oldest = oldest ?? events.first?.event.recordedTime
            count += Int64(events.count)
            if page.isLast { return (count, true, oldest) }
            if count >= Self.mostCounted { break }
            position = page.through
        }
        return (max(count, last.value - checkpoint.value), false, oldest)
    }
}
