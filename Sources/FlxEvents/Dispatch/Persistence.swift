import FlxCore
import Logging

/// Does work again after each error, with pauses that double to 30 seconds, so that it goes on by itself when what it needs is back.
struct Persistence: Sendable {
    let clock: any Clock<Duration>
    let logger: Logger

    /// Works until it succeeds.
    /// - Parameters:
    ///   - name: What the log calls the work.
    ///   - noticed: Is told each error that is not given up for.
    /// - Throws: Errors that no further attempt can mend: the end of a store or broker, of the task, and values that are refused.
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
                // A store or broker that speaks of a cancellation which is not that of this task is one that fails.
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
