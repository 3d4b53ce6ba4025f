import FlxCore

/// The parts of a file that a repair makes anew without reading them.
///
/// They are looked for before the transaction of the repair: SQLite lets none write that has met a damaged page.
struct UnreadableParts {
    /// Tables of an older format that the newest format does not have.
    let tables: [SchemaObject]
    /// Indexes of tables that can be read.
    let indexes: [SchemaObject]

    init(_ handle: Handle, _ migrations: Migrations) throws(FlxError) {
        let version = try migrations.check(handle)
        let objects = try migrations.objects(version)
        tables = try migrations.olderFormat(handle) == nil ? [] : Self.tables(handle, of: objects)
        let isSound = try Self.isSound(handle)
        var indexes: [SchemaObject] = []
        for object in objects where !isSound && object.type == "index" {
            if try Self.cannotBeMade(object, handle) { indexes.append(object) }
        }
        self.indexes = indexes
    }

    private static func isSound(_ handle: Handle) throws(FlxError) -> Bool {
        do throws(FlxError) {
            return try handle.structuralFaults().allSatisfy(\.isOfUnusedPage)
        } catch {
            // The check itself ends at some pages.
            guard error.code == .corrupt else { throw error }
            return false
        }
    }

    private static func tables(_ handle: Handle, of objects: [SchemaObject]) throws(FlxError) -> [SchemaObject] {
        let former = objects.filter { $0.type == "table" && (["checkpoints", "snapshots"] + FormerViews.tables).contains($0.name) }
        var lost: [SchemaObject] = []
        for table in former where try isLost(table, handle) { lost.append(table) }
        // The tables of views mean nothing without each other.
        let areViewsLost = lost.contains { FormerViews.tables.contains($0.name) }
        return former.filter { table in lost.contains(table) || (areViewsLost && FormerViews.tables.contains(table.name)) }
    }

    private static func isLost(_ table: SchemaObject, _ handle: Handle) throws(FlxError) -> Bool {
        do throws(FlxError) {
            guard table.name == "checkpoints" else { return try handle.texts("PRAGMA integrity_check('\(table.name)')") != ["ok"] }
            _ = try StoredCheckpoints.wrongInList(handle)
            return false
        } catch {
            guard error.code == .corrupt else { throw error }
            return true
        }
    }

    /// Returns true if an index cannot be made anew in its place, and its table can be read.
    private static func cannotBeMade(_ index: SchemaObject, _ handle: Handle) throws(FlxError) -> Bool {
        try handle.execute("BEGIN IMMEDIATE")
        defer { if handle.isInTransaction { try? handle.execute("ROLLBACK") } }
        do throws(FlxError) {
            try handle.execute("REINDEX \(index.name.quoted)")
            return false
        } catch {
            guard error.code == .corrupt else { return false }
        }
        let rows = "FROM \(index.table.quoted) NOT INDEXED"
        return (try? handle.number("SELECT sum(length(CAST(id AS BLOB))) \(rows)")) != nil
    }
}

extension String {
    /// True for a fault of SQLite's check that tells of a page in no use: no content is missing.
    var isOfUnusedPage: Bool {
        // Names from the file stand in other faults.
        (begins(with: "Page ") || begins(with: "SQLite: Page ")) && utf8.reversed().starts(with: "never used".utf8.reversed())
    }
}
