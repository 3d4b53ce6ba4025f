import FlxCore
import GRDBSQLite

/// The statements that the writer keeps prepared for records beside the log.
struct StateStatements {
    /// The sweep of a removed space deletes at most so many rows, and bodies of so many bytes, at a time.
    private static let (sweepRows, sweepBytes) = (Int64(500), 1 << 20)

    private let handle: Handle
    private let addSpace: Statement
    private let disownSpace: Statement
    private let reserveRevisions: Statement
    private let coded: Statement
    private let putRecord: Statement
    private let removeRecord: Statement
    private let putEntry: Statement
    private let removeEntry: Statement

    init(_ handle: Handle) throws(FlxError) {
        self.handle = handle
        addSpace = try Statement(handle, "INSERT INTO state_spaces(name) VALUES(?1)")
        disownSpace = try Statement(handle, "UPDATE state_spaces SET name = NULL WHERE id = ?1")
        reserveRevisions = try Statement(handle, "INSERT OR REPLACE INTO state_revisions(id, given) VALUES(1, ?1)")
        coded = try Statement(handle, "SELECT entries FROM state_records WHERE space = ?1 AND name = ?2")
        putRecord = try Statement(handle, """
            INSERT INTO state_records(space, name, number, revision, checksum, entries, body) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT(space, name) DO UPDATE SET number = excluded.number, revision = excluded.revision, checksum = excluded.checksum,
            entries = excluded.entries, body = excluded.body
            """)
        removeRecord = try Statement(handle, "DELETE FROM state_records WHERE space = ?1 AND name = ?2")
        putEntry = try Statement(handle, "INSERT OR IGNORE INTO state_entries(space, list, value, name) VALUES(?1, ?2, ?3, ?4)")
        removeEntry = try Statement(
            handle, "DELETE FROM state_entries WHERE space = ?1 AND list = ?2 AND value = ?3 AND name = ?4")
    }

    // MARK: Spaces and revisions

    /// Adds a space, and returns its number.
    func add(_ name: String) throws(FlxError) -> Int64 {
        try addSpace.withText(name, at: 1) { () throws(FlxError) in _ = try addSpace.step() }
        return sqlite3_last_insert_rowid(handle.pointer)
    }

    /// Takes the name of a space, so that nobody finds its records.
    func disown(_ space: Int64) throws(FlxError) {
        disownSpace.bind(space, at: 1)
        try disownSpace.run()
    }

    /// The greatest revision that may have been given.
    func reserved() throws(FlxError) -> Int64 {
        let row = try Statement(handle, "SELECT given FROM state_revisions WHERE id = 1")
        guard try row.step() else { return 0 }
        guard let given = row.integer(0, in: 0...Int64.greatest) else {
            throw FlxError(.corrupt, "\(handle.path): the number of the last revision is damaged: flx repair mends it")
        }
        return given
    }

    /// Allows revisions up to a number.
    func reserve(_ revision: Int64) throws(FlxError) {
        reserveRevisions.bind(revision, at: 1)
        try reserveRevisions.run()
    }

    // MARK: Records

    /// Writes a record in place of the one with its name.
    func put(_ record: StateRecord, revision: Int64, in space: Int64) throws(FlxError) {
        let name = record.key.name
        let new = EntryCoding.bytes(record.entries)
        try replaceEntries(of: name, in: space, by: record.entries, coded: new)
        let statement = putRecord
        statement.bind(space, at: 1)
        statement.bind(record.number, at: 3)
        statement.bind(revision, at: 4)
        try statement.withText(name, at: 2) { () throws(FlxError) in
            try new.withBytes { coded throws(FlxError) in
                try record.body.withBytes { body throws(FlxError) in
                    let sum = Checksum(space, name, number: record.number, revision: revision, entries: coded, body: body)
                    statement.bind(sum.value, at: 5)
                    if coded.isEmpty { statement.bindNull(at: 6) } else { statement.bind(blob: coded, at: 6) }
                    statement.bind(blob: body, at: 7)
                    _ = try statement.step()
                }
            }
        }
    }

