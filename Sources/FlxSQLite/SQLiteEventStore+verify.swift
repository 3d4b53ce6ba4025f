public import FlxCore

extension SQLiteEventStore: VerifiableStore {
    /// See ``FlxCore/VerifiableStore/verify(progress:)``.
    ///
    /// Reads the events in pages: appends continue, and the write-ahead log stays small. Only the last step, SQLite's
    /// `integrity_check` of the tables, holds one read transaction from start to end. Ends at 1,000 faults, with the events read
    /// until then.
    public func verify(progress: @Sendable (_ done: Int64, _ total: Int64) -> Void) async throws(FlxError) -> VerificationReport {
        try await verify(placesBeyondEnd: true, progress: progress)
    }

    /// - Parameter placesBeyondEnd: True to report a checkpoint beyond the end of the log as a fault. A reader of
    ///   another log may have saved it; then a copy contains it as rightly as the store itself.
    func verify(
        placesBeyondEnd: Bool, progress: @Sendable (_ done: Int64, _ total: Int64) -> Void
    ) async throws(FlxError) -> VerificationReport {
        let difference = try await readers.read { [migrations] reader throws(FlxError) in try migrations.difference(reader.handle) }
        // Without their indexes, events cannot be checked one by one.
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
        // One transaction: otherwise a position saved by a reader or view in the meantime would be beyond the end read
        // earlier.
        let tables = try await withCancellation { [readers] cancellation async throws(FlxError) in
            try await readers.read { reader throws(FlxError) in
                try reader.withTransaction { reader throws(FlxError) in
                    try cancellation.interrupting(reader.handle, "verify") { () throws(FlxError) in
                        try reader.verifyTables(difference, placesBeyondEnd: placesBeyondEnd) { () throws(FlxError) in
                            try cancellation.check("verify")
                        }
                    }
                }
            }
        }
        let faults = verification.faults + tables.map { VerificationReport.Fault(position: nil, message: $0) }
        return VerificationReport(events: verification.events, faults: Array(faults.prefix(Verification.mostFaults)))
    }
}
