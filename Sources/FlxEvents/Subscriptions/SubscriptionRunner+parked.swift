public import FlxCore
import Synchronization

extension SubscriptionRunner {
    /// Handles parked events again, in their order, and lets go of each that is handled.
    ///
    /// Where events of a key wait behind each other, all of the key are taken up, also those that the filter does not name, and those that
    /// come meanwhile; the first that fails ends it for the key, and the rest stays parked behind it. Otherwise each event stands for
    /// itself. It works beside ``run()`` and without it. The act and each success are on record.
    ///
    /// Cancelling the task stops it between two events; what was handled until then is. So does an outage
    /// (``SubscriptionPolicy/isOutage``), which uses up no attempt.
    /// - Parameters:
    ///   - filter: Which of the parked events.
    ///   - operator: Who wants it; not empty.
    ///   - perSecond: The most events a second, at least one a day; nil for as many as can be.
    ///   - progress: Is told after each event how far it is.
    /// - Returns: How far it came.
    /// - Throws: ``FlxError/Code/alreadyRunning`` when somebody else retries a key, or another runner has the subscription;
    ///   ``FlxError/Code/invalidValue`` without an operator; and what the store throws. What the handler throws is kept with the event,
    ///   which stays parked.
    @discardableResult
    public func retryParked(
        _ filter: ParkedFilter, by operator: String, perSecond: Double? = nil,
        progress: @Sendable (RetryProgress) -> Void = { _ in }
    ) async throws(FlxError) -> RetryProgress {
        try RetryRate.check(perSecond)
        try await control.refuseRetryOfView()
        guard try await holdLease() else {
            throw FlxError(.alreadyRunning, "retry: another runner works on '\(subscription.name)'; ask that one")
        }
        do throws(FlxError) {
            try await control.record(RetryBegun(filter: filter, operator: `operator`), by: `operator`)
            let result = try await renewingLease { () async throws(FlxError) in
                var retry = ParkedRetry(self, filter, by: `operator`, perSecond: perSecond)
                try await retry.run { state in
                    if state.done > 0 { progress(state) }
                    return true
                }
                return retry.progress
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

    /// Does the retries that operators asked for, one after the other, until none is left or the subscription is paused or stopped.
    ///
    /// What ends before its end is taken up again by the next run. An error of the store is waited for, as everywhere in a run.
    func work() async throws(FlxError) {
        while mayWork {
            let waiting = try await persist { () async throws(FlxError) in try await self.control.waitingRetries() }
            guard let (request, recorded) = waiting.first else { return }
            guard try await retry(request, askedAt: recorded) else { return }
        }
    }

    /// True if jobs may go on: nobody paused or stopped the subscription.
    var mayWork: Bool { !Task.isCancelled && state.withLock(\.machine.mayCall) }

    /// Does a retry that an operator asked for, and tells in his stream how far it is.
    /// - Returns: True if it is done; false if it was broken off.
    private func retry(_ request: RetryRequested, askedAt recorded: Position) async throws(FlxError) -> Bool {
        var (told, isBrokenOff) = (Timestamp?.none, false)
        var retry = ParkedRetry(self, request.filter, by: request.operator, perSecond: request.perSecond, isJob: true)
        try await retry.run { progress throws(FlxError) in
            guard self.mayWork else {
                isBrokenOff = true
                return false
            }
            let now = self.clock.now()
            // A clock that was set back counts as one that went on.
            if let told, (told..<told.advanced(by: .seconds(1))).contains(now) { return true }
            told = now
            try await self.tell(progress, of: recorded, hasEnded: false)
            return try await self.persist { () async throws(FlxError) in try await self.control.lastStop() < recorded }
        }
        if retry.progress.isStopped, retry.isBrokenOff || isBrokenOff { return false }
        try await tell(retry.progress, of: recorded, hasEnded: true)
        try await persist { () async throws(FlxError) in try await self.fence.setCheckpoint(self.control.retriesName, to: recorded) }
        return true
    }

    /// Waits between two events of a retry. A pause or the end of the run ends the wait of its jobs.
    /// - Returns: False if the retry does not go on.
    func pause(for duration: Duration, isJob: Bool) async -> Bool {
        await wait(isJob: isJob) { [sleep] in (try? await sleep.pause(for: duration)) != nil }
    }

    private func wait(isJob: Bool, _ work: @escaping @Sendable () async -> Bool) async -> Bool {
        guard isJob else { return await work() }
        let pauses = state.withLock(\.pauses)
        guard mayWork else { return false }
        return await pauses.run(work) ?? false
    }

    private func tell(_ progress: RetryProgress, of request: Position, hasEnded: Bool) async throws(FlxError) {
        let fact = RetryAdvanced(progress, of: request, hasEnded: hasEnded)
        let event = try Event(fact, stream: control.stream, time: clock.now())
        try await persist { () async throws(FlxError) in
            try await self.fence.append([StreamWrite([event], to: self.control.stream)])
        }
    }

    // MARK: What operators have

    /// Takes a part of the parked events for a retry.
    /// - Returns: False if another retry has it.
    func claim(_ part: RetryPart) -> Bool { state.withLock { $0.retried.insert(part).inserted } }

    /// Gives a part back. The machine hears of it before somebody else can have it.
    func yield(_ part: RetryPart) {
        let mailbox = state.withLock { state in
            state.retried.remove(part)
            if case .key(let key) = part { state.mailbox?.add(.input(.leave(key))) }
            return state.mailbox
        }
        mailbox?.wake()
    }

    /// Waits until nothing of a claimed key is at work; without a run nothing is. A pause or the end of the run ends the wait of its jobs.
    /// - Returns: False if the run ends, or the task is cancelled.
    func hold(_ key: ExactText, isJob: Bool) async -> Bool {
        await wait(isJob: isJob) { await self.ask(.hold(key), about: key) }
    }

    /// Gives a key back of which nothing was found parked.
    /// - Returns: False if something was parked since then, or nobody answers.
    func release(_ key: ExactText) async -> Bool { await ask(.release(key), about: key) }

    private func ask(_ input: SubscriptionMachine.Input, about key: ExactText) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (answer, mailbox) = state.withLock { state -> (Bool?, Mailbox?) in
                    guard let mailbox = state.mailbox else { return (true, nil) }
                    guard !state.isEnding, !Task.isCancelled else { return (false, nil) }
                    state.holders[key] = continuation
                    mailbox.add(.input(input))
                    return (nil, mailbox)
                }
                mailbox?.wake()
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            answer(key, false)
        }
    }

    /// Works, and keeps the lease meanwhile: a call may last longer than it.
    private func renewingLease<Answer: Sendable>(_ work: () async throws(FlxError) -> Answer) async throws(FlxError) -> Answer {
        let result = await withTaskGroup(of: Void.self) { group -> Result<Answer, FlxError> in
            group.addTask {
                while (try? await self.sleep.pause(for: self.subscription.policy.leaseTime / 3)) != nil { try? await self.renewLease() }
            }
            defer { group.cancelAll() }
            do throws(FlxError) {
                return .success(try await work())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Keeps the lease of a retry that works beside no session, whose watch would do so.
    func renewLease() async throws(FlxError) {
        let (lease, hasSession) = state.withLock { ($0.lease, $0.mailbox != nil) }
        guard let lease, !hasSession else { return }
        keep(try await store.renewLease(lease, for: subscription.policy.leaseTime), for: lease)
    }
}
