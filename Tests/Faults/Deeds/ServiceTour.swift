import FlxCore
import FlxEvents
import FlxSQLite
import Logging

/// A service on a store: a subscription with parked events, its operators, and aggregates with snapshots.
struct ServiceTour {
    static let name = "crafted"

    private let store: SQLiteEventStore
    private let runner: SubscriptionRunner
    private let parking: ParkingPlace
    private let control: SubscriptionControl

    init(_ store: SQLiteEventStore) throws {
        var policy = SubscriptionPolicy()
        policy.breakerThreshold = .max
        policy.retry = .immediate(attempts: 1)
        policy.parking = .keyWaits
        let subscription = Subscription(Self.name, to: .types("moved"), policy: policy) { recorded in
            if recorded.position.value % 5 == 0 { throw Broken("poisoned") }
        }
        self.store = store
        runner = try SubscriptionRunner(subscription, on: store, logger: Self.silent)
        parking = try ParkingPlace(of: Self.name, in: store)
        control = try SubscriptionControl(of: Self.name, in: store)
    }

    private static let silent = Logger(label: "crafted") { _ in SwiftLogNoOpLogHandler() }

    /// Writes records of every kind to the log, and saves snapshots.
    func prepare() async throws {
        try await work { [control] in try await control.status().lag == 0 }
        let parked = try await parking.positions(.all)
        try require(parked.count > 3, "only \(parked.count) events are parked")
        _ = try await parking.discard(.position(parked[0]), reason: "no use", by: "ops")
        _ = try await parking.edit(at: parked[1], payload: Movement.event(7).payload, reason: "a slip", by: "ops")
        try await control.requestRetry(.position(parked[1]), perSecond: 1_000, by: "ops")
        try await work { [control] in try await control.retryCount() == 0 }
        _ = try await runner.retryParked(.position(parked[2]), by: "ops")
        try await control.pause(by: "ops", reason: "a rest")
        try await control.resume(by: "ops")
        try await control.stopRetries(by: "ops")
        try await control.requestRetry(.all, perSecond: 100, by: "ops")
        try await control.move(to: Position(2), by: "ops")
        try await aggregates()
    }

    /// Performs each step once, even if earlier ones failed.
    /// - Throws: A broken promise of any step, otherwise the first error.
    func run() async throws -> Deed.Outcome {
        var failure: (any Error)?
        func step(_ body: () async throws -> Void) async {
            do { try await body() } catch { failure = failure is Broken ? failure : error is Broken ? error : failure ?? error }
        }
        await step { _ = try await control.status() }
        await step { _ = try await control.retryCount() }
        await step { _ = try await parking.groups() }
        await step { _ = try await parking.events(limit: 20) }
        await step {
            let end = ContinuousClock.now + .milliseconds(300)
            try await work { [control] in
                let lag = try await control.status().lag
                return lag == 0 || ContinuousClock.now > end
            }
        }
        await step { _ = try await runner.retryParked(.all, by: "ops") }
        await step { _ = try await parking.discard(.all, reason: "no use", by: "ops") }
        await step { try await aggregates() }
        if let failure { throw failure }
        return Deed.Outcome()
    }

    /// Lets the runner work until a condition holds.
    private func work(until isDone: @escaping @Sendable () async throws -> Bool) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [runner] in try await runner.run() }
            defer { group.cancelAll() }
            while try await !isDone() { try await ContinuousClock().sleep(for: .milliseconds(5)) }
        }
    }

    /// Loads and changes aggregates with snapshots, and loads them without.
    private func aggregates() async throws {
        let settings = Snapshots(in: store, when: .every(2), logger: Self.silent)
        let (kept, folded) = (try Repository<Purse>(on: store, snapshots: settings), try Repository<Purse>(on: store))
        for account in 0..<3 {
            _ = try await kept.execute(1, on: "\(account)")
            _ = try await (kept.load("\(account)"), folded.load("\(account)"))
        }
    }
}
