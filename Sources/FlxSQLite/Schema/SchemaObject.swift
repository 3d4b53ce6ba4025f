import FlxCore

/// A table, index, view or trigger as defined in a file.
struct SchemaObject: Hashable {
    let type: String
    let name: String
    /// The table of the object.
    let table: String
    let sql: String

    /// The description for messages.
    var words: String { type == "table" ? "the table '\(name)'" : "the \(type) '\(name)' on the table '\(table)'" }

    /// The statement to remove the object.
    var dropping: String { "DROP \(type.uppercased()) IF EXISTS \(name.quoted)" }
}

/// The differences between a file's definitions and the store's own.
///
/// A file may come from anywhere, and its definitions run with the store's statements: a trigger at each append, a view
/// in place of a table at each read, the expression of an index at each check. Therefore the definitions must equal
/// those of a new file.
struct SchemaDifference {
    /// Tables that are missing or differ. If there is one, nothing in the file can be trusted.
    var tables: [SchemaObject] = []
    /// Indexes that are missing or differ.
    var indexes: [SchemaObject] = []
    /// Objects on the store's tables that are not the store's.
    var foreign: [SchemaObject] = []

    init(expected: [SchemaObject], found: [SchemaObject]) {
        let own = Set(expected.filter { $0.type == "table" }.map { $0.name.lowercased() })
        for object in expected where !found.contains(object) {
            if object.type == "table" { tables.append(object) } else { indexes.append(object) }
        }
        for object in found where own.contains(object.table.lowercased()) && !expected.contains(object) {
            let isNamedAsOurs = expected.contains { $0.name.lowercased() == object.name.lowercased() }
            // An object with the name of a table or index of the store is reported under that table or index.
            if !isNamedAsOurs { foreign.append(object) }
        }
    }

    /// The faults, one sentence each.
    var faults: [String] {
        tables.map { "\($0.words) is not as this format has it" }
            + indexes.map { "\($0.words) is missing or defined otherwise" }
            + foreign.map { "\($0.words) is not the store's" }
    }

    /// Refuses a file if its tables are not the store's.
    func requireTables(_ path: String) throws(FlxError) {
        guard let table = tables.first else { return }
        throw FlxError(
            .corrupt, "\(path) is damaged or was made by somebody else: \(table.words) is not as its format has it; restore a backup")
    }

    /// Refuses a file with any difference.
    func requireNothing(_ path: String) throws(FlxError) {
        try requireTables(path)
        guard let fault = faults.first else { return }
        throw FlxError(
            .corrupt, "\(path) is damaged or was changed by somebody else: \(fault); it is not written to before flx repair has mended it")
    }
}

extension Migrations {
    /// Returns the differences between the file's definitions and those of its format.
    func difference(_ handle: Handle) throws(FlxError) -> SchemaDifference {
        SchemaDifference(expected: try objects(try check(handle)), found: try handle.objects())
    }

    /// Returns the definitions of a new file in a format.
    func objects(_ version: Int64) throws(FlxError) -> [SchemaObject] {
        try Connection.with(":memory:", isReadOnly: false) { empty throws(FlxError) in
            for step in steps where step.version <= version { try empty.execute(script: step.sql) }
            return try empty.objects()
        }
    }
}

extension Handle {
    /// Returns the file's objects with the names of the given ones.
    func namesakes(of objects: [SchemaObject]) throws(FlxError) -> [SchemaObject] {
        try self.objects().filter { found in objects.contains { $0.name.lowercased() == found.name.lowercased() } }
    }

    /// Returns all definitions except SQLite's own.
    fileprivate func objects() throws(FlxError) -> [SchemaObject] {
        let statement = try Statement(self, "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
        func text(_ column: Int32) -> String { String(decoding: statement.bytes(column), as: UTF8.self) }
        var objects: [SchemaObject] = []
        while try statement.step() {
            let object = SchemaObject(type: text(0), name: text(1), table: text(2), sql: text(3))
            if !object.table.lowercased().begins(with: "sqlite_") { objects.append(object) }
        }
        return objects
    }
}

extension String {
    /// The text as a quoted SQL name, by its bytes: a quotation mark may be a part of a character.
    var quoted: String {
        let mark = UInt8(ascii: "\"")
        return String(decoding: [mark] + utf8.flatMap { $0 == mark ? [mark, mark] : [$0] } + [mark], as: UTF8.self)
    }
}
