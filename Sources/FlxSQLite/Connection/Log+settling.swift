import FlxCore

/// After a commit that failed.
///
/// SQLite hides what such a commit wrote, but all of it may be in the write-ahead log, whole: if the flush failed, the process that
/// opens the file after a kill finds it there. A commit of nothing in the same place overwrites it, and then nothing was kept for sure.
/// Until one succeeds nothing else is written.
extension Log {
    /// The error to answer a failed commit with, after it was rolled back.
    mutating func outcome(of failure: FlxError) -> FlxError {
        guard let fault = failure.cause as? SQLiteFault, !fault.isOfPartOfCommit else { return failure }
        isUnsettled = true
        do throws(FlxError) {
            try settle()
            return failure
        } catch {
            return FlxError(
                .io,
                """
                \(handle.path): the write failed, and whether it was kept is unknown: check the medium, and make it again with the same \
                ids
                """,
                isOutcomeUnknown: true, cause: fault)
        }
    }

    /// Overwrites what a failed commit may have left, and brings that to the medium whatever the durability: "nothing was kept" must be
    /// true after a loss of power too.
    mutating func settle() throws(FlxError) {
        let durability = try handle.number("PRAGMA synchronous")
        defer { try? handle.execute("PRAGMA synchronous = \(durability)") }
        do throws(FlxError) {
            try handle.execute("PRAGMA synchronous = FULL")
            try statements.begin.run()
            let version = try handle.number("PRAGMA user_version")
            try handle.execute("PRAGMA user_version = \(version)")
            try statements.commit.run()
        } catch {
            rollback()
            throw error
        }
        isUnsettled = false
    }
}
