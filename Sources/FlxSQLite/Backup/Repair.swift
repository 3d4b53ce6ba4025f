public import FlxCore
import GRDBSQLite

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The repair of a store in one transaction. Rebuilds the data derived from events: indexes by stream, type and id, and tags.
/// Removes names, checkpoints, snapshots and views without their events. The table of events is only read.
struct Repair {
    private let handle: Handle
    private var mended: [String] = []

    /// True if all views must be built again.
    private let forgetsViews: Bool
    /// The parts of the file that cannot be read.
    private let unreadable: UnreadableParts
    /// True if pages are in no use, which only a rewrite of the file gives back.
    private(set) var leavesPages = false

    /// - Parameter lost: The number of commits behind a damaged place of the write-ahead log.
    init(_ handle: Handle, forgetsViews: Bool, unreadable: UnreadableParts, lost: Int) {
        self.handle = handle
        if lost > 0 { mended.append("at least \(lost) commits behind a damaged place of the write-ahead log are lost") }
        self.forgetsViews = forgetsViews
        self.unreadable = unreadable
    }

    /// Mends, and looks at everything afterwards.
    mutating func run(_ task: Cancellation, progress: (BackupProgress) throws(FlxError) -> Void) throws(FlxError) -> RepairReport {
        let migrations = Migrations(steps: Schema.migrations)
        for index in unreadable.indexes { try renew(index) }
        try mendDefinitions(try migrations.difference(handle))
        // A file of an older format is migrated only after its definitions are the store's.
        if let format = try migrations.olderFormat(handle) { try bringForward(from: format, migrations) }
        try mendIndexes()
        try task.check("repair")
        let last = try handle.soundLastPosition()
        try mendTags(last: last, progress)
        try mendDirectory(last: last)
        var reader = try Reader(handle)
        var verification = Verification(total: last)
        while !verification.isDone {
            try reader.look(&verification, count: 2_000)
            try progress(BackupProgress(stage: .verify, done: verification.done, total: last))
        }
        let after = try migrations.difference(handle)
        let messages = try reader.verifyTables(after) { () throws(FlxError) in try task.check("repair") }
        var tables = messages.map { VerificationReport.Fault(position: nil, message: $0) }
        let unused = tables.count { $0.message.isOfUnusedPage }
        if unused > 0 {
            tables.removeAll { $0.message.isOfUnusedPage }
            mended.append("pages of the file were in no use, and took up space")
        }
        let all = verification.faults + tables
        // What is damaged is not copied.
        leavesPages = unused > 0 && all.isEmpty
        return RepairReport(events: verification.events, mended: mended, faults: Array(all.prefix(Verification.mostFaults)))
    }

    /// Removes foreign objects, and recreates indexes that are missing or differ.
    private mutating func mendDefinitions(_ difference: SchemaDifference) throws(FlxError) {
        for object in difference.foreign {
            try handle.execute(object.dropping)
            mended.append("\(object.words) was not the store's")
        }
        for object in try handle.namesakes(of: difference.indexes) { try handle.execute(object.dropping) }
        // An object stored under another name than in its statement cannot be dropped.
        if let stays = try handle.namesakes(of: difference.indexes).first {
            throw FlxError(.corrupt, "\(stays.words) cannot be taken away: the list of tables and indexes is damaged; restore a backup")
        }
        for index in difference.indexes {
            try handle.execute(index.sql)
            mended.append("the index '\(index.name)' was missing or defined otherwise")
        }
    }

    /// Brings a file of an older format to the newest one. Tables of that format that cannot be read do not keep the events from it.
    private mutating func bringForward(from format: Int64, _ migrations: Migrations) throws(FlxError) {
        mended.append("the file had the older format \(format)")
        for table in unreadable.tables { try renew(table) }
        // Checkpoints and views move into records; views are there from format 5 on.
        if format >= 3 { try mendState(hasViews: format >= 5) }
        if let number = try handle.damagedLastNumber() { try remove([number]) }
        let wrong = format < 3 ? try StoredCheckpoints.wrongInList(handle) : 0
        let views = (2..<5).contains(format) ? try FormerViews.count(handle) : 0
        try migrations.runWithin(handle)
        if wrong > 0 {
            mended.append("\(wrong) of the checkpoints have a name or a number that none can have: their readers begin anew")
        }
        let lost = views - (try handle.number(
            "SELECT count(*) FROM state_records WHERE space = (SELECT id FROM state_spaces WHERE name = '\(ViewHead.space.name)')"))
        if views > 0, lost > 0 {
            mended.append("\(lost) builds of views have an entry or documents that none can have: their runners build them anew")
        }
    }

