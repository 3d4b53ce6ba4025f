import FlxCore

/// The views of a file before format 5, in tables of their own, and their move into records.
enum FormerViews {
    /// The tables, none of which means anything without the others.
    static let tables = ["view_documents", "view_entries", "views"]

    /// The last column is 1 for a switch that a store has prepared: of a generation that is built, no further than the current one.
    private static let columns = """
        id, name, version, role, checkpoint, handled, switch, tables, CASE WHEN switch IS NULL THEN 1
        ELSE role = 0 AND checkpoint <= switch AND (name, switch) IN (SELECT name, checkpoint FROM views WHERE role = 1) END
        """

    /// Moves all views that a store has written. One that is damaged is left out: its runner builds it anew.
    static func move(_ handle: Handle) throws(FlxError) {
        var state = try StateWriting(handle)
        let rows = try Statement(handle, "SELECT \(columns) FROM views WHERE role IS NOT 2 ORDER BY id")
        var views: [ExactText: [ViewHead]] = [:]
        while try rows.step() {
            if let head = head(rows) { views[ExactText(head.generation.view), default: []].append(head) }
        }
        for (_, heads) in views.sorted(by: { $0.key < $1.key }) { try move(heads, handle, &state) }
        let last = try lastNumber(handle)
        if last > 0 { try state.make([.put(StateRecord(ViewHead.last, number: last))]) }
    }

    private static func move(_ heads: [ViewHead], _ handle: Handle, _ state: inout StateWriting) throws(FlxError) {
        let isHeld = heads.contains { $0.generation.switchPosition != nil }
        let heads = heads.map { head in
            var head = head
            head.isHeld = isHeld && head.generation.role == .current
            return head
        }
        guard ViewHeads.fit(heads) else { return }
        for head in heads {
            guard try moveDocuments(of: head, handle, &state) else { return try state.make(heads.map { .removeAll($0.documents) }) }
        }
        for head in heads { try state.make([.put(try head.record)]) }
    }

    /// The greatest number that was given to a generation.
    private static func lastNumber(_ handle: Handle) throws(FlxError) -> Int64 {
        let numbers = "BETWEEN 0 AND \(ViewHead.numbers.upperBound)"
        return try handle.number("""
            SELECT max(ifnull((SELECT max(id) FROM views WHERE id \(numbers)), 0),
            ifnull((SELECT max(seq) FROM sqlite_sequence WHERE name = 'views' AND typeof(seq) = 'integer' AND seq \(numbers)), 0))
            """)
    }

    /// The number of views that are to be moved.
    static func count(_ handle: Handle) throws(FlxError) -> Int64 {
        try handle.number("SELECT count(*) FROM views WHERE role IS NOT 2")
    }

    /// The head of a generation; nil if no store has written the row.
    private static func head(_ row: Statement) -> ViewHead? {
        let positions = 0...Int64.greatest
        guard let id = row.integer(0, in: ViewHead.numbers), let view = row.text(1),
            let version = row.integer(2, in: Int64.min...Int64.max), let role = row.integer(3, in: 0...1),
            let checkpoint = row.integer(4, in: positions), let handled = row.integer(5, in: positions),
            row.isNull(6) || row.integer(6, in: positions) != nil, let tables = row.text(7), row.number(8) == 1,
            (try? NameRule.checked(view, field: "view")) != nil
        else { return nil }
        let generation = ViewGeneration(
            id: ViewGeneration.ID(id), view: view, version: Int(version), role: role == 1 ? .current : .building,
            checkpoint: Position(unchecked: checkpoint), handled: handled,
            switchPosition: row.integer(6, in: positions).map { Position(unchecked: $0) })
        let head = ViewHead(generation, tables: tables.utf8.split(separator: UInt8(ascii: "\n")).map { String(Substring($0)) })
        return (try? ViewTables(head)) == nil ? nil : head
    }

    /// - Returns: False for documents that no store has written.
    private static func moveDocuments(of head: ViewHead, _ handle: Handle, _ state: inout StateWriting) throws(FlxError) -> Bool {
        let rows = try Statement(handle, "SELECT key, body, entries FROM view_documents WHERE view = \(head.generation.id) ORDER BY key")
        while try rows.step() {
            guard let name = rows.text(0), let entries = try? EntryCoding.entries(rows.bytes(2)) else { return false }
            let key = StateKey(name, in: head.documents)
            guard (try? key.check()) != nil else { return false }
            try state.make([.put(StateRecord(key, body: Array(rows.bytes(1)), entries: entries))])
        }
        return true
    }
}
