public import FlxCore
import Synchronization

extension SubscriptionRunner {
    /// Handles parked events again, in their order, and lets go of each that is handled.
    ///
    /// Where events of a key wait behind each other, all of the key are taken up, also those that the filter does not name; new ones wait
    /// while this goes on, the first that fails ends it for the key, and the rest stays parked behind it. Otherwise each event stands for
    /// itself. It works beside ``run()`` and without it. The act and each success are on record.
    ///
    /// Cancelling the task stops it between two events; what was handled until then is.
    /// - Parameters:
    ///   - filter: Which of the parked events.
    ///   - operator: Who wants it; not empty.
    ///   - perSecond: The most events a second, at least one a day; nil for as many as can be.
    ///   - progress: Is told after each event how far it is.
    /// - Returns: How far it came.
    /// - Throws: ``FlxError/Code/alreadyRunning`` when a key is being worked on, or another runner has the subscription;
    ///   ``FlxError/Code/invalidValue`` without an operator; and what the store throws. What the handler throws is kept with the event,
    ///   which stays parked.
    @discardableResult
    public func retryParked(
        _ filter: ParkedFilter, by operator: String, perSecond: Double? = nil,
        progress: @Sendable (RetryProgress) -> Void = { _ in }
    ) async throws(FlxError) -> RetryProgress {
        try RetryRate.check(perSecond)
        guard try await holdLease() else {
            throw FlxError(.alreadyRunning, "retry: another runner works on '\(subscription.name)'; ask that one")
        }
        do throws(FlxError) {
            try await control.record(RetryBegun(filter: filter, operator: `operator`), by: `operator`)
            let result = try await retryNow(filter, by: `operator`, perSecond: perSecond) { state in
                if state.done > 0 { progress(state) }
                return true
            }
            await giveLeaseBack()
            return result
        } catch {
            await giveLeaseBack()
            throw error
        }
    }

    /// Lets go of parked events for good, as ``ParkingPlace/discard(_:reason:by:clock:)`` does; keys of which nothing is parked any more
    /// go on at once.
    /// - Throws: As that does.
    @discardableResult
    public func discardParked(_ filter: ParkedFilter, reason: String, by operator: String) async throws(FlxError) -> Int {
        defer { send(.called) }
        return try await parking.discard(filter, reason: reason, by: `operator`, clock: clock)
    }

    /// Does a retry that an operator asked for, and tells in his stream how far it is.
    /// - Returns: Whether it is done; false where the task was cancelled.
    func retry(_ request: RetryRequested, askedAt recorded: Position) async throws(FlxError) -> Bool {
        var told: Timestamp?
        let result = try await retryNow(request.filter, by: request.operator, perSecond: request.perSecond) { state throws(FlxError) in
            let now = self.clock.now()
            if let told, now < told.advanced(by: .seconds(1)) { return true }
            told = now
            try await self.tell(state, of: recorded, hasEnded: false)
            return try await self.persist { () async throws(FlxError) in try await self.control.lastStop() < recorded }
        }
        guard !Task.isCancelled else { return false }
        try await tell(result, of: recorded, hasEnded: true)
        try await persist { () async throws(FlxError) in try await self.fence.setCheckpoint(self.control.retriesName, to: recorded) }
        return true
    }

    private func tell(_ progress: RetryProgress, of request: Position, hasEnded: Bool) async throws(FlxError) {
        let fact = RetryAdvanced(progress, of: request, hasEnded: hasEnded)
        let event = try Event(fact, stream: control.stream, time: clock.now())
        try await persist { () async throws(FlxError) in
            try await self.fence.append([StreamWrite([event], to: self.control.stream)])
        }
    }

    /// Is told how far a retry is, at its beginning and after each event, and says whether it goes on.
    private typealias Telling = (RetryProgress) async throws(FlxError) -> Bool

    /// The work of a retry, key by key where keys wait.
    private func retryNow(
        _ filter: ParkedFilter, by operator: String, perSecond: Double?, _ tell: Telling
    ) async throws(FlxError) -> RetryProgress {
        let selected = try await parking.positions(filter)
        guard subscription.policy.parking == .keyWaits else {
            var state = RetryProgress(total: selected.count)
            state.isStopped = try await !tell(state)
            _ = try await retry(selected, by: `operator`, perSecond, stopsAtFailure: false, &state, tell)
            return state
        }
        var (keys, places) = ([ExactText](), [ExactText: [Position]]())
        for position in selected {
            guard let key = try await parking.event(at: position).map({ ExactText($0.key) }), places[key] == nil else { continue }
            keys.append(key)
            places[key] = try await parking.positions(.key(key.description))
        }
        var state = RetryProgress(total: places.values.reduce(0) { $0 + $1.count })
        state.isStopped = try await !tell(state)
        for key in keys where !state.isStopped {
            guard await hold(key) else {
                throw FlxError(.alreadyRunning, "retry: the key '\(key)' is being worked on; try again in a moment")
            }
            var isBlocked = true
            defer { send(.release(key, isBlocked: isBlocked)) }
            // Events may have come to wait until the key was held.
            let all = try await parking.positions(.key(key.description))
            let isDone = try await retry(all, by: `operator`, perSecond, stopsAtFailure: true, &state, tell)
            isBlocked = !isDone
        }
        return state
    }

    /// Handles events one after the other.
    /// - Returns: Whether all were handled.
    private func retry(
        _ positions: [Position], by operator: String, _ perSecond: Double?, stopsAtFailure: Bool, _ progress: inout RetryProgress,
        _ tell: Telling
    ) async throws(FlxError) -> Bool {
        var isWhole = true
        for (index, position) in positions.enumerated() {
            guard !progress.isStopped else { return false }
            if let pause = RetryRate.pause(perSecond), progress.done > 0 { try? await sleep.sleep(for: pause) }
            guard !Task.isCancelled else { return false }
            guard let parked = try await parking.event(at: position) else { continue }
            if try await retry(parked, by: `operator`) {
                progress.handled += 1
            } else {
                isWhole = false
                progress.failed += 1
                if stopsAtFailure { progress.skipped += positions.count - index - 1 }
            }
            let goesOn = try await tell(progress)
            progress.isStopped = !goesOn && progress.done < progress.total
            if !isWhole, stopsAtFailure { break }
        }
        return isWhole
    }

    /// Makes one more attempt; returns whether it did it.
    private func retry(_ parked: ParkedEvent, by operator: String) async throws(FlxError) -> Bool {
        do {
            for part in filter.parts(of: parked) { try await call(part) }
        } catch {
            // An attempt that was broken off says nothing about the event.
            guard !Task.isCancelled else { return false }
            let again = EventParked(
                parked.position, key: parked.key, holdsKey: parked.holdsKey, attempts: parked.attempts.addingClamped(1), error: "\(error)",
                handlerVersion: subscription.version)
            try await record(again, causedBy: parked.event)
            return false
        }
        let released = EventReleased(position: parked.position.value, operator: `operator`, reason: nil)
        try await record(released, causedBy: parked.event)
        return true
    }

    /// Waits until the machine holds the key; without a run there is nothing to hold.
    func hold(_ key: ExactText) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Bool? in
                guard let mailbox = state.mailbox else { return true }
                guard !state.isEnding, state.holders[key] == nil else { return false }
                state.holders[key] = continuation
                mailbox.yield(.input(.hold(key)))
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }
}