    /// Puts an empty table, or an index made anew, in the place of one that cannot be read. The pages of that one are in no use any more.
    private mutating func renew(_ object: SchemaObject) throws(FlxError) {
        let column = object.type == "table" ? "tbl_name" : "name"
        try handle.execute("PRAGMA writable_schema = ON")
        defer { try? handle.execute("PRAGMA writable_schema = RESET") }
        try handle.execute(
            "DELETE FROM sqlite_master WHERE \(column) = '\(object.name)'", "PRAGMA writable_schema = RESET", object.sql)
        mended.append(
            object.type == "table"
                ? "the table '\(object.name)' of the older format could not be read, and what was in it is lost"
                : "the index '\(object.name)' could not be read")
    }

    private mutating func mendIndexes() throws(FlxError) {
        // An unused page is in no index.
        let before = try handle.structuralFaults().filter { !$0.isOfUnusedPage }
        guard !before.isEmpty else { return }
        do throws(FlxError) {
            try handle.execute("SAVEPOINT indexes", "REINDEX", "RELEASE indexes")
            mended.append("the indexes disagreed with their tables in \(before.count) places")
        } catch {
            // An id occurs twice, or pages cannot be read: the verification reports the place.
            try handle.execute("ROLLBACK TO indexes", "RELEASE indexes")
        }
    }

    /// Takes the tags from the events themselves. At events that cannot be read, the tags that are there stay.
    private mutating func mendTags(last: Int64, _ progress: (BackupProgress) throws(FlxError) -> Void) throws(FlxError) {
        try handle.execute(
            "CREATE TEMP TABLE right_tags(name TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY(name, position)) WITHOUT ROWID",
            "CREATE TEMP TABLE unreadable(position INTEGER PRIMARY KEY)")
        try collectTags(last: last, progress)
        try handle.execute("""
            INSERT OR IGNORE INTO right_tags
            SELECT name, position FROM tags JOIN tag_names ON tag_names.id = tags.tag WHERE position IN (SELECT position FROM unreadable)
            """)
        let found = "SELECT name, position FROM tags LEFT JOIN tag_names ON tag_names.id = tags.tag"
        let right = "SELECT name, position FROM right_tags"
        let missing = try handle.number("SELECT count(*) FROM (\(right) EXCEPT \(found))")
        let stray = try handle.number("SELECT count(*) FROM (\(found) EXCEPT \(right))")
        if missing + stray > 0 {
            try handle.execute(
                "DELETE FROM tags",
                "DELETE FROM tag_names",
                """
                INSERT INTO tag_names(id, name)
                SELECT row_number() OVER (ORDER BY min(position), name), name FROM right_tags GROUP BY name
                """,
                "INSERT INTO tags SELECT tag_names.id, position FROM right_tags JOIN tag_names USING(name)")
            mended.append("the index by tag lacked \(missing) entries and had \(stray) that belong to no event")
        }
        try handle.execute("DROP TABLE right_tags", "DROP TABLE unreadable")
    }

    private func collectTags(last: Int64, _ progress: (BackupProgress) throws(FlxError) -> Void) throws(FlxError) {
        let scan = try Statement(handle, "SELECT \(RowReader.columns) FROM events ORDER BY position")
        let add = try Statement(handle, "INSERT OR IGNORE INTO right_tags VALUES(?2, ?1)")
        let note = try Statement(handle, "INSERT INTO unreadable VALUES(?1)")
        var rows = try RowReader(handle)
        while try scan.step() {
            let position = scan.number(0)
            guard let recorded = try? rows.event(scan) else {
                note.bind(position, at: 1)
                try note.run()
                continue
            }
            for tag in recorded.event.tags {
                add.bind(position, at: 1)
                try add.withText(tag.description, at: 2) { () throws(FlxError) in _ = try add.step() }
            }
            if position % 2_000 == 0 { try progress(BackupProgress(stage: .copy, done: position, total: last)) }
        }
    }

