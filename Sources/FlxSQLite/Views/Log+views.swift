import FlxCore
import GRDB
import GRDBSQLite

/// The calls on views, within the open transaction of the writer.
extension Log {
    /// At most so many rows of a dropped generation are deleted in one transaction.
    private static let sweepRows = 5_000

    mutating func begin(_ view: String, version: Int, tables: [String] = []) throws(FlxError) -> ViewRow {
        try checkNames(tables, of: view)
        let others = try handle.viewRows(of: view)
        let hasCurrent = others.contains { $0.generation.role == .current }
        guard !hasCurrent || others.count == 1 else { throw ViewRefusal.alreadyBuilding(view) }
        return try spoiling { log throws(FlxError) in
            let insert = try Statement(log.handle, "INSERT INTO views(name, version, role, tables) VALUES(?1, ?2, ?3, ?4)")
            insert.bind(Int64(version), at: 2)
            insert.bind(hasCurrent ? 0 : 1, at: 3)
            try insert.withText(view, at: 1) { () throws(FlxError) in
                try insert.withText(tables.joined(separator: "\n"), at: 4) { () throws(FlxError) in _ = try insert.step() }
            }
            return try log.views.generation(ViewGeneration.ID(try log.handle.number("SELECT last_insert_rowid()")))
        }
    }

    /// Refuses tables that another view has.
    private func checkNames(_ tables: [String], of view: String) throws(FlxError) {
        let names = Set(tables.map { $0.lowercased() })
        for other in try handle.viewRows(of: nil) where !ExactText.same(other.generation.view, view) {
            guard let table = other.tables.first(where: { names.contains($0.lowercased()) }) else { continue }
            throw FlxError(
                .invalidValue,
                "view '\(view)': its table '\(table)' is one of the view '\(other.generation.view)'; give it another name")
        }
    }

    /// Makes a step of documents.
    mutating func make(_ step: ViewStep, appending prepared: PreparedAppend, at time: Timestamp) throws(FlxError) -> AppendResult {
        _ = try check(step)
        let result = try append(prepared, at: time)
        try spoiling { log throws(FlxError) in
            for change in step.changes { try log.views.apply(change, to: step.generation) }
            try log.views.advance(step.generation, through: step.through, handled: step.handled)
        }
        return result
    }

    /// Makes a step of tables.
    /// - Parameter tables: Changes the tables, and returns how many events it handled and what goes into the log. A failure undoes all.
    /// - Returns: How many events were handled.
    mutating func make(
        _ step: ViewStep, within limits: StoreLimits, at time: Timestamp,
        _ tables: (ViewRow, Log) throws(FlxError) -> (handled: Int64, events: [StreamWrite])
    ) throws(FlxError) -> Int64 {
        let row = try check(step)
        return try withSavepoint { log throws(FlxError) in
            let (handled, events) = try tables(row, log)
            if row.generation.role == .current, !events.isEmpty {
                try limits.check(events)
                _ = try log.append(PreparedAppend(events, unless: nil), at: time)
            }
            try log.spoiling { log throws(FlxError) in
                try log.views.advance(step.generation, through: step.through, handled: handled)
            }
            return handled
        }
    }

    private func check(_ step: ViewStep) throws(FlxError) -> ViewRow {
        let row = try views.generation(step.generation)
        let isHeld = row.generation.role == .current ? try views.isHeld(row.generation.view) : false
        try ViewRefusal.check(step, on: row.generation, isHeld: isHeld)
        return row
    }

    mutating func hold(for id: ViewGeneration.ID) throws(FlxError) -> Position {
        let generation = try building(id).generation
        if let position = generation.switchPosition { return position }
        guard let current = try handle.viewRows(of: generation.view).first(where: { $0.generation.role == .current })?.generation else {
            throw ViewRefusal.noView(generation.view)
        }
        guard generation.checkpoint <= current.checkpoint else { throw ViewRefusal.isAhead(generation, of: current) }
        try spoiling { log throws(FlxError) in
            try log.handle.execute("UPDATE views SET switch = \(current.checkpoint) WHERE id = \(id)")
        }
        return current.checkpoint
    }

