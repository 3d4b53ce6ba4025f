import FlxCore

/// A generation as its row has it.
struct ViewRow {
    /// The columns that a statement on `views` must select, in this order. The last says whether the switch is one that a store has
    /// prepared: of a generation that is built, no further than the current one, which is held there.
    static let columns = """
        id, name, version, role, checkpoint, handled, switch, tables, CASE WHEN switch IS NULL THEN 1
        ELSE role = 0 AND checkpoint <= switch AND (name, switch) IN (SELECT name, checkpoint FROM views WHERE role = 1) END
        """

    var generation: ViewGeneration
    /// The tables of the user's own, by the names under which the current generation has them.
    let tables: [String]

    /// Takes nothing on trust: the names become parts of statements.
    /// - Throws: ``FlxError/Code/corrupt`` for what no store has written.
    init(_ row: Statement) throws(FlxError) {
        let positions = 0...Int64.greatest
        let lines = row.bytes(7).split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        guard let id = row.integer(0, in: 1...Int64.greatestNumbered), row.isText(1), row.bytes(1).count <= NameRule.maximumBytes,
            let version = row.integer(2, in: Int64.min...Int64.max), let role = row.integer(3, in: 0...1),
            let checkpoint = row.integer(4, in: positions), let handled = row.integer(5, in: positions),
            row.isNull(6) || row.integer(6, in: positions) != nil, row.number(8) == 1, lines.allSatisfy(TableName.isAllowed),
            Set(lines.map { $0.lowercased() }).count == lines.count,
            let view = try? NameRule.checked(String(decoding: row.bytes(1), as: UTF8.self), field: "view")
        else { throw FlxError(.corrupt, "the entry of a view is damaged: flx repair takes the view away, and its runner builds it anew") }
        generation = ViewGeneration(
            id: ViewGeneration.ID(id), view: view, version: Int(version), role: role == 1 ? .current : .building,
            checkpoint: Position(unchecked: checkpoint), handled: handled,
            switchPosition: row.integer(6, in: positions).map { Position(unchecked: $0) })
        tables = lines
    }

    /// The name under which the generation has a table.
    func physical(_ table: String) -> String {
        generation.role == .current ? table : Self.building(table, generation.id)
    }

    /// The name of a table while it is built.
    static func building(_ table: String, _ id: ViewGeneration.ID) -> String { "\(table)_rebuild_\(id)" }

    /// Whether a name is like that of a table while it is built.
    static func isBuilding(_ name: String) -> Bool {
        let digits = name.utf8.reversed().prefix { (0x30...0x39).contains($0) }.count
        return digits > 0 && name.utf8.dropLast(digits).reversed().starts(with: "_rebuild_".utf8.reversed())
    }
}

/// The names that tables of the user's own may have.
enum TableName {
    /// Letters, digits and underscores, and none of the store's own.
    static func isAllowed(_ name: String) -> Bool {
        let isPlain = !name.isEmpty && name.utf8.count <= 64 && name.utf8.allSatisfy {
            $0 == UInt8(ascii: "_") || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
        }
        return isPlain && !Schema.tables.contains(name.lowercased()) && !name.lowercased().begins(with: "sqlite_")
    }
}

extension Handle {
    /// The generations of a view, or of all views, that were not dropped.
    func viewRows(of view: String?) throws(FlxError) -> [ViewRow] {
        let condition = view == nil ? "" : "name = ?1 AND"
        let statement = try Statement(self, "SELECT \(ViewRow.columns) FROM views WHERE \(condition) role < 2 ORDER BY id")
        func rows() throws(FlxError) -> [ViewRow] {
            var rows: [ViewRow] = []
            while try statement.step() { rows.append(try ViewRow(statement)) }
            return rows
        }
        guard let view else { return try rows() }
        return try statement.withText(view, at: 1) { () throws(FlxError) in try rows() }
    }
}
