import FlxCore

extension EventStore {
    /// Appends for callers who cannot make the call again with the same ids: while the outcome is unknown, it asks again, some times.
    ///
    /// A refusal because of a version, a boundary or an id then says that nothing was kept. Any other error leaves the outcome unknown.
    /// What is found recorded after an unknown outcome counts as new: most likely this call recorded it, and nobody else handles it.
    func settled(
        _ writes: [StreamWrite], unless boundary: Boundary?, clock: any Clock<Duration>
    ) async throws(FlxError) -> AppendResult {
        var attempts = 0
        let result = try await settling(clock) { () async throws(FlxError) in
            attempts += 1
            return try await append(writes, unless: boundary)
        }
        guard attempts > 1 else { return result }
        return AppendResult(places: result.places.map { .init(position: $0.position, version: $0.version, isNew: true) })
    }
}

/// Repeats an append while its outcome is unknown, some times.
func settling<Answer>(_ clock: any Clock<Duration>, _ append: () async throws(FlxError) -> Answer) async throws(FlxError) -> Answer {
    let conflicts: [FlxError.Code] = [.versionConflict, .boundaryConflict, .idConflict]
    let pauses = RetryPolicy.exponential(from: .milliseconds(10), attempts: 5)
    var unknown: (error: FlxError, count: Int)?
    while true {
        do {
            return try await append()
        } catch {
            guard error.isOutcomeUnknown || unknown != nil, !conflicts.contains(error.code) else { throw error }
            unknown = (unknown?.error ?? error, (unknown?.count ?? 0) + 1)
            guard let pause = pauses.pause(after: unknown?.count ?? 1), (try? await clock.pause(for: pause)) != nil else {
                throw unknown?.error ?? error
            }
        }
    }
}
