import FlxCore

/// The pauses between attempts to decide on the same events. They grow. Chance takes something off each, so that callers do not meet
/// again.
struct Contention: Sendable {
    private static let pauses = RetryPolicy.exponential(from: .milliseconds(1), to: .milliseconds(100), attempts: .max).jittered(1)

    let clock: any Clock<Duration>
    let chance: @Sendable () -> Double

    /// Waits after a failed attempt, counted from 1.
    /// - Throws: ``FlxError/Code/cancelled``.
    func pause(after attempt: Int) async throws(FlxError) {
        do {
            try await clock.pause(for: Self.pauses.pause(after: attempt, chance: chance()) ?? .zero)
        } catch {
            throw FlxError(.cancelled, "the task was cancelled between two attempts to decide", cause: error)
        }
    }
}
