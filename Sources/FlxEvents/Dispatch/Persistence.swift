import FlxCore
import Logging

/// Repeats work after each error, with pauses that double to 30 seconds. It continues by itself after an outage.
struct Persistence: Sendable {
    let clock: any Clock<Duration>
    let logger: Logger

    /// Works until it succeeds.
    /// - Parameters:
    ///   - name: The name of the work in the log.
    ///   - noticed: Called with each error that will be retried.
    /// - Throws: Permanent errors: a closed store or broker, a cancelled task, a lost lease, and refused values.
    func callAsFunction<Answer: Sendable>(
        _ name: String, noticed: (FlxError) -> Void = { _ in }, _ work: () async throws(FlxError) -> Answer
    ) async throws(FlxError) -> Answer {
        let pauses = RetryPolicy.exponential(from: .milliseconds(100), attempts: .max)
        let final: [FlxError.Code] = [.closed, .invalidValue, .limitExceeded, .leaseLost, .viewReplaced]
        var failures = 0
        while true {
            do throws(FlxError) {
                return try await work()
            } catch {
                // A cancellation reported by a store or broker, but not of this task, is a failure of the store or broker.
                if final.contains(error.code) || error.code == .cancelled && Task.isCancelled { throw error }
                failures += 1
                let pause = pauses.pause(after: min(failures, 16)) ?? .seconds(30)
                noticed(error)
                logger.warning("interrupted", metadata: ["work": "\(name)", "error": "\(error)", "retry.in": "\(pause)"])
                guard (try? await clock.pause(for: pause)) != nil else { throw FlxError(.cancelled, "\(name): the task was cancelled") }
            }
        }
    }
}
