import FlxCore

/// Brings a file to the format of the program, or says why it cannot be used.
///
/// Each step is one transaction that also raises `user_version`: a process that is killed anywhere leaves the file in the format before
/// the step or after it, and the next one goes on from there.
struct Migrations {
    let steps: [Migration]

    private var newest: Int64 { steps.last?.version ?? 0 }

    /// Checks that the file is a store of ours, in a format that the program knows.
    /// - Returns: The format; 0 for an empty file.
    func check(_ handle: Handle) throws(FlxError) -> Int64 {
        let application = try handle.number("PRAGMA application_id")
        let version = try handle.number("PRAGMA user_version")
        let tables = try handle.number("SELECT count(*) FROM sqlite_master")
        if application == 0, version == 0, tables == 0 { return 0 }
        guard application == Schema.applicationID else {
            throw FlxError(
                .incompatibleFormat, "\(handle.path) is a SQLite file of another program, not an event store; nothing was changed")
        }
        guard version > 0 else {
            throw FlxError(
                .corrupt, "\(handle.path) has the head of an event store without its format: restore a backup; nothing was changed")
        }
        guard version <= newest else {
            throw FlxError(
                .incompatibleFormat,
                """
                \(handle.path) has format \(version), and this program knows formats up to \(newest): use a newer one; nothing was \
                changed
                """)
        }
        return version
    }

    /// Checks a file that is only read: it must have the newest format already, and its tables must be the store's.
    func checkReadable(_ handle: Handle) throws(FlxError) {
        let version = try check(handle)
        guard version == newest else {
            let reason = version == 0 ? "is empty" : "has the older format \(version)"
            throw FlxError(.incompatibleFormat, "\(handle.path) \(reason): open it for writing once, which brings it to format \(newest)")
        }
        try difference(handle).requireTables(handle.path)
    }

    /// Refuses a file whose format or definitions another program has changed.
    func requireUnchanged(_ handle: Handle) throws(FlxError) {
        try difference(handle).requireNothing(handle.path)
    }

    /// Does the steps that are missing.
    /// - Throws: ``FlxError/Code/corrupt`` for a file whose definitions are not the store's.
    func run(_ handle: Handle) throws(FlxError) {
        let version = try check(handle)
        if version > 0 { try difference(handle).requireNothing(handle.path) }
        for step in steps where step.version > version {
            try handle.execute("BEGIN IMMEDIATE")
            do {
                try take(step, handle)
                try handle.execute("COMMIT")
            } catch {
                if handle.isInTransaction { try? handle.execute("ROLLBACK") }
                throw error
            }
        }
    }

    /// Does the steps that are missing within an open transaction.
    func runWithin(_ handle: Handle) throws(FlxError) {
        let version = try check(handle)
        for step in steps where step.version > version { try take(step, handle) }
    }

    private func take(_ step: Migration, _ handle: Handle) throws(FlxError) {
        try handle.execute(script: step.sql)
        try handle.execute("PRAGMA application_id = \(Schema.applicationID)", "PRAGMA user_version = \(step.version)")
    }
}
