import FlxCore

/// The pauses between the attempts of those who decide on the same events: they grow, and chance takes something off each, so that those
/// who met do not meet again.
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

extension EventStore {
    private static var attempts: Int { 5 }

    /// Appends for callers who cannot make the call again with the same ids: while the outcome is unknown, it asks again, some times.
    ///
    /// A refusal because of a version, a boundary or an id then says that nothing was kept. Any other error leaves the outcome unknown.
    func settled(
        _ writes: [StreamWrite], unless boundary: Boundary?, clock: any Clock<Duration>
    ) async throws(FlxError) -> AppendResult {
        let conflicts: [FlxError.Code] = [.versionConflict, .boundaryConflict, .idConflict]
        let pauses = RetryPolicy.exponential(from: .milliseconds(10), attempts: Self.attempts)
        var unknown: (error: FlxError, count: Int)?
        while true {
            do {
                return try await append(writes, unless: boundary)
            } catch {
                guard error.isOutcomeUnknown || unknown != nil, !conflicts.contains(error.code) else { throw error }
                unknown = (unknown?.error ?? error, (unknown?.count ?? 0) + 1)
                guard let pause = pauses.pause(after: unknown?.count ?? 1), (try? await clock.pause(for: pause)) != nil else {
                    throw unknown?.error ?? error
                }
            }
        }
    }
}
