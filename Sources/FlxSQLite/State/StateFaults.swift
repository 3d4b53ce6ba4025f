import FlxCore

/// The check of the tables of records, and their repair.
///
/// A record stands for itself: the repair takes away the damaged ones, and makes the entries of the others anew.
struct StateFaults {
    /// The maximum number of damaged records or spaces that one statement takes away.
    private static let mostAtOnce = 500
    /// The maximum number of damaged records of a space that a fault names.
    private static let mostNamed = 10

    /// The damaged records of a space: the digits of their names, and the names that can be shown.
    private struct Damage {
        let space: Int64
        let title: String
        var isOfViews = true
        var digits: [String] = []
        var names: [String] = []
    }

    private let handle: Handle
    private let entry: Statement
    private var origins: RecordOrigins
    private(set) var damaged: [DamagedEntry] = []
    /// The names of spaces that lost records by damage.
    var damagedSpaces: Set<ExactText> { origins.found }
    private var missingEntries: Int64 = 0
    private var expectedEntries: Int64 = 0
    private var greatestRevision: Int64 = 0

    /// Looks at all records.
    init(_ handle: Handle) throws(FlxError) {
        self.handle = handle
        origins = try RecordOrigins(handle)
        entry = try Statement(handle, "SELECT 1 FROM state_entries WHERE space = ?1 AND list = ?2 AND value = ?3 AND name = ?4")
        try addTypes()
        try addSpaces()
        try addRecords()
        try addRevisions()
    }

    /// True if entries are missing, or belong to no record.
    var entryFault: String? {
        get throws(FlxError) {
            let found = try handle.number(
                "SELECT count(*) FROM state_entries WHERE space IN (SELECT id FROM state_spaces WHERE name IS NOT NULL)")
            let stray = found - (expectedEntries - missingEntries)
            guard missingEntries != 0 || stray != 0 else { return nil }
            return "the index of the records beside the log lacks \(missingEntries) entries and has \(stray) that belong to no record"
        }
    }

    /// Makes all entries anew from the records.
    func makeEntries() throws(FlxError) {
        try handle.execute("DELETE FROM state_entries")
        let statements = try StateStatements(handle)
        let rows = try Statement(handle, """
            SELECT space, name, entries FROM state_records
            WHERE entries IS NOT NULL AND space IN (SELECT id FROM state_spaces WHERE name IS NOT NULL)
            """)
        while try rows.step() {
            guard let name = rows.text(1) else { continue }
            try statements.addEntries(try EntryCoding.entries(rows.bytes(2)), of: name, in: rows.number(0))
        }
    }

    private mutating func addTypes() throws(FlxError) {
        let condition = """
            typeof(space) <> 'integer' OR typeof(name) <> 'text' OR length(CAST(name AS BLOB)) > \(StateKey.maximumNameBytes)
            OR space NOT IN (SELECT id FROM state_spaces WHERE id BETWEEN 1 AND \(Int64.greatestNumbered))
            """
        for table in ["state_records", "state_entries"] {
            let count = try handle.number("SELECT count(*) FROM \(table) WHERE \(condition)")
            guard count > 0 else { continue }
            let what = table == "state_records" ? "records beside the log" : "entries of records"
            let isOfViews = try table == "state_records" ? areOfViews(condition) : false
            damaged.append(DamagedEntry(
                fault: "\(count) \(what) belong to no space, or have a name that none can have",
                removal: ["DELETE FROM \(table) WHERE \(condition)"], isOfViews: isOfViews))
        }
    }

    /// Looks where damaged records come from, and returns true if all of them are of views.
    private mutating func areOfViews(_ condition: String) throws(FlxError) -> Bool {
        let rows = try Statement(
            handle, "SELECT name, number, revision, checksum, entries, body, space FROM state_records WHERE \(condition)")
        var areOfViews = true
        while try rows.step() {
            if !origins.look(at: rows, in: rows.number(6)) { areOfViews = false }
        }
        return areOfViews
    }