    mutating func switchView(to id: ViewGeneration.ID) throws(FlxError) {
        let row = try building(id)
        guard row.generation.checkpoint == row.generation.switchPosition else { throw ViewRefusal.isNotThere(row.generation) }
        let former = try handle.viewRows(of: row.generation.view).first { $0.generation.role == .current }
        try spoiling { log throws(FlxError) in
            if let former { try log.retire(former) }
            // What others define over the tables, such as a view for reports, has nothing to stand on until the new ones have their names.
            try log.handle.execute("PRAGMA writable_schema = ON")
            defer { try? log.handle.execute("PRAGMA writable_schema = OFF") }
            for table in row.tables { try log.handle.execute("ALTER TABLE \(row.physical(table).quoted) RENAME TO \(table.quoted)") }
            try log.handle.execute("UPDATE views SET role = 1, switch = NULL WHERE id = \(id)")
            log.handle.database.clearSchemaCache()
        }
    }

    mutating func drop(_ id: ViewGeneration.ID) throws(FlxError) {
        guard let row = try handle.viewRows(of: nil).first(where: { $0.generation.id == id }) else { return }
        try spoiling { log throws(FlxError) in
            try log.retire(row)
            guard row.generation.role == .current else { return }
            // Nothing is left to switch from: the one being built goes on.
            let release = try Statement(log.handle, "UPDATE views SET switch = NULL WHERE name = ?1")
            try release.withText(row.generation.view, at: 1) { () throws(FlxError) in _ = try release.step() }
        }
    }

    /// Deletes a part of what dropped generations left behind.
    /// - Returns: Whether something is left.
    mutating func sweep() throws(FlxError) -> Bool {
        let id = try handle.number("SELECT id FROM views WHERE role = 2 LIMIT 1")
        guard id > 0 else { return false }
        return try spoiling { log throws(FlxError) in
            for (table, columns) in [("view_entries", "name, value, key"), ("view_documents", "key")] {
                // The first rows in the order of the table, so that no part costs more than another.
                let rows = "FROM \(table) WHERE view = \(id)"
                let end = "SELECT \(columns) \(rows) ORDER BY \(columns) LIMIT 1 OFFSET \(Self.sweepRows)"
                try log.handle.execute("DELETE \(rows) AND (\(columns)) < (\(end))")
                if sqlite3_changes(log.handle.pointer) > 0 { return true }
                // No more are left than one part may have.
                try log.handle.execute("DELETE \(rows)")
            }
            try log.handle.execute("DELETE FROM views WHERE id = \(id)")
            return try log.handle.number("SELECT EXISTS(SELECT 1 FROM views WHERE role = 2)") == 1
        }
    }

    /// Takes a generation out of sight, with its tables.
    private func retire(_ row: ViewRow) throws(FlxError) {
        for table in row.tables { try handle.execute("DROP TABLE IF EXISTS \(row.physical(table).quoted)") }
        try handle.execute("UPDATE views SET role = 2, switch = NULL, tables = '' WHERE id = \(row.generation.id)")
        handle.database.clearSchemaCache()
    }

    private func building(_ id: ViewGeneration.ID) throws(FlxError) -> ViewRow {
        let row = try views.generation(id)
        guard row.generation.role == .building else { throw ViewRefusal.isNotBuilt(id) }
        return row
    }

    /// Undoes what the body did when it fails, and nothing else of the transaction.
    mutating func withSavepoint<Result>(_ body: (inout Log) throws(FlxError) -> Result) throws(FlxError) -> Result {
        try statements.savepoint.run()
        do throws(FlxError) {
            let result = try body(&self)
            try statements.release.run()
            return result
        } catch {
            if !isLost {
                try spoiling { log throws(FlxError) in
                    try log.statements.rollBackTo.run()
                    try log.statements.release.run()
                }
            }
            throw error
        }
    }
}
