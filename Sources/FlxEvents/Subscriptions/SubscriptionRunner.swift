public import FlxCore
public import Logging
public import ServiceLifecycle
import Synchronization

/// Performs what a subscription's state machine decides: reads pages, calls the handler, parks, saves checkpoints, waits.
///
/// One runner of a name may work at a time. Errors of the store are logged and tried again with growing pauses, so that a subscription
/// goes on by itself once the store does.
public final class SubscriptionRunner: Service {
    /// What a subscription needs of a store.
    public typealias Store = EventStore & CheckpointStore

    struct State {
        var machine: SubscriptionMachine
        var mailbox: AsyncStream<SubscriptionMachine.Input>.Continuation?
        var lastError: String?
        var pausedBy: String?
        /// Operators who wait until a key is held.
        var holders: [String: CheckedContinuation<Bool, Never>] = [:]
    }

    let subscription: Subscription
    let store: any Store
    let clock: EventClock
    let sleep: any Clock<Duration>
    let logger: Logger
    /// Where it puts events aside.
    public let parking: ParkingPlace
    let state: Mutex<State>

    /// Joins a subscription and a store.
    /// - Parameters:
    ///   - clock: The time at which events are parked.
    ///   - sleep: What deadlines and pauses are measured by.
    ///   - logger: Where failures are told.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` when the subscription's name is none.
    public init(
        _ subscription: Subscription, on store: any Store, clock: EventClock = .system, sleep: any Clock<Duration> = ContinuousClock(),
        logger: Logger = Logger(label: "flx")
    ) throws(FlxError) {
        parking = try ParkingPlace(of: subscription.name, in: store)
        self.subscription = subscription
        self.store = store
        self.clock = clock
        self.sleep = sleep
        self.logger = logger
        state = Mutex(State(machine: SubscriptionMachine(policy: subscription.policy, keyOf: subscription.key)))
    }

    /// Works until the service shuts down, which lets calls under way end and saves the checkpoint, or until the task is cancelled.
    /// - Throws: ``FlxError/Code/closed`` when the store closes, ``FlxError/Code/alreadyRunning``.
    public func run() async throws {
        let (inputs, mailbox) = AsyncStream.makeStream(of: SubscriptionMachine.Input.self)
        try begin(mailbox)
        defer { end() }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                if (try? await gracefulShutdown()) != nil { mailbox.yield(.stop) }
            }
            group.addTask { try await self.report(to: mailbox) { try await self.start() } }
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
    }

    /// Sends what came of an action to the machine. An error ends the run, unless the run ends already.
    private func report(
        to mailbox: AsyncStream<SubscriptionMachine.Input>.Continuation, _ work: () async throws -> SubscriptionMachine.Input?
    ) async throws {
        do {
            if let input = try await work() { mailbox.yield(input) }
        } catch {
            if Task.isCancelled { return }
            mailbox.finish()
            throw error
        }
    }

    private func begin(_ mailbox: AsyncStream<SubscriptionMachine.Input>.Continuation) throws(FlxError) {
        let isFree = state.withLock { state in
            guard state.mailbox == nil else { return false }
            state.machine = SubscriptionMachine(policy: subscription.policy, keyOf: subscription.key)
            if state.pausedBy != nil { _ = state.machine.handle(.pause) }
            state.mailbox = mailbox
            return true
        }
        guard isFree else {
            throw FlxError(.alreadyRunning, "subscription '\(subscription.name)': this runner is at work; end that run first")
        }
    }

    private func end() {
        let holders = state.withLock { state in
            state.mailbox = nil
            defer { state.holders = [:] }
            return state.holders.values
        }
        for holder in holders { holder.resume(returning: false) }
    }

    /// Holds the subscription: calls under way end, no others begin, until ``resume()``.
    /// - Parameter operator: Who wants it, for the status.
    public func pause(by operator: String) {
        state.withLock { state in
            state.pausedBy = `operator`
            _ = state.mailbox?.yield(.pause)
        }
    }

    /// Goes on after a pause.
    public func resume() {
        state.withLock { state in
            state.pausedBy = nil
            _ = state.mailbox?.yield(.resume)
        }
    }

    /// How the subscription stands.
    /// - Throws: What reading from the store throws.
    public func status() async throws(FlxError) -> SubscriptionStatus {
        let last = try await store.lastPosition()
        let parked = try await parking.count()
        return state.withLock { state in
            SubscriptionStatus(
                checkpoint: state.machine.checkpoint, lastPosition: last, oldestWaiting: state.machine.window.first?.recordedTime,
                parked: parked, lastError: state.lastError, pausedBy: state.pausedBy, isResting: state.machine.breaker.isOpen)
        }
    }
}
