import FlxCore

/// One more attempt with parked events: what an operator does himself, or asks the run to do.
struct ParkedRetry {
    /// The result of an attempt.
    private enum Outcome {
        case handled, failed, brokenOff
        /// No event can be handled at present, which says nothing about this one.
        case outage
        /// Somebody discarded or corrected the event meanwhile.
        case overtaken
    }

    /// Is told how far it is, at its beginning and after each event, and says whether it goes on.
    typealias Telling = (RetryProgress) async throws(FlxError) -> Bool

    private let runner: SubscriptionRunner
    private let filter: ParkedFilter
    private let `operator`: String
    private let perSecond: Double?
    /// True if it is part of a run, which waits for a store that fails, and for a key that somebody else has.
    private let isJob: Bool
    private(set) var progress = RetryProgress(total: 0)
    /// True if it ended before its end because its task or its run did.
    private(set) var isBrokenOff = false
    private var renewed: Timestamp

    init(_ runner: SubscriptionRunner, _ filter: ParkedFilter, by operator: String, perSecond: Double?, isJob: Bool = false) {
        (self.runner, self.filter, self.operator, self.perSecond) = (runner, filter, `operator`, perSecond)
        self.isJob = isJob
        renewed = runner.clock.now()
    }

    /// Does it. Events that others wait behind are taken up key by key, in the order of the first of each.
    mutating func run(_ tell: Telling) async throws(FlxError) {
        let parking = runner.parking
        let keepsKeys = runner.subscription.policy.parking == .keyWaits
        let plan = try await ask { () async throws(FlxError) in try await parking.plan(filter, keepsKeys: keepsKeys) }
        progress = RetryProgress(total: plan.total)
        progress.isStopped = try await !tell(progress)
        for position in plan.single where !progress.isStopped {
            // What another retry is at work on is his.
            guard runner.claim(.event(position)) else { continue }
            defer { runner.yield(.event(position)) }
            _ = try await retry(position, tell)
        }
        for (key, _) in plan.keys where !progress.isStopped {
            try await retry(key, tell)
        }
    }

    /// Handles what is parked of a key, up to the first that fails; what is parked meanwhile comes along.
    private mutating func retry(_ key: ExactText, _ tell: Telling) async throws(FlxError) {
        while !runner.claim(.key(key)) {
            guard isJob else { throw FlxError(.alreadyRunning, "retry: the key '\(key)' is being worked on; try again in a moment") }
            guard try await pause(.seconds(1)) else { return breakOff() }
            guard try await tell(progress) else {
                progress.isStopped = true
                return
            }
        }
        // Where it ends before its end, the rest stays parked, and so does what comes behind it.
        defer { runner.yield(.key(key)) }
        guard await runner.hold(key, isJob: isJob) else { return breakOff() }
        let parking = runner.parking
        var (counted, isVain) = (Set<Position>?.none, false)
        while !progress.isStopped {
            let positions = try await ask { () async throws(FlxError) in try await parking.positions(.key(key.description)) }
            guard !positions.isEmpty else {
                // Another one may have been parked since.
                if await runner.release(key) { return }
                guard !Task.isCancelled else { return breakOff() }
                // A session that ends answers nobody.
                if isVain, try await !pause(.milliseconds(10)) { return breakOff() }
                isVain = true
                continue
            }
            isVain = false
            if let counted { progress.total += positions.count { !counted.contains($0) } }
            counted = (counted ?? []).union(positions)
            let before = progress.done
            for (index, position) in positions.enumerated() {
                if try await !retry(position, tell) {
                    progress.skipped += progress.isStopped ? 0 : positions.count - index - 1
                    _ = try await tell(progress)
                    return
                }
                guard !progress.isStopped else { return }
            }
            // Of what is left, nothing is there to be handled, such as an event that upcasters leave out today.
            guard progress.done > before else { return }
        }
    }

