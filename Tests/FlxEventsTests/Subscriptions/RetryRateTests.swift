import FlxTesting
import Testing

@testable import FlxEvents

@Suite struct RetryRateTests {
    private let bench = SubscriptionBench()
    private var store: MemoryEventStore { bench.store }

    @Test(arguments: [-1, 0, 1e-30, 1e-6, -.infinity, .infinity, .nan, .leastNonzeroMagnitude])
    func aRateThatIsNoneIsRefused(rate: Double) async throws {
        let control = try SubscriptionControl(of: "s", in: store)
        let error = await #expect(throws: FlxError.self) { try await control.requestRetry(.all, perSecond: rate, by: "ops") }
        #expect(error?.code == .invalidValue)
        #expect(try await control.retryCount() == 0)
    }

    @Test(arguments: [1.0 / 86_400, 0.5, 1, 1e300])
    func anyOtherIsTaken(rate: Double) async throws {
        let control = try SubscriptionControl(of: "s", in: store)
        try await control.requestRetry(.all, perSecond: rate, by: "ops")
        #expect(try await control.retryCount() == 1)
    }

    @Test func aRateOnRecordIsAtLeastOneADay() {
        for rate in [1e-30, 1e-300, Double.leastNonzeroMagnitude, 1e-6] { #expect(RetryRate.pause(rate) == .seconds(86_400)) }
        #expect(RetryRate.pause(4) == .milliseconds(250))
        for rate in [0, -1, -Double.infinity, Double.nan] { #expect(RetryRate.pause(rate) == nil) }
        #expect(RetryRate.pause(nil) == nil)
    }

    @Test func aServiceOutlivesAnOldRecordOfARateThatIsNearlyNone() async throws {
        try await bench.append(1...3)
        let (repaired, time) = (Seen<Int>(), ManualClock())
        let subscription = Subscription("s", policy: bench.policy()) { _ in if repaired.count == 0 { throw HandlerRefusal() } }
        try await bench.drain(subscription)
        repaired.add(1)
        let control = try SubscriptionControl(of: "s", in: store)
        try await control.record(RetryRequested(filter: .all, perSecond: 1e-30, operator: "ops"), by: "ops")
        let runner = try SubscriptionRunner(
            subscription, on: store, clock: time.events, sleep: time, logger: SubscriptionBench.silence)
        try await bench.run(runner) { [bench] in
            try await eventually { try await bench.parked("s") == [2, 3] }
            // The beat of the lease, and the pace of the retry.
            try await time.sleepers(reach: 2)
        }
        #expect(try await bench.parked("s") == [2, 3])
    }

    @Test func countsOnRecordDoNotOverflow() {
        let progress = RetryAdvanced(RetryProgress(total: .max, handled: .max, failed: .max, skipped: 1), of: .end, hasEnded: true).progress
        #expect(progress.done == .max)
        #expect(Int.max.addingClamped(1) == .max && Int.min.addingClamped(-1) == .min && 1.addingClamped(2) == 3)
    }

    @Test func pausesOfPoliciesEndAtTheLongest() {
        let policy = RetryPolicy.exponential(from: .nanoseconds(1), to: .seconds(Int64.max), attempts: .max).jittered(.nan)
        #expect(policy.pause(after: .max - 1).map { $0 > .seconds(Int64.max / 2) } == true)
        #expect(RetryPolicy.exponential(from: .zero, attempts: .max).pause(after: .max - 1) == .zero)
    }
}
