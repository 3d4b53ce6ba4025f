import FlxCore

/// The steps that bring a file to the program's format, and the checks of a file's format.
///
/// Each step is one transaction and raises `user_version` too. If the process is killed, the file has the format before
/// or after the step, and the next process continues from there.
struct Migrations {
    let steps: [Migration]

    private var newest: Int64 { steps.last?.version ?? 0 }

    /// Checks that the file is an event store in a known format.
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

    /// Returns the format of a file that has not the newest one; nil if it has.
    func olderFormat(_ handle: Handle) throws(FlxError) -> Int64? {
        let version = try check(handle)
        return version < newest ? version : nil
    }

    /// Checks a file opened for reading. It must already have the newest format, and its tables must be the store's.
    func checkReadable(_ handle: Handle) throws(FlxError) {
        if let version = try olderFormat(handle) {
            let advice = version == 0
                ? "is empty: open it for writing once, which makes a store of it"
                : "has the older format \(version): flx repair brings it to format \(newest), as opening it for writing does"
            throw FlxError(.incompatibleFormat, "\(handle.path) \(advice)")
        }
        try difference(handle).requireTables(handle.path)
    }

    /// Refuses a file if another program has changed its format or definitions.
    func requireUnchanged(_ handle: Handle) throws(FlxError) {
        try difference(handle).requireNothing(handle.path)
    }

    /// Runs the missing steps.
    /// - Throws: ``FlxError/Code/corrupt`` if the definitions are not the store's.
    func run(_ handle: Handle) throws(FlxError) {
        let version = try check(handle)
        guard version > 0 else { return try makeNew(handle) }
        try difference(handle).requireNothing(handle.path)
        for step in steps where step.version > version {
            try transact(handle) { handle throws(FlxError) in try take(step, handle) }
        }
    }

    /// Gives an empty file the definitions of the newest format. Through all steps, it would begin with the free pages of old tables.
    private func makeNew(_ handle: Handle) throws(FlxError) {
        let definitions = try objects(newest).sorted { $0.type > $1.type }
        try transact(handle) { handle throws(FlxError) in
            for object in definitions { try handle.execute(object.sql) }
            try mark(handle, newest)
        }
    }

    private func transact(_ handle: Handle, _ body: (Handle) throws(FlxError) -> Void) throws(FlxError) {
        try handle.execute("BEGIN IMMEDIATE")
        do throws(FlxError) {
            try body(handle)
            try handle.execute("COMMIT")
        } catch {
            if handle.isInTransaction { try? handle.execute("ROLLBACK") }
            throw error
        }
    }

    /// Runs the missing steps within an open transaction.
    func runWithin(_ handle: Handle) throws(FlxError) {
        let version = try check(handle)
        for step in steps where step.version > version { try take(step, handle) }
    }

    private func take(_ step: Migration, _ handle: Handle) throws(FlxError) {
        try handle.execute(script: step.sql)
        try step.move(handle)
        try mark(handle, step.version)
    }

    private func mark(_ handle: Handle, _ version: Int64) throws(FlxError) {
        try handle.execute("PRAGMA application_id = \(Schema.applicationID)", "PRAGMA user_version = \(version)")
    }
}
