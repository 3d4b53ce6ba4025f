public import FlxCore

extension SQLiteEventStore: VerifiableStore {
    /// See ``FlxCore/VerifiableStore/verify(progress:)``.
    ///
    /// Events are read in pages, so that appends go on and the write-ahead log stays small. Only the last part, SQLite's own
    /// `integrity_check` of the tables, holds one view of the file from its beginning to its end.
    public func verify(progress: @Sendable (_ done: Int64, _ total: Int64) -> Void) async throws(FlxError) -> VerificationReport {
        try await verify(placesBeyondEnd: true, progress: progress)
    }

    /// - Parameter placesBeyondEnd: Whether a place beyond the end of the log is a fault. It can be that of a reader of another log, which
    ///   a copy has as rightly as the store itself.
    func verify(
        placesBeyondEnd: Bool, progress: @Sendable (_ done: Int64, _ total: Int64) -> Void
    ) async throws(FlxError) -> VerificationReport {
        let difference = try await readers.read { [migrations] reader throws(FlxError) in try migrations.difference(reader.handle) }
        // Without their indexes the events cannot be looked at one by one.
        guard difference.indexes.isEmpty else {
            return VerificationReport(events: 0, faults: difference.faults.map { VerificationReport.Fault(position: nil, message: $0) })
        }
        let total = try await readers.read { reader throws(FlxError) in try reader.last() }
        var verification = Verification(total: total)
        while !verification.isDone {
            guard !Task.isCancelled else { throw FlxError(.cancelled, "verify: the task was cancelled") }
            let state = verification
            verification = try await readers.read { reader throws(FlxError) in
                var state = state
                try reader.verify(&state, count: 2_000)
                return state
            }
            progress(verification.done, total)
        }
        // As of one moment: what readers and views save meanwhile would lie beyond an end of the log that was read before.
        let tables = try await readers.read { reader throws(FlxError) in
            try reader.withTransaction { reader throws(FlxError) in
                try reader.verifyTables(difference, placesBeyondEnd: placesBeyondEnd)
            }
        }
        let faults = verification.faults + tables.map { VerificationReport.Fault(position: nil, message: $0) }
        return VerificationReport(events: verification.events, faults: Array(faults.prefix(Verification.mostFaults)))
    }
}
