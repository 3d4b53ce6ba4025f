import FlxCore
import Logging
import ServiceLifecycle
import Synchronization

extension SubscriptionRunner {
    typealias Mailbox = AsyncStream<SubscriptionMachine.Input>.Continuation

    private var leaseName: String { subscription.checkpointName }

    /// Waits for the right to work; returns false when the service shuts down or the task is cancelled before.
    func takeLease() async throws -> Bool {
        guard let leases else { return true }
        let policy = subscription.policy
        return try await cancelWhenGracefulShutdown {
            while true {
                let lease = try await self.persist { () async throws(FlxError) in
                    try await leases.acquireLease(self.leaseName, owner: self.owner, for: policy.leaseTime)
                }
                self.state.withLock { ($0.lease, $0.isStandby) = (lease, lease == nil) }
                if lease != nil { return true }
                guard (try? await self.sleep.sleep(for: policy.leaseTime / 3)) != nil else { return false }
            }
        }
    }

    func giveLeaseBack() async {
        guard let leases, let lease = state.withLock({ $0.lease.take() }) else { return }
        // A store that cannot take it lets it expire.
        try? await leases.releaseLease(lease)
    }

    /// Works under one lease.
    /// - Returns: Whether the work begins anew, since an operator moved the subscription.
    func session() async throws -> Bool {
        let (inputs, mailbox) = AsyncStream.makeStream(of: SubscriptionMachine.Input.self)
        state.withLock { state in
            state.machine = SubscriptionMachine(policy: subscription.policy, keyOf: subscription.key)
            state.mailbox = mailbox
            state.startsAgain = false
        }
        defer { close() }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                if (try? await gracefulShutdown()) != nil { mailbox.yield(.stop) }
            }
            group.addTask { try await self.report(to: mailbox) { try await self.start() } }
            group.addTask { try await self.report(to: mailbox) { try await self.keep(mailbox) } }
            for await input in inputs {
                for action in state.withLock({ $0.machine.handle(input) }) {
                    if action == .finish {
                        group.cancelAll()
                        return
                    }
                    group.addTask { try await self.report(to: mailbox) { try await self.perform(action) } }
                }
            }
            group.cancelAll()
        }
        return state.withLock(\.startsAgain)
    }

    private func close() {
        let holders = state.withLock { state in
            state.mailbox = nil
            defer { state.holders = [:] }
            return state.holders.values
        }
        for holder in holders { holder.resume(returning: false) }
    }

    /// Sends what came of an action to the machine. An error ends the session, unless it ends already.
    private func report(
        to mailbox: Mailbox, _ work: () async throws -> SubscriptionMachine.Input?
    ) async throws {
        do {
            if let input = try await work() { mailbox.yield(input) }
        } catch {
            if Task.isCancelled { return }
            mailbox.finish()
            throw error
        }
    }

    /// Renews the lease, and looks for what operators did through other processes.
    private func keep(_ mailbox: Mailbox) async throws -> SubscriptionMachine.Input? {
        let policy = subscription.policy
        // A retry that was asked for while nobody ran is waiting.
        mailbox.yield(.called)
        var seen = try await store.lastPosition()
        while (try? await sleep.sleep(for: policy.leaseTime / 3)) != nil {
            if let leases, let lease = state.withLock(\.lease) {
                let renewed = try await persist { () async throws(FlxError) in
                    try await leases.renewLease(lease, for: policy.leaseTime)
                }
                state.withLock { if $0.lease?.token == renewed.token { $0.lease = renewed } }
            }
            let last = try await persist { () async throws(FlxError) in try await self.store.lastPosition() }
            if last > seen { mailbox.yield(.called) }
            seen = last
        }
        return nil
    }

    /// Lets the keys go on of which nothing is parked any more, since it was discarded.
    private func freeKeys() async throws(FlxError) {
        let blocked = state.withLock(\.machine.blocked)
        guard !blocked.isEmpty else { return }
        for key in blocked.subtracting(try await parking.waitingKeys()) {
            guard await hold(key) else { continue }
            var isBlocked = true
            defer { send(.release(key, isBlocked: isBlocked)) }
            // Another event may have been parked until the key was held.
            isBlocked = try await parking.waitingKeys().contains(key)
        }
    }

    /// Does what operators want: a pause at once, a move by a new beginning, retries one after the other.
    func obey() async throws -> SubscriptionMachine.Input {
        let orders = try await persist { () async throws(FlxError) in try await self.control.orders() }
        if orders.move != nil {
            state.withLock { $0.startsAgain = true }
            return .stop
        }
        send(orders.pause == nil ? .resume : .pause)
        try await freeKeys()
        for (request, recorded) in orders.retries {
            _ = try await retryNow(request.filter, by: request.operator, perSecond: request.perSecond) { _ in }
            // A job that was broken off is done to its end by the next session.
            guard !Task.isCancelled else { break }
            try await persist { () async throws(FlxError) in
                try await self.fence.setCheckpoint(self.control.retriesName, to: recorded)
            }
        }
        return .obeyed
    }
}
