import Testing

@testable import FlxEvents

@Suite struct PauseTests {
    @Test(arguments: [Duration.seconds(Int64.max), .seconds(Int64.max) * 10, .nanoseconds(Int64.max)])
    func aPauseWithoutEndIsCancelled(pause: Duration) async {
        let sleeper = Task { try await ContinuousClock().pause(for: pause) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }

    @Test func noPauseIsNegative() {
        let policies: [RetryPolicy] = [
            .fixed(.seconds(-1), attempts: 3), .exponential(from: .seconds(-1), attempts: 3),
            .exponential(from: .seconds(1), to: .seconds(-5), attempts: 3),
        ]
        #expect(policies.map { $0.pause(after: 1) } == [.zero, .zero, .zero])
        #expect(policies.map { $0.pause(after: 2) } == [.zero, .zero, .zero])
    }

    @Test func aDeadlineMayBeAsFarAsDurationsGo() async throws {
        #expect(try await withDeadline(.seconds(Int64.max), clock: ContinuousClock()) { 7 } == 7)
    }
}
