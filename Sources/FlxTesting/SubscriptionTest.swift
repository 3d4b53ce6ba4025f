public import FlxCore
public import FlxEvents
import Logging
import Synchronization

/// A test of a subscription in given/when/then form: events in a log, a run of the subscription over them, and the outcomes.
///
/// ```swift
/// let outcome = try await SubscriptionTest(bills)
///     .given(OrderPlaced(customer: "ann", total: 40), in: "order-17")
///     .run()
/// #expect(outcome.appended.map(\.event.type) == ["bill.sent"])
/// #expect(outcome.parked.isEmpty)
/// ```
///
/// The log is a new store in memory. Pauses between attempts take no time: the clock of the subscription moves by itself whenever nothing
/// else happens. While a handler is at work it stands still, unless the handler waits by it or seems to hang.
public struct SubscriptionTest: Sendable {
    /// A call of the handler with one event.
    public struct Attempt: Sendable {
        /// The event.
        public let event: Event
        /// The error of the handler; nil if it handled the event.
        public let error: String?
    }

    /// The result of a run.
    public struct Outcome: Sendable {
        /// The calls of the handler in the order of their ends. A handler of batches has none here, and neither has a view.
        public let attempts: [Attempt]
        /// The parked events, in the order of the log.
        public let parked: [ParkedEvent]
        /// The events that the handler appended, or effects that were kept once.
        public let appended: [RecordedEvent]
        /// The store after the run, for questions to views.
        public let store: MemoryEventStore
    }

    private let subscription: Subscription
    private let clock: ManualClock
    private var writes: [StreamWrite] = []

    /// Creates a test.
    /// - Parameter clock: The clock of the subscription; give it to a handler that waits.
    public init(_ subscription: Subscription, clock: ManualClock = ManualClock()) {
        (self.subscription, self.clock) = (subscription, clock)
    }

    /// Adds events to the log.
    /// - Throws: The error of an event that cannot be encoded.
    public func given(_ events: any DomainEvent..., in stream: StreamName = "stream") throws -> SubscriptionTest {
        var test = self
        test.writes.append(StreamWrite(try events.map { try Event($0, stream: stream, time: clock.time) }, to: stream))
        return test
    }

    /// Runs the subscription until every event is handled or parked.
    /// - Parameters:
    ///   - limit: The time on the clock of the subscription after which the run fails.
    ///   - store: The log, such as one that other parts of the test know; by default a new one.
    /// - Throws: ``ScenarioFailure`` after the limit, with the reason in the status of the subscription; the errors of the runner.
    public func run(within limit: Duration = .seconds(3_600), on store: MemoryEventStore = MemoryEventStore()) async throws -> Outcome {
        for write in writes { _ = try await store.append([write], unless: nil) }
        let (last, attempts) = (try await store.lastPosition(), Attempts())
        let silence = Logger(label: "flx.testing") { _ in SwiftLogNoOpLogHandler() }
        let sleep = RunnerClock(clock)
        let runner = try SubscriptionRunner(
            subscription, on: store, clock: clock.events, sleep: sleep, logger: silence, middleware: [attempts.middleware])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runner.run() }
            defer { group.cancelAll() }
            try await wait(for: runner, sleep, within: limit)
        }
        var appended: [RecordedEvent] = []
        for try await page in store.pages(.all, .forward(after: last)) { appended += page.events }
        return Outcome(
            attempts: attempts.list.withLock(\.self), parked: try await runner.parking.events(limit: .max), appended: appended,
            store: store)
    }

    /// Waits until the subscription has nothing to do, and lets time pass while nothing happens.
    private func wait(for runner: SubscriptionRunner, _ sleep: RunnerClock, within limit: Duration) async throws {
        var (passed, quiet, former) = (Duration.zero, 0, SubscriptionStatus?.none)
        var step = Self.step
        while true {
            let status = try await runner.status()
            if status.version == subscription.version, status.lag == 0, status.handling == nil, status.isRunning == true { return }
            if status != former { (quiet, step) = (0, Self.step) } else { quiet += 1 }
            former = status
            let isAtWork = status.handling != nil && clock.sleepers <= sleep.sleepers
            if quiet > (isAtWork ? 10_000 : 100) {
                quiet = 0
                passed += step
                clock.advance(by: step)
                // A handler that hangs is given up by its deadline, which may be far.
                step = isAtWork ? min(step * 2, .seconds(60)) : Self.step
            }
            guard passed < limit else {
                throw ScenarioFailure(
                    subject: subscription.name, events: writes.flatMap(\.events), expected: "every event is handled or parked in \(limit)",
                    seen: "it is at position \(status.checkpoint) of \(status.lastPosition): \(status.reason ?? "no reason is known")")
            }
            await Task.yield()
        }
    }

    private static let step = Duration.seconds(1)

    /// The clock for the pauses of the runner, which counts them: the other sleepers are the handler's.
    private final class RunnerClock: Clock {
        private let base: ManualClock
        private let count = Atomic(0)

        init(_ base: ManualClock) { self.base = base }

        var now: ManualClock.Instant { base.now }
        var minimumResolution: Duration { base.minimumResolution }
        var sleepers: Int { count.load(ordering: .sequentiallyConsistent) }

        func sleep(until deadline: ManualClock.Instant, tolerance: Duration?) async throws {
            count.add(1, ordering: .sequentiallyConsistent)
            defer { count.subtract(1, ordering: .sequentiallyConsistent) }
            try await base.sleep(until: deadline, tolerance: tolerance)
        }
    }

    private final class Attempts: Sendable {
        let list = Mutex<[Attempt]>([])

        var middleware: Middleware {
            Middleware(handle: { publication, _, next in
                do {
                    try await next(publication)
                    self.list.withLock { $0.append(Attempt(event: publication.event, error: nil)) }
                } catch {
                    self.list.withLock { $0.append(Attempt(event: publication.event, error: "\(error)")) }
                    throw error
                }
            })
        }
    }
}
