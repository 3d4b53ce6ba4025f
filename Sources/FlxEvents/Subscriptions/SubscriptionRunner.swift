public import CoreMetrics
public import FlxCore
public import Logging
public import ServiceLifecycle
import Synchronization

/// Performs what a subscription's state machine decides: reads pages, calls the handler, parks, saves checkpoints, waits.
///
/// One runner of a name works at a time: a second one stands by until the first gives its lease back or
/// does not renew it. Errors of the store are logged and tried again with growing pauses, so that a subscription goes on by itself once
/// the store does.
public final class SubscriptionRunner: Service {
    /// A part of the parked events that one retry at a time works on.
    enum RetryPart: Hashable, Sendable {
        case event(Position)
        case key(ExactText)
    }

    struct State {
        var machine: SubscriptionMachine
        var mailbox: Mailbox?
        var calls: GivableCalls
        /// The waits of jobs, which end when no calls may begin any more.
        var pauses: GivableCalls
        var isRunning = false
        var isStandby = false
        /// True while a view is built for the version of the code.
        var isBuilding = false
        var lease: Lease?
        /// The number of those who work under the lease: a run, and retries.
        var leaseHolds = 0
        /// True if the session ends only to begin anew.
        var startsAgain = false
        var lastError: String?
        /// The error that ended a session, until the next one begins.
        var interruption: String?
        /// The number of those who wait for a store that fails.
        var storeWaits = 0
        /// True if the session ends, which answers nobody any more.
        var isEnding = false
        /// What retries are at work on.
        var retried: Set<RetryPart> = []
        /// Operators who wait for a key, or for the answer to its release.
        var holders: [ExactText: CheckedContinuation<Bool, Never>] = [:]
    }

    let subscription: Subscription
    let store: any StateStore
    let filter: SubscriptionFilter
    /// Under which name this runner takes its lease.
    let owner: String
    let clock: EventClock
    let sleep: any Clock<Duration>
    let chance: @Sendable () -> Double
    let logger: Logger
    /// The sides of middleware that stand around calls of the handler, the innermost first.
    let sides: [Middleware.HandleSide]
    let metrics: SubscriptionMetrics
    /// The parking place of the subscription.
    public let parking: ParkingPlace
    /// The control of the subscription by operators.
    public let control: SubscriptionControl
    let slots: CallSlots
    /// The view that the subscription feeds; nil for one that has its own checkpoint.
    let feed: ViewFeed?
    /// Rung with each step of the checkpoint.
    let bell = Doorbell()
    let state: Mutex<State>

    /// Joins a subscription and a store.
    /// - Parameters:
    ///   - owner: Who runs it, for its lease; no two runners may have the same. By default a new id.
    ///   - clock: The time at which events are parked.
    ///   - sleep: What deadlines and pauses are measured by.
    ///   - chance: Numbers from 0 to 1 that spread the pauses between attempts.
    ///   - logger: Where failures are told.
    ///   - middleware: Stands around each call of the handler with one event, the outermost first: ``Middleware/measure(with:clock:)`` and
    ///     ``Middleware/trace(with:)`` measure and trace it as they do with the handlers of a bus. A batch, a view and a relay have none.
    ///   - metrics: Where the subscription is counted, under the names of ``ObservedNames``.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` when the subscription's name is none, or its policy
    ///   makes no sense.
    public init(
        _ subscription: Subscription, on store: any StateStore, owner: String = EventIDGenerator.system.next().description,
        clock: EventClock = .system, sleep: any Clock<Duration> = ContinuousClock(), chance: @escaping @Sendable () -> Double = someChance,
        logger: Logger = Logger(label: "flx"), middleware: [Middleware] = [], metrics: any MetricsFactory = MetricsSystem.factory
    ) throws(FlxError) {
        try subscription.check()
        parking = try ParkingPlace(of: subscription.name, in: store, sleep: sleep)
        control = try SubscriptionControl(of: subscription.name, clock, parking, store)
        self.subscription = subscription
        let metrics = SubscriptionMetrics(of: subscription.name, in: metrics)
        self.metrics = metrics
        feed = Self.feed(of: subscription, in: store, parking, clock, sleep, logger, metrics)
        self.store = feed?.view.store ?? store
        filter = feed.map { SubscriptionFilter(of: $0.view) }
            ?? SubscriptionFilter(selection: subscription.selection, patterns: subscription.patterns, name: subscription.name)
        self.owner = owner
        self.clock = clock
        self.sleep = sleep
        self.chance = chance
        self.logger = logger
        sides = middleware.reversed().compactMap(\.handle)
        slots = CallSlots(subscription.policy.parallelism)
        let none = GivableCalls(patience: .zero, clock: sleep)
        state = Mutex(State(machine: SubscriptionMachine(policy: subscription.policy), calls: none, pauses: none))
    }

