public import FlxCore
import Synchronization

extension SubscriptionRunner {
    /// Handles the parked events of a key again, in their order, and lets go of each that is handled.
    ///
    /// Where events of a key wait behind each other, new ones wait while this goes on, the first that fails ends it, and the rest
    /// stays parked behind it. Otherwise each event stands for itself. It works beside ``run()`` and without it. Each success is
    /// on record in the stream of ``parking``.
    /// - Parameters:
    ///   - key: The key of the parked events, as ``ParkedEvent/key`` says it.
    ///   - operator: Who wants it.
    /// - Returns: How many events were handled.
    /// - Throws: ``FlxError/Code/alreadyRunning`` when the key is being worked on, and what the store throws. What the handler throws
    ///   is kept with the event, which stays parked.
    @discardableResult
    public func retryParked(key: String, by operator: String) async throws(FlxError) -> Int {
        let keyWaits = subscription.policy.parking == .keyWaits
        let isMine = keyWaits ? await hold(key) : true
        guard isMine else {
            throw FlxError(.alreadyRunning, "retry: the key '\(key)' is being worked on; try again in a moment")
        }
        var (handled, position) = (0, Position.start)
        var isBlocked = keyWaits
        defer { if keyWaits { release(key, isBlocked: isBlocked) } }
        while let parked = try await parking.events(of: key, after: position, limit: 1).first {
            position = parked.event.position
            if try await retry(parked, by: `operator`) {
                handled += 1
            } else if keyWaits {
                return handled
            }
        }
        isBlocked = false
        return handled
    }

    /// Lets go of a parked event for good; who wanted it and why is on record in the stream of ``parking``.
    ///
    /// Events that waited behind it stay parked until ``retryParked(key:by:)``.
    /// - Throws: ``FlxError/Code/notFound`` when it is not parked, ``FlxError/Code/invalidValue`` without a reason, and what the store
    ///   throws.
    public func discardParked(at position: Position, reason: String, by operator: String) async throws(FlxError) {
        guard !reason.isEmpty else { throw FlxError(.invalidValue, "discard: a reason is needed; it is recorded") }
        let before = Position(unchecked: max(0, position.value - 1))
        let parked = try await parking.events(after: before, limit: 1).first
        guard let parked, parked.event.position == position else {
            throw FlxError(.notFound, "discard: no event at position \(position) is parked by '\(subscription.name)'")
        }
        try await parking.release(parked.event, by: `operator`, reason: reason, at: clock.now())
    }

    /// Makes one more attempt; returns whether it did it.
    private func retry(_ parked: ParkedEvent, by operator: String) async throws(FlxError) -> Bool {
        do {
            try await call(parked.event)
        } catch {
            let again = EventParked(
                parked.event, key: parked.key, holdsKey: parked.holdsKey, attempts: parked.attempts + 1, error: "\(error)",
                handlerVersion: subscription.version)
            try await parking.park(again, causedBy: parked.event, at: clock.now())
            return false
        }
        try await parking.release(parked.event, by: `operator`, reason: nil, at: clock.now())
        return true
    }

    /// Waits until the machine holds the key; without a run there is nothing to hold.
    private func hold(_ key: String) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Bool? in
                guard let mailbox = state.mailbox else { return true }
                guard state.holders[key] == nil else { return false }
                state.holders[key] = continuation
                mailbox.yield(.hold(key))
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    private func release(_ key: String, isBlocked: Bool) {
        state.withLock { state in
            _ = state.mailbox?.yield(.release(key, isBlocked: isBlocked))
        }
    }
}