    /// Removes damaged entries, and those without events. A checkpoint beyond the log would skip future events; a name
    /// without an event is unused.
    private mutating func mendDirectory(last: Int64) throws(FlxError) {
        try mendState()
        if let number = try handle.damagedLastNumber() { try remove([number]) }
        for (condition, words) in [
            (StoredCheckpoints.areWrong, "had a number below 0, which none can have"),
            (StateSpace.checkpoints.isBeyond(last), "lay beyond the last event: its reader begins anew"),
        ] {
            for name in try handle.texts("SELECT name FROM state_records WHERE \(condition) ORDER BY name") {
                mended.append("the checkpoint '\(name)' \(words)")
            }
            try handle.execute("DELETE FROM state_records WHERE \(condition)")
        }
        let reason = forgetsViews ? "as was asked" : "it had come beyond the last event"
        var writing = try StateWriting(handle)
        for name in try writing.forgetViews(beyond: forgetsViews ? -1 : last, handle) {
            mended.append("the view '\(name)' is taken away until its runner builds it anew: \(reason)")
        }
        let areBeyond = StateSpace.snapshots.isBeyond(last)
        for name in try handle.texts("SELECT name FROM state_records WHERE \(areBeyond) ORDER BY name") {
            mended.append("the snapshot '\(name)' lay beyond the last event")
        }
        try handle.execute("DELETE FROM state_records WHERE \(areBeyond)")
        for list in ["stream", "type"] {
            let stray = "id NOT IN (SELECT \(list) FROM events)"
            for name in try handle.texts("SELECT name FROM \(list)s WHERE \(stray) ORDER BY id") {
                mended.append("the \(list) '\(name)' had no event")
            }
            try handle.execute("DELETE FROM \(list)s WHERE \(stray)")
        }
    }

    /// Takes away the records that are not as they were written, then makes the entries of the others anew if they disagree.
    private mutating func mendState(hasViews: Bool = true) throws(FlxError) {
        var state = try StateFaults(handle)
        let damaged = state.damaged + (hasViews ? try ViewFaults(handle, damagedSpaces: state.damagedSpaces).damaged : [])
        if !damaged.isEmpty {
            try remove(damaged)
            state = try StateFaults(handle)
        }
        if let fault = try state.entryFault {
            try state.makeEntries()
            mended.append(fault)
        }
    }

    /// Removes damaged rows.
    private mutating func remove(_ entries: [DamagedEntry]) throws(FlxError) {
        for entry in entries {
            for statement in entry.removal { try handle.execute(statement) }
            mended.append(entry.fault)
        }
    }
}

extension Handle {
    /// Says whether the write-ahead log stays when the connection closes, as the proof of what it lost.
    fileprivate func keepLog(_ isWanted: Bool) {
        var isKept: Int32 = isWanted ? 1 : 0
        sqlite3_file_control(pointer, "main", SQLITE_FCNTL_PERSIST_WAL, &isKept)
    }

    /// Returns the faults found by SQLite in its own structures.
    /// - Throws: ``FlxError/Code/io`` if a page could not be read. SQLite lists this as a fault, but it says nothing
    ///   about the page's content.
    func structuralFaults() throws(FlxError) -> [String] {
        // One text has all faults of the pages, each on a line, below a title.
        let faults = try texts("PRAGMA integrity_check(100)")
            .flatMap { $0.utf8.split(separator: UInt8(ascii: "\n")).map { String(Substring($0)) } }
            .filter { $0 != "ok" && !$0.begins(with: "*** in database ") }
        let lostSector = SQLITE_IOERR | 33 << 8
        for fault in faults {
            guard let place = fault.firstRange(of: "error code="), let code = Int32(fault[place.upperBound...].prefix { $0.isNumber }),
                code & 0xFF == SQLITE_IOERR, code != lostSector
            else { continue }
            throw self.fault(code)
        }
        // Of a page in no use it does not say why it could not be read.
        let isUnreadable = faults.contains { $0.contains("failed to get page") } && ![0, EIO, ENXIO, ERANGE].contains(fileError)
        if isUnreadable { throw fault(SQLITE_IOERR) }
        return faults
    }
}

extension RepairReport {
    /// Empties the write-ahead log after a repair, and returns what is to be said then. What is behind the damaged place would look like
    /// lost commits again.
    fileprivate func emptyingLog(_ handle: Handle) -> RepairReport {
        sqlite3_busy_timeout(handle.pointer, 500)
        guard sqlite3_wal_checkpoint_v2(handle.pointer, "main", SQLITE_CHECKPOINT_TRUNCATE, nil, nil) != SQLITE_OK else {
            handle.keepLog(false)
            return self
        }
        let fault = VerificationReport.Fault(
            position: nil, message: "the damaged end of the write-ahead log is still there: repair again while no process reads the store")
        return RepairReport(events: events, mended: mended, faults: faults + [fault])
    }

