@testable import FlxEvents
import Logging
import ServiceLifecycleTestKit
import Testing

/// What the tests of subscriptions share: a store, numbered events in it, and a runner that runs until something holds.
struct SubscriptionBench {
    let store: MemoryEventStore

    init(_ store: MemoryEventStore = .memory()) {
        self.store = store
    }

    static let silence = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    func append(_ numbers: ClosedRange<Int>, to stream: StreamName = "s") async throws {
        try await store.append(try numbers.map { try Event(Counted(number: $0)) }, to: stream)
    }

    static func number(_ recorded: RecordedEvent) throws -> Int { try recorded.event.decode(as: Counted.self).number }

    /// The numbers of the events that a subscription parked.
    func parked(_ name: String, _ filter: ParkedFilter = .all) async throws -> [Int] {
        try await ParkingPlace(of: name, in: store).events(filter, limit: 1_000).map { try Self.number($0.event) }
    }

    func policy(_ change: (inout SubscriptionPolicy) -> Void = { _ in }) -> SubscriptionPolicy {
        var policy = SubscriptionPolicy()
        policy.retry = .immediate(attempts: 2)
        change(&policy)
        return policy
    }

    func runner(_ subscription: Subscription) throws -> SubscriptionRunner {
        try SubscriptionRunner(subscription, on: store, logger: Self.silence)
    }

    /// Runs a subscription until a condition holds, then shuts it down in good order.
    func run(_ subscription: Subscription, until condition: @escaping @Sendable () async throws -> Bool) async throws {
        try await run(try runner(subscription)) { try await eventually(condition) }
    }

    /// Runs a subscription while something is done, then shuts it down in good order.
    func run(_ runner: SubscriptionRunner, while work: () async throws -> Void) async throws {
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await runner.run() }
                try await work()
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
    }

    /// Runs a subscription until nothing is left for it to do.
    func drain(_ subscription: Subscription) async throws {
        let runner = try runner(subscription)
        try await run(runner) { try await eventually { try await Self.isIdle(runner) } }
    }

    static func isIdle(_ runner: SubscriptionRunner) async throws -> Bool {
        let status = try await runner.status()
        guard status.isRunning == true, try await runner.control.definition() != nil else { return false }
        return status.lag == 0 && status.handling == nil && status.checkpoint == status.lastPosition
    }
}
