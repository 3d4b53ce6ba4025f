public import FlxCore
import Logging
import ServiceLifecycle
import Synchronization

extension SubscriptionRunner {
    /// Works with others that share a watch.
    func run(_ watch: SubscriptionWatch) async throws {
        let isFree = state.withLock { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard isFree else {
            throw FlxError(.alreadyRunning, "subscription '\(subscription.name)': this runner is at work; end that run first")
        }
        defer { state.withLock { ($0.isRunning, $0.isStandby, $0.interruption) = (false, false, nil) } }
        var (failures, furthest) = (0, Position.start)
        while true {
            do {
                guard try await prepare(), try await takeLease() else { return }
                guard try await leased({ try await session(watch) }) else { return }
                failures = 0
            } catch {
                // A session that came further was not in vain.
                let reached = state.withLock(\.machine.checkpoint)
                (failures, furthest) = (reached > furthest ? 1 : failures + 1, max(furthest, reached))
                guard try await rest(after: error, failures) else { return }
            }
        }
    }

    /// Brings a view to the version of its code, before the lease is taken: until then the code of the former version may feed that.
    /// - Returns: False when the service shuts down or the task is cancelled.
    private func prepare() async throws -> Bool {
        guard let feed else { return true }
        state.withLock { $0.machine = SubscriptionMachine(policy: subscription.policy) }
        return try await cancelWhenGracefulShutdown {
            do {
                while try await !self.build(feed) { try await self.sleep.pause(for: self.subscription.policy.leaseTime / 3) }
                return true
            } catch {
                if Task.isCancelled { return false }
                throw error
            }
        }
    }

    /// Builds a view for the version of its code, unless an operator pauses the subscription. A later call goes on with the build.
    /// - Returns: False if it is paused.
    private func build(_ feed: ViewFeed) async throws -> Bool {
        guard try await feed.isBehind() else {
            _ = try await feed.begin()
            return true
        }
        guard try await control.orders().pause == nil else { return false }
        state.withLock { $0.isBuilding = true }
        defer { state.withLock { $0.isBuilding = false } }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                _ = try await feed.begin()
                return true
            }
            group.addTask {
                repeat {
                    try await self.sleep.pause(for: self.subscription.policy.leaseTime / 3)
                } while (try? await self.control.orders().pause) == nil
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }

    private func leased(_ work: () async throws -> Bool) async throws -> Bool {
        do {
            let goesOn = try await work()
            await giveLeaseBack()
            return goesOn
        } catch {
            await giveLeaseBack()
            throw error
        }
    }

    /// Waits after an error that ended the work, which begins anew then. The others of a group go on meanwhile.
    /// - Returns: False when the service shuts down or the task is cancelled.
    /// - Throws: The end of the store.
    private func rest(after error: any Error, _ failures: Int) async throws -> Bool {
        // A fold may throw any code.
        let code = (error as? FlxError).flatMap { $0.origin == .user ? nil : $0.code }
        if code == .closed { throw error }
        var metadata: Logger.Metadata = ["subscription": "\(subscription.name)", "error": "\(error)"]
        guard code != .leaseLost else {
            logger.warning("lease lost", metadata: metadata)
            return true
        }
        let pause = RetryPolicy.exponential(from: .milliseconds(100), attempts: .max).pause(after: min(failures, 16)) ?? .seconds(30)
        metadata["retry.in"] = "\(pause)"
        logger.log(level: code == .viewReplaced ? .notice : .error, "subscription interrupted", metadata: metadata)
        state.withLock { ($0.lastError, $0.interruption, $0.isStandby) = ("\(error)", "\(error)", false) }
        return await cancelWhenGracefulShutdown { (try? await self.sleep.pause(for: pause)) != nil }
    }

    /// Waits until every selected event up to what a receipt stands for is handled or parked: a reader of what the handler does, or of
    /// the view, then sees its own writes.
    /// - Parameter limit: The longest wait.
    /// - Throws: ``FlxError/Code/deadlineExceeded`` when it is not so far in time; ``FlxError/Code/cancelled``.
    public func caughtUp(to receipt: some Receipt, within limit: Duration) async throws(FlxError) {
        if let position = receipt.position { try await caughtUp(to: position, within: limit) }
    }

    /// Waits until every selected event up to a position is handled or parked.
    /// - Throws: As ``caughtUp(to:within:)-(Receipt,_)`` does.
    public func caughtUp(to position: Position, within limit: Duration) async throws(FlxError) {
        try await bell.wait(through: position, within: limit, clock: sleep, for: "subscription '\(subscription.name)'")
    }
}
