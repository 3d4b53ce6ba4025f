import FlxCore

/// The recovery from a failed commit.
///
/// SQLite hides the data of a failed commit, but the write-ahead log may contain all of it. If the flush failed and the
/// process is killed, the next process to open the file finds it there. An empty commit in the same place overwrites
/// that data; then it is certain that nothing was kept. Until such a commit succeeds, nothing else is written.
extension Log {
    /// Returns the error for the callers of a failed commit, after the rollback.
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

    /// Overwrites any data of a failed commit. Flushes whatever the durability is: "nothing was kept" must be true
    /// after a loss of power too.
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
