import FlxCore

/// The tables of a user's own that a generation of a view has.
///
/// The current generation has them under their own names; one that is being built has them under others, until the switch renames them.
struct ViewTables {
    /// The names in the view's code.
    let names: [String]
    private let building: ViewGeneration.ID?

    /// Takes nothing on trust: the names become parts of statements.
    /// - Throws: ``FlxError/Code/corrupt`` for names that no store has written.
    init(_ head: ViewHead) throws(FlxError) {
        guard head.tables.allSatisfy(Self.isAllowed), Set(head.tables.map { $0.lowercased() }).count == head.tables.count else {
            throw ViewRefusal.damagedEntry
        }
        names = head.tables
        building = head.generation.role == .current ? nil : head.generation.id
    }

    /// The name that a table has now.
    func current(_ table: String) -> String { building.map { Self.name(of: table, in: $0) } ?? table }

    /// The name of a table while it is built.
    static func name(of table: String, in id: ViewGeneration.ID) -> String { "\(table)_rebuild_\(id)" }

    /// Returns true if a name is like that of a table while it is built.
    static func isBuilding(_ name: String) -> Bool {
        let digits = name.utf8.reversed().prefix { (0x30...0x39).contains($0) }.count
        return digits > 0 && name.utf8.dropLast(digits).reversed().starts(with: "_rebuild_".utf8.reversed())
    }

    /// Returns true if a table may have the name: letters, digits and underscores, and none of the store's own.
    static func isAllowed(_ name: String) -> Bool {
        let isPlain = !name.isEmpty && name.utf8.count <= 64 && name.utf8.allSatisfy {
            $0 == UInt8(ascii: "_") || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
        }
        return isPlain && !Schema.tables.contains(name.lowercased()) && !name.lowercased().begins(with: "sqlite_")
    }
}

extension StatePage {
    /// The heads on the page of a query for all of them, with the last number beside it.
    var viewHeads: ViewHeads {
        get throws(FlxError) {
            try ViewHeads(records, last: beside.first ?? nil)
        }
    }
}

extension StateQuery {
    /// The query for the heads of a view, or of all views for nil, on one page.
    static func viewHeads(of view: String? = nil) -> StateQuery {
        var query = ViewHead.query(view)
        (query.limit, query.keys) = (.max, [ViewHead.last])
        return query
    }
}