    /// Gives back the pages in no use after a repair, and returns what is to be said then.
    fileprivate func vacuumed(_ handle: Handle) -> RepairReport {
        do throws(FlxError) {
            try handle.vacuum()
            return self
        } catch {
            let fault = VerificationReport.Fault(
                position: nil, message: "the pages in no use could not be given back, and still take up space: \(error.message)")
            return RepairReport(events: events, mended: mended, faults: faults + [fault])
        }
    }
}

extension SQLiteEventStore {
    /// Rebuilds the data derived from events: indexes, tags, names, checkpoints, and on request views. Never changes
    /// events. A file of an older format gets the newest one.
    ///
    /// Either all changes are made or none. No process may have the store open for writing.
    /// - Parameters:
    ///   - path: The file of the store.
    ///   - forgetsViews: Whether all views are taken away, so that their runners build them anew.
    ///   - isDryRun: Whether the store stays as it is, and only the report tells.
    ///   - expected: What a dry run told. Where something else would be mended now, the store stays as it is, and the report tells.
    ///   - progress: Is told now and then how far the work is.
    /// - Throws: ``FlxCore/FlxError/Code/locked`` while a process writes to the store; ``FlxCore/FlxError/Code/corrupt`` when its pages
    ///   are damaged beyond reading; ``FlxCore/FlxError/Code/notFound``, ``FlxCore/FlxError/Code/incompatibleFormat``,
    ///   ``FlxCore/FlxError/Code/storageFull``, ``FlxCore/FlxError/Code/readOnly``, ``FlxCore/FlxError/Code/cancelled`` or
    ///   ``FlxCore/FlxError/Code/io``.
    public static func repair(
        _ path: String, forgetsViews: Bool = false, isDryRun: Bool = false, expecting expected: RepairReport? = nil,
        progress: @escaping @Sendable (BackupProgress) -> Void = { _ in }
    ) async throws(FlxError) -> RepairReport {
        try await offload { task throws(FlxError) in
            let path = try StoreFile(path, access: .readOnly).path
            let lock = try StoreLock(path, creatingFile: false)
            defer { lock.release() }
            let rest = WriteAheadLog.rest(beside: path)
            // A process that reads still has the index of the log, which knows all commits.
            let lost = if case .commits(let count) = rest, !Sidecars.isIndexInUse(path) { count } else { 0 }
            return try Connection.with(path, isReadOnly: false) { handle throws(FlxError) in
                let migrations = Migrations(steps: Schema.migrations)
                if isDryRun || lost > 0 { handle.keepLog(true) }
                guard try migrations.check(handle) > 0 || lost == 0 else {
                    throw FlxError(.corrupt, "\(path)-wal is damaged before the first commit, and nothing else is there: restore a backup")
                }
                guard try migrations.check(handle) > 0 else {
                    throw FlxError(.incompatibleFormat, "\(path) is empty: nothing is to be mended")
                }
                let difference = try migrations.difference(handle)
                try difference.requireTables(path)
                // Outside of the transaction, too, since it may meet damaged pages.
                try LogEnd.requireWhole(handle, difference)
                let unreadable = try task.interrupting(handle, "repair") { () throws(FlxError) in try UnreadableParts(handle, migrations) }
                try handle.execute("BEGIN IMMEDIATE")
                do throws(FlxError) {
                    var repair = Repair(handle, forgetsViews: forgetsViews, unreadable: unreadable, lost: lost)
                    // Ends with a look whether the task was cancelled: the next step is the commit.
                    var report = try task.interrupting(handle, "repair") { () throws(FlxError) in
                        try repair.run(task) { state throws(FlxError) in
                            try task.check("repair")
                            progress(state)
                        }
                    }
                    let isWanted = !isDryRun && !report.mended.isEmpty && expected?.mended ?? report.mended == report.mended
                    try handle.execute(isWanted ? "COMMIT" : "ROLLBACK")
                    if isWanted, rest != .nothing { report = report.emptyingLog(handle) }
                    return isWanted && repair.leavesPages ? report.vacuumed(handle) : report
                } catch {
                    if handle.isInTransaction { try? handle.execute("ROLLBACK") }
                    throw error
                }
            }
        }
    }
}