    /// Removes the record with a name, if there is one.
    func remove(_ name: String, in space: Int64) throws(FlxError) {
        try replaceEntries(of: name, in: space, by: [], coded: [])
        removeRecord.bind(space, at: 1)
        try removeRecord.withText(name, at: 2) { () throws(FlxError) in _ = try removeRecord.step() }
    }

    private func replaceEntries(of name: String, in space: Int64, by entries: [StateEntry], coded new: [UInt8]) throws(FlxError) {
        coded.bind(space, at: 1)
        let old: [StateEntry]? = try coded.withText(name, at: 2) { () throws(FlxError) in
            guard try coded.step(), !coded.isNull(0) else { return [] }
            return coded.bytes(0).elementsEqual(new) ? nil : try EntryCoding.entries(coded.bytes(0))
        }
        guard let old else { return }
        for entry in old { try write(entry, of: name, in: space, with: removeEntry) }
        try addEntries(entries, of: name, in: space)
    }

    /// Adds the entries of a record.
    func addEntries(_ entries: [StateEntry], of name: String, in space: Int64) throws(FlxError) {
        for entry in entries { try write(entry, of: name, in: space, with: putEntry) }
    }

    private func write(_ entry: StateEntry, of name: String, in space: Int64, with statement: Statement) throws(FlxError) {
        statement.bind(space, at: 1)
        try statement.withText(entry.index, at: 2) { () throws(FlxError) in
            try statement.withValue(entry.value, at: 3) { () throws(FlxError) in
                try statement.withText(name, at: 4) { () throws(FlxError) in _ = try statement.step() }
            }
        }
    }

    // MARK: Removed spaces

    /// Deletes a part of the records of a removed space.
    /// - Returns: False if there is none.
    func sweep() throws(FlxError) -> Bool {
        let space = try handle.number("SELECT id FROM state_spaces WHERE name IS NULL AND id > 0 LIMIT 1")
        guard space > 0 else { return false }
        try handle.execute("""
            DELETE FROM state_entries WHERE (space, list, value, name) IN
            (SELECT space, list, value, name FROM state_entries WHERE space = \(space) LIMIT \(Self.sweepRows))
            """)
        guard sqlite3_changes(handle.pointer) == 0 else { return true }
        return try sweepRecords(of: space)
    }

    private func sweepRecords(of space: Int64) throws(FlxError) -> Bool {
        let rows = "FROM state_records WHERE space = \(space)"
        let sizes = try Statement(handle, "SELECT length(body) \(rows) ORDER BY name LIMIT \(Self.sweepRows)")
        var (count, bytes): (Int64, Int64) = (0, 0)
        while bytes < Self.sweepBytes, try sizes.step() {
            count += 1
            bytes = bytes.addingClamped(sizes.number(0))
        }
        sizes.reset()
        guard count > 0 else {
            try handle.execute("DELETE FROM state_spaces WHERE id = \(space)")
            return true
        }
        // The name stays in SQLite: what a damaged one is compared with must be of the same type.
        try handle.execute("DELETE \(rows) AND name <= (SELECT name \(rows) ORDER BY name LIMIT 1 OFFSET \(count - 1))")
        // A name that cannot be compared would be met again and again.
        if sqlite3_changes(handle.pointer) == 0 { try handle.execute("DELETE \(rows)") }
        return true
    }
}

extension Statement {
    /// Binds a value of an index for as long as the body runs.
    func withValue<Result>(_ value: StateEntry.Value, at index: Int32, _ body: () throws(FlxError) -> Result) throws(FlxError) -> Result {
        switch value {
        case .number(let number):
            bind(number, at: index)
            return try body()
        case .text(let text): return try withText(text, at: index, body)
        }
    }
}
