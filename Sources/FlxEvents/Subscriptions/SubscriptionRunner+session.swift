import CoreMetrics
import FlxCore
import Logging
import ServiceLifecycle
import Synchronization

extension SubscriptionRunner {
    private var leaseName: String { subscription.checkpointName }

    /// Waits for the right to work; returns false when the service shuts down or the task is cancelled before.
    func takeLease() async throws -> Bool {
        // Most often it is free, and there is nothing to wait for that a shutdown would have to end.
        if (try? await acquireLease()) == true { return true }
        return try await cancelWhenGracefulShutdown {
            do throws(FlxError) {
                while try await !self.persist({ () async throws(FlxError) in try await self.acquireLease() }) {
                    guard (try? await self.sleep.pause(for: self.subscription.policy.leaseTime / 3)) != nil else { return false }
                }
                return true
            } catch {
                if Task.isCancelled { return false }
                throw error
            }
        }
    }

    private func acquireLease() async throws(FlxError) -> Bool {
        let isMine = try await holdLease()
        state.withLock { $0.isStandby = !isMine }
        return isMine
    }

    /// Takes the lease for one more of those who share it, a run and retries, each of which gives it back.
    /// - Returns: False if another runner has it.
    func holdLease() async throws(FlxError) -> Bool {
        let time = subscription.policy.leaseTime
        // A new one would end what the others do under theirs.
        if let held = state.withLock(\.lease), let renewed = try? await store.renewLease(held, for: time) {
            let isShared = state.withLock { state in
                guard state.lease?.token == renewed.token else { return false }
                (state.lease, state.leaseHolds) = (renewed, state.leaseHolds + 1)
                return true
            }
            if isShared { return true }
        }
        guard let lease = try await store.acquireLease(leaseName, owner: owner, for: time) else { return false }
        state.withLock { state in
            // Of two that were taken at the same time, the later one counts.
            if lease.token > state.lease?.token ?? 0 { state.lease = lease }
            state.leaseHolds += 1
        }
        return true
    }

    /// Releases the lease once nobody works under it any more.
    func giveLeaseBack() async {
        let lease = state.withLock { state -> Lease? in
            state.leaseHolds -= 1
            return state.leaseHolds == 0 ? state.lease.take() : nil
        }
        guard let lease else { return }
        // A store that cannot take it lets it expire.
        try? await store.releaseLease(lease)
    }

    /// Works under one lease.
    /// - Returns: Whether the work begins anew, since an operator moved the subscription.
    func session(_ watch: SubscriptionWatch) async throws -> Bool {
        let mailbox = Mailbox()
        state.withLock { state in
            state.machine = SubscriptionMachine(policy: subscription.policy)
            state.mailbox = mailbox
            state.calls = GivableCalls(patience: subscription.policy.drain, clock: sleep)
            (state.startsAgain, state.isEnding) = (false, false)
        }
        watch.join(self)
        defer {
            watch.leave(self)
            state.withLock { $0.mailbox = nil }
        }
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                // Before the group waits for those who wait to hold a key.
                defer { refuseHolders() }
                calls: for await _ in mailbox.calls {
                    while let message = mailbox.take() {
                        guard try start(message, watch, mailbox, in: &group) else { break calls }
                    }
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            mailbox.send(.input(.stop))
        }
        return state.withLock(\.startsAgain)
    }

    /// Starts what a message asks for; returns whether the session goes on.
    ///
    /// Never inlined: what it needs for a moment would lie in the frame of an idle session for good.
    @inline(never)
    private func start(
        _ message: Mailbox.Message, _ watch: SubscriptionWatch, _ mailbox: Mailbox, in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) throws(FlxError) -> Bool {
        switch message {
        case .begin: group.addTask { try await self.report(to: mailbox) { try await self.begin(watch) } }
        case .failed(let error): throw error
        case .input(let input):
            var isReading = false
            for action in handle(input) {
                switch action {
                case .finish: return false
                case .wait(let position): watch.wait(self, after: position)
                case .held(let key): answer(key, true)
                case .released(let key, let goesOn): answer(key, goesOn)
                default: group.addTask { try await self.report(to: mailbox) { try await self.perform(action, watch) } }
                }
                if case .read = action { isReading = true }
            }
            // Who was told of news and does not read makes room for others.
            if case .rang = input, !isReading { watch.done(self) }
        }
        return true
    }

    /// Takes a call of the watch.
    func take(_ call: WatchList.Call) {
        let message: Mailbox.Message = switch call {
        case .begin: .begin
        case .rang: .input(.rang)
        }
        state.withLock(\.mailbox)?.send(message)
    }

    /// Ends the session for an error, after which the next one begins.
    func end(for error: FlxError) {
        state.withLock(\.mailbox)?.send(.failed(error))
    }

    /// Records how far the end of the log is from the checkpoint.
    func recordLag(from last: Position) async {
        let (known, isStandby) = state.withLock { ($0.machine.phase == .beginning ? nil : $0.machine.checkpoint, $0.isStandby) }
        // The one that works tells it.
        if isStandby { return }
        guard let checkpoint = if let known { known } else { try? await control.checkpoint(ofView: feed?.view.name) } else { return }
        metrics.lag.record(max(0, last.value - checkpoint.value))
    }

    /// Keeps a lease that was renewed; one that was lost ends the session under it.
    func keep(_ renewed: Lease?, for lease: Lease) {
        let mailbox = state.withLock { state -> Mailbox? in
            guard state.lease?.token == lease.token else { return nil }
            guard renewed == nil else {
                state.lease = renewed
                return nil
            }
            return state.mailbox
        }
        mailbox?.send(
            .failed(FlxError(.leaseLost, "subscription '\(subscription.name)': another runner took its lease; this one stands by")))
    }

    private func handle(_ input: SubscriptionMachine.Input) -> [SubscriptionMachine.Action] {
        let (actions, pauses, checkpoint) = state.withLock { state in
            var input = input
            if case .started(var start) = input {
                // Retries that began beside a former session go on.
                start.held = Set(state.retried.compactMap { if case .key(let key) = $0 { key } else { nil } })
                input = .started(start)
            }
            let actions = state.machine.handle(input)
            if case .started = input {
                state.interruption = nil
                bell.reset(to: state.machine.checkpoint)
            }
            switch input {
            case .pause, .stop:
                defer { state.pauses = GivableCalls(patience: .zero, clock: sleep) }
                return (actions, state.pauses as GivableCalls?, state.machine.checkpoint)
            default: return (actions, nil, state.machine.checkpoint)
            }
        }
        bell.ring(through: checkpoint)
        pauses?.giveUp()
        return actions
    }

    func answer(_ key: ExactText, _ answer: Bool) {
        state.withLock { $0.holders.removeValue(forKey: key) }?.resume(returning: answer)
    }

    private func refuseHolders() {
        let holders = state.withLock { state in
            state.isEnding = true
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
            if let input = try await work() { mailbox.send(.input(input)) }
        } catch {
            if Task.isCancelled { return }
            mailbox.finish()
            throw error
        }
    }

    /// Reads what operators want: a pause is obeyed at once, a move by a new beginning; retries are worked off beside the handler.
    func obey() async throws(FlxError) -> SubscriptionMachine.Input {
        let orders = try await persist { () async throws(FlxError) in try await self.control.orders() }
        if orders.move != nil {
            state.withLock { $0.startsAgain = true }
            return .stop
        }
        send(orders.pause == nil ? .resume : .pause)
        let blocked = try await persist { () async throws(FlxError) in try await self.parking.waitingKeys() }
        return .obeyed(blocked: blocked, hasJobs: !orders.retries.isEmpty)
    }
}