    private static func feed(
        of subscription: Subscription, in store: any StateStore, _ parking: ParkingPlace, _ clock: EventClock, _ sleep: any Clock<Duration>,
        _ logger: Logger, _ metrics: SubscriptionMetrics
    ) -> ViewFeed? {
        guard case .view(let make, let failure) = subscription.work else { return nil }
        let view = make(store)
        let aside: ViewRunner.Aside = { event, error, generation throws(FlxError) in
            guard try await parking.version(at: event.position) != view.version else { return }
            let parked = EventParked(event.position, key: "", holdsKey: false, attempts: 1, error: error, handlerVersion: view.version)
            let correlation = event.event.correlationID ?? event.id
            let fact = try Event(
                parked, stream: parking.stream, time: clock.now(), correlationID: correlation, causationID: event.id)
            do throws(FlxError) {
                // A build that was dropped, or came further by another runner, parks nothing more.
                try await view.store.commit(StoreChange(
                    [StreamWrite([fact], to: parking.stream)],
                    if: [.number(ViewHead.key(generation.id), equals: generation.checkpoint.value)]))
            } catch {
                throw error.code == .stateConflict ? error.from(.rival) : error
            }
            metrics.tell(parked, event, to: logger)
        }
        let runner = ViewRunner(view, subscription.policy.longestRun, clock, sleep, logger, aside: failure == .park ? aside : nil)
        return ViewFeed(runner)
    }

    /// A number of the system's randomness, from 0 to 1.
    public static let someChance: @Sendable () -> Double = {
        var random = SystemRandomNumberGenerator()
        return Double(random.next() >> 11) / Double(1 << 53 as UInt64)
    }

    /// Works until the service shuts down, which lets calls under way end and saves the checkpoint, or until the task is cancelled. A
    /// call that does not end within ``SubscriptionPolicy/drain`` is left behind in both cases; it keeps its place among the calls that
    /// run at the same time until it has ended.
    ///
    /// A ``SubscriptionGroup`` runs several together, which costs less.
    ///
    /// A runner that loses its lease, because it stood still for too long, notices with its next write, of which nothing is kept; it then
    /// stands by and begins anew when it gets the lease again.
    /// - Throws: ``FlxError/Code/closed`` when the store closes, ``FlxError/Code/alreadyRunning``.
    public func run() async throws {
        try await SubscriptionGroup([self]).run()
    }

    /// Holds the subscription: calls under way end, no others begin, until ``resume(by:)``, also after a restart.
    /// - Parameters:
    ///   - operator: Who wants it; on record.
    ///   - reason: Why, where there is more to say.
    /// - Throws: ``FlxError/Code/invalidValue`` without an operator, and what the store throws.
    public func pause(by operator: String, reason: String? = nil) async throws(FlxError) {
        try await control.pause(by: `operator`, reason: reason)
        send(.pause)
        // Whatever is being obeyed just now may be older: the record decides.
        send(.called)
    }

    /// Goes on after a pause.
    /// - Throws: As ``pause(by:reason:)`` does.
    public func resume(by operator: String) async throws(FlxError) {
        try await control.resume(by: `operator`)
        send(.resume)
        send(.called)
    }

    /// Goes on after another position: an earlier one hands events out again, a later one skips them. Calls under way end first.
    /// - Throws: As ``pause(by:reason:)`` does.
    public func move(to position: Position, by operator: String, reason: String? = nil) async throws(FlxError) {
        try await control.move(to: position, by: `operator`, reason: reason)
        send(.called)
    }

    /// Returns the state of the subscription.
    /// - Throws: What reading from the store throws.
    public func status() async throws(FlxError) -> SubscriptionStatus {
        let stored = try await control.checkpoint(ofView: feed?.view.name)
        let live = state.withLock { $0.mailbox == nil ? nil : $0.machine.checkpoint }
        let checkpoint = max(stored, live ?? .start)
        var status = try await control.status(from: checkpoint, filter, version: subscription.version)
        state.withLock { state in
            status.isRunning = state.isRunning
            status.isStandby = state.isStandby
            status.isRebuilding = state.isBuilding
            status.isResting = state.machine.breaker.isOpen
            status.handling = state.machine.running.values.compactMap { $0.first?.event.position }.min()
            status.interruption = state.interruption
            status.lastError = state.lastError ?? status.lastError
            status.isRetrying = state.machine.isRetrying || state.storeWaits > 0
        }
        return status
    }

    /// The store, as the runner may write to it now.
    var fence: Fence { Fence(store: store, name: subscription.name, lease: state.withLock(\.lease)) }

    func send(_ input: SubscriptionMachine.Input) {
        state.withLock(\.mailbox)?.send(.input(input))
    }
}
