import FlxCore

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
