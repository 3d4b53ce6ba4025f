public import CoreMetrics
public import FlxCore
public import Logging
public import ServiceLifecycle

/// Durable subscriptions of one store that run as one service: they listen for new events once, and renew their leases in one step.
///
/// ```swift
/// let group = try SubscriptionGroup(store: store) {
///     Subscription("invoices", to: .types("order.placed")) { try await invoice($0) }
///     Subscription("stock") { try await count($0) }
/// }
/// try await ServiceGroup(services: [group], gracefulShutdownSignals: [.sigterm], logger: logger).run()
/// ```
///
/// A subscription that has nothing to do costs a task and no time.
public struct SubscriptionGroup: Service {
    /// The subscriptions, each with its runner.
    public let runners: [SubscriptionRunner]

    /// Joins subscriptions and a store.
    /// - Parameters:
    ///   - owner: Who runs them, for their leases; no two groups may have the same. By default a new id.
    ///   - clock: The time at which events are parked.
    ///   - sleep: What deadlines and pauses are measured by.
    ///   - logger: Where failures are told.
    ///   - middleware: Stands around each call of a handler with one event, the outermost first; see ``SubscriptionRunner``.
    ///   - metrics: Where the subscriptions are counted, under the names of ``ObservedNames``.
    /// - Throws: ``FlxError/Code/invalidValue`` when two have the same name; otherwise as the runners' initializer does.
    public init(
        store: any StateStore, owner: String = EventIDGenerator.system.next().description, clock: EventClock = .system,
        sleep: any Clock<Duration> = ContinuousClock(), logger: Logger = Logger(label: "flx"), middleware: [Middleware] = [],
        metrics: any MetricsFactory = MetricsSystem.factory,
        @SubscriptionBuilder _ subscriptions: () throws(FlxError) -> [Subscription]
    ) throws(FlxError) {
        var (runners, names) = ([SubscriptionRunner](), Set<ExactText>())
        for subscription in try subscriptions() {
            guard names.insert(ExactText(subscription.name)).inserted else {
                throw FlxError(.invalidValue, "subscriptions: two are named '\(subscription.name)'; give each its own name")
            }
            runners.append(
                try SubscriptionRunner(
                    subscription, on: store, owner: owner, clock: clock, sleep: sleep, logger: logger, middleware: middleware,
                    metrics: metrics))
        }
        self.runners = runners
    }

    /// Joins runners of one store, which they may see through upcasters or not.
    init(_ runners: [SubscriptionRunner]) {
        self.runners = runners
    }

    /// The runner of a subscription, by which operators act on it; nil where none has the name.
    public subscript(name: String) -> SubscriptionRunner? {
        runners.first { ExactText.same($0.subscription.name, name) }
    }

    /// Works until the service shuts down, which lets calls under way end and saves the checkpoints, or until the task is cancelled.
    ///
    /// Each subscription works under a lease of its own, which another process may have. One that cannot work, such as one whose checkpoint
    /// is beyond the end of the log, begins anew after pauses that grow to 30 seconds, and its status says why; the others go on.
    /// - Throws: ``FlxError/Code/closed`` when the store closes, ``FlxError/Code/alreadyRunning``. The first error ends all.
    public func run() async throws {
        guard !runners.isEmpty else {
            try? await gracefulShutdown()
            return
        }
        let watch = SubscriptionWatch(runners, leaseTime: runners.map(\.subscription.policy.leaseTime).min() ?? .seconds(30))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await watch.serve()
                return false
            }
            for runner in runners {
                group.addTask {
                    try await runner.run(watch)
                    return true
                }
            }
            var left = runners.count
            while left > 0, let isRunner = try await group.next() { left -= isRunner ? 1 : 0 }
            group.cancelAll()
        }
    }
}

/// Lists subscriptions, one in a line.
@resultBuilder public enum SubscriptionBuilder {
    /// See ``SubscriptionGroup``.
    public static func buildExpression(_ subscription: Subscription) -> [Subscription] { [subscription] }
    /// See ``SubscriptionGroup``.
    public static func buildExpression(_ subscriptions: [Subscription]) -> [Subscription] { subscriptions }
    /// See ``SubscriptionGroup``.
    public static func buildBlock(_ parts: [Subscription]...) -> [Subscription] { parts.flatMap(\.self) }
    /// See ``SubscriptionGroup``.
    public static func buildOptional(_ part: [Subscription]?) -> [Subscription] { part ?? [] }
    /// See ``SubscriptionGroup``.
    public static func buildEither(first: [Subscription]) -> [Subscription] { first }
    /// See ``SubscriptionGroup``.
    public static func buildEither(second: [Subscription]) -> [Subscription] { second }
    /// See ``SubscriptionGroup``.
    public static func buildArray(_ parts: [[Subscription]]) -> [Subscription] { parts.flatMap(\.self) }
}