    /// Makes one more attempt with an event.
    /// - Returns: False if it failed.
    private mutating func retry(_ position: Position, _ tell: Telling) async throws(FlxError) -> Bool {
        if let pause = RetryRate.pause(perSecond), progress.done > 0, try await !self.pause(pause) { breakOff() }
        if Task.isCancelled { breakOff() }
        guard !isBrokenOff else { return true }
        let parking = runner.parking
        var (outcome, outages) = (Outcome.overtaken, 0)
        while outcome == .overtaken || outcome == .outage {
            if outcome == .outage {
                outages += 1
                guard try await waitOut(outages, tell) else { return true }
            }
            guard let parked = try await ask({ () async throws(FlxError) in try await parking.event(at: position) }) else { return true }
            outcome = try await attempt(parked)
            try await keepLease()
        }
        guard outcome != .brokenOff else {
            breakOff()
            return true
        }
        if outcome == .handled { progress.handled += 1 } else { progress.failed += 1 }
        let goesOn = try await tell(progress)
        progress.isStopped = !goesOn && progress.done < progress.total
        return outcome == .handled
    }

    /// Waits after an outage, as the subscription itself does; only a job waits.
    /// - Returns: False if the retry ends.
    private mutating func waitOut(_ outages: Int, _ tell: Telling) async throws(FlxError) -> Bool {
        let pause = CircuitBreaker.pause(after: outages, chance: runner.chance())
        guard isJob, try await self.pause(pause) else {
            breakOff()
            return false
        }
        guard try await tell(progress) else {
            progress.isStopped = true
            return false
        }
        return true
    }

    private func attempt(_ parked: ParkedEvent) async throws(FlxError) -> Outcome {
        guard await runner.slots.enter() else { return .brokenOff }
        let result: Result<Void, any Error>
        do {
            for part in runner.filter.parts(of: parked.events) {
                try await runner.call(SubscriptionItem(event: part, key: ExactText(parked.key), fault: parked.fault))
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        runner.slots.leave()
        switch result {
        case .success:
            let released = try runner.write(
                EventReleased(position: parked.position.value, operator: `operator`, reason: nil), causedBy: parked.event)
            return try await ask { () async throws(FlxError) in try await runner.record(released, of: parked) ? .handled : .overtaken }
        case .failure(let error):
            // An attempt that was broken off says nothing about the event.
            guard !Task.isCancelled else { return .brokenOff }
            runner.note("\(error)")
            guard !runner.isOutage(error) else { return .outage }
            let again = try runner.write(
                EventParked(
                    parked.position, key: parked.key, holdsKey: parked.holdsKey, attempts: parked.attempts.addingClamped(1),
                    error: "\(error)", handlerVersion: runner.subscription.version), causedBy: parked.event)
            return try await ask { () async throws(FlxError) in try await runner.record(again, of: parked) ? .failed : .overtaken }
        }
    }

    /// Waits, and keeps the lease meanwhile.
    /// - Returns: False if the task was cancelled, or the run whose job it is does not go on.
    private mutating func pause(_ duration: Duration) async throws(FlxError) -> Bool {
        var left = duration
        while left > .zero {
            let part = min(left, runner.subscription.policy.leaseTime / 3)
            guard await runner.pause(for: part, isJob: isJob) else { return false }
            left -= part
            try await keepLease()
        }
        return true
    }

    private mutating func breakOff() { (isBrokenOff, progress.isStopped) = (true, true) }

    private mutating func keepLease() async throws(FlxError) {
        let now = runner.clock.now()
        // A clock that was set back counts as one that went on.
        guard !(.zero..<runner.subscription.policy.leaseTime / 3).contains(now.duration(since: renewed)) else { return }
        try await runner.renewLease()
        renewed = now
    }

    private func ask<Answer: Sendable>(_ work: () async throws(FlxError) -> Answer) async throws(FlxError) -> Answer {
        isJob ? try await runner.persist(work) : try await work()
    }
}