    private mutating func addSpaces() throws(FlxError) {
        let numbers = 1...Int64.greatestNumbered
        let rows = try Statement(
            handle, "SELECT id, name FROM state_spaces WHERE name IS NOT NULL OR id NOT BETWEEN 1 AND \(numbers.upperBound) ORDER BY id")
        var ids: [String] = []
        while try rows.step() {
            let isNamed = rows.text(1).map { (try? StateSpace($0).check()) != nil } ?? false
            let id = rows.number(0)
            if !isNamed || !numbers.contains(id) { ids.append("\(id)") }
        }
        guard !ids.isEmpty else { return }
        damaged.append(DamagedEntry(
            fault: "\(ids.count) spaces of the records beside the log have a name or a number that none can have",
            removal: Self.lists(of: ids).flatMap { part in
                ["state_entries", "state_records"].map { "DELETE FROM \($0) WHERE space IN \(part)" }
                    + ["DELETE FROM state_spaces WHERE id IN \(part)"]
            }))
    }

    private mutating func addRecords() throws(FlxError) {
        let rows = try Statement(handle, """
            SELECT r.name, r.number, r.revision, r.checksum, r.entries, r.body, r.space, s.name FROM state_records r
            JOIN state_spaces s ON s.id = r.space WHERE s.name IS NOT NULL AND typeof(r.name) = 'text'
            AND length(CAST(r.name AS BLOB)) <= \(StateKey.maximumNameBytes) ORDER BY r.space, r.name
            """)
        var damage = Damage(space: 0, title: "")
        while try rows.step() {
            let space = rows.number(6)
            if space != damage.space {
                add(damage)
                damage = Damage(space: space, title: rows.text(7) ?? "")
            }
            do {
                try look(at: try StateRow(rows, space).record(in: StateSpace(damage.title)), in: space)
            } catch {
                guard error.code == .corrupt else { throw error }
                damage.digits.append(rows.bytes(0).hexDigits)
                if !origins.look(at: rows, in: space) { damage.isOfViews = false }
                guard damage.names.count < Self.mostNamed, let name = rows.text(0), (try? NameRule.checked(
                    name, field: "record", maximumBytes: StateKey.maximumNameBytes)) != nil
                else { continue }
                damage.names.append("'\(name)'")
            }
        }
        add(damage)
    }

    private mutating func look(at record: StateRecord, in space: Int64) throws(FlxError) {
        greatestRevision = max(greatestRevision, record.revision)
        for value in Set(record.entries) {
            expectedEntries += 1
            if try !has(value, of: record.key.name, in: space) { missingEntries += 1 }
        }
    }

    private func has(_ value: StateEntry, of name: String, in space: Int64) throws(FlxError) -> Bool {
        entry.bind(space, at: 1)
        return try entry.withText(value.index, at: 2) { () throws(FlxError) in
            try entry.withValue(value.value, at: 3) { () throws(FlxError) in
                try entry.withText(name, at: 4) { () throws(FlxError) in try entry.step() }
            }
        }
    }

    private mutating func add(_ damage: Damage) {
        guard !damage.digits.isEmpty else { return }
        // As texts, so that SQLite finds the rows by their keys.
        let keys = damage.digits.map { "CAST(x'\($0)' AS TEXT)" }
        let names = damage.names + (damage.names.count < keys.count ? ["…"] : [])
        damaged.append(DamagedEntry(
            fault: """
                \(keys.count) of the records beside the log in '\(damage.title)' are not as they were written: a repair takes them away \
                (\(names.joined(separator: ", ")))
                """,
            removal: Self.lists(of: keys).map { "DELETE FROM state_records WHERE space = \(damage.space) AND name IN \($0)" },
            isOfViews: damage.isOfViews))
    }

    /// Joins values to lists for statements, of some each.
    private static func lists(of values: [String]) -> [String] {
        stride(from: 0, to: values.count, by: mostAtOnce).map { "(" + values[$0...].prefix(mostAtOnce).joined(separator: ", ") + ")" }
    }

    private mutating func addRevisions() throws(FlxError) {
        let given = try Statement(handle, "SELECT given FROM state_revisions WHERE id = 1")
        let number = try given.step() ? given.integer(0, in: 0...Int64.greatest) : 0
        given.reset()
        let others = try handle.number("SELECT count(*) FROM state_revisions WHERE id <> 1")
        guard number.map({ $0 < greatestRevision }) ?? true || others > 0 else { return }
        damaged.append(DamagedEntry(
            fault: "the number of the last revision of a record is damaged",
            removal: [
                "DELETE FROM state_revisions",
                "INSERT INTO state_revisions(id, given) VALUES(1, \(max(greatestRevision, number ?? 0)))",
            ]))
    }
}
