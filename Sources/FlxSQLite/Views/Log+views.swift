import FlxCore
import GRDB

/// The calls on views that have tables of the user's own, within the open transaction of the writer.
extension Log {
    /// The heads of a view, or of all views for nil.
    private func viewHeads(of view: String? = nil) throws(FlxError) -> ViewHeads {
        try state.page(.viewHeads(of: view), pageBytes: .max).viewHeads
    }

    /// Begins a generation, with its tables.
    /// - Parameter create: Makes the tables. A failure undoes all.
    mutating func begin(
        _ view: String, version: Int, tables: [String], at time: Timestamp, create: (ViewHead, Log) throws(FlxError) -> Void
    ) throws(FlxError) -> ViewGeneration {
        let heads = try viewHeads()
        try checkNames(tables, of: view, heads)
        let (change, head) = try heads.beginning(view, version: version, tables: tables, at: time)
        return try withSavepoint { log throws(FlxError) in
            try create(head, log)
            try log.state.check(change.guards)
            try log.make(change.edits)
            return head.generation
        }
    }

    /// Refuses tables that another view has, and names that something else has: a build could not take its place.
    private func checkNames(_ tables: [String], of view: String, _ heads: ViewHeads) throws(FlxError) {
        let names = Set(tables.map { $0.lowercased() })
        for other in heads.heads where !ExactText.same(other.generation.view, view) {
            guard let table = other.tables.first(where: { names.contains($0.lowercased()) }) else { continue }
            throw FlxError(
                .invalidValue,
                "view '\(view)': its table '\(table)' is one of the view '\(other.generation.view)'; give it another name")
        }
        let own = heads.heads.first { $0.generation.role == .current && ExactText.same($0.generation.view, view) }
        let former = Set(own?.tables.map { $0.lowercased() } ?? [])
        let find = try Statement(handle, "SELECT count(*) FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE")
        for table in tables where !former.contains(table.lowercased()) {
            guard try find.number(named: table) != 0 else { continue }
            throw FlxError(
                .invalidValue, "view '\(view)': there is a '\(table)' already, of no view; drop it if a damaged view left it")
        }
    }

    /// Makes a step of tables.
    /// - Parameter tables: Changes the tables, and returns how many events it handled and what goes into the log. A failure undoes all.
    /// - Returns: How many events were handled.
    mutating func make(
        _ step: ViewStep, within limits: StoreLimits, at time: Timestamp,
        _ tables: (ViewHead, Log) throws(FlxError) -> (handled: Int64, events: [StreamWrite])
    ) throws(FlxError) -> Int64 {
        let head = try head(step.generation, at: time)
        // Asked before the work, too: the tables may be those of another generation by now.
        try ViewRefusal.check(step, on: head.generation, isHeld: head.isHeld)
        return try withSavepoint { log throws(FlxError) in
            let (handled, events) = try tables(head, log)
            if head.generation.role == .current, !events.isEmpty {
                try limits.check(events)
                _ = try log.append(PreparedAppend(events, unless: nil), at: time)
            }
            var step = step
            step.handled = handled
            let change = try head.taking(step, at: time)
            try log.spoiling { log throws(FlxError) in try log.state.make(change.edits) }
            return handled
        }
    }

    /// The head of a generation, which is no longer held for an abandoned one.
    private mutating func head(_ id: ViewGeneration.ID, at time: Timestamp) throws(FlxError) -> ViewHead {
        func read() throws(FlxError) -> ViewHead {
            guard let record = try state.records([ViewHead.key(id)])[0] else { throw ViewRefusal.noGeneration(id) }
            return try ViewHead(record)
        }
        let head = try read()
        guard head.isHeld, let release = try viewHeads(of: head.generation.view).releasing(head, at: time) else { return head }
        try spoiling { log throws(FlxError) in try log.state.make(release.edits) }
        return try read()
    }

    /// Changes records, and the tables of views with the heads that they belong to.
    mutating func make(_ edits: [StateEdit]) throws(FlxError) {
        try spoiling { log throws(FlxError) in
            let (dropped, renamed) = try log.tables(of: edits)
            try log.state.make(edits)
            guard !dropped.isEmpty || !renamed.isEmpty else { return }
            for tables in dropped { try log.handle.drop(tables) }
            for (id, tables) in renamed { try log.handle.rename(tables, from: id) }
            log.handle.database.clearSchemaCache()
        }
    }

    /// The tables to drop and to rename with a change: those of generations that it takes away, and of those that become the current one.
    private func tables(
        of edits: [StateEdit]
    ) throws(FlxError) -> (dropped: [ViewTables], renamed: [(from: ViewGeneration.ID, ViewTables)]) {
        var (dropped, renamed): ([ViewTables], [(from: ViewGeneration.ID, ViewTables)]) = ([], [])
        for edit in edits {
            switch edit {
            case .remove(let key) where key.space == ViewHead.space:
                guard let former = try state.records([key])[0] else { continue }
                dropped.append(try ViewTables(try ViewHead(former)))
            case .removeAll(ViewHead.space):
                for head in try viewHeads().heads { dropped.append(try ViewTables(head)) }
            case .put(let record) where record.key.space == ViewHead.space && ViewHead.mayHaveTables(record):
                guard let former = try state.records([record.key])[0] else { continue }
                let (old, new) = (try ViewHead(former).generation, try ViewHead(record))
                if old.role != new.generation.role, new.generation.role == .current { renamed.append((old.id, try ViewTables(new))) }
            default: continue
            }
        }
        return (dropped.filter { !$0.names.isEmpty }, renamed.filter { !$0.1.names.isEmpty })
    }

    /// Undoes what the body did when it fails, and nothing else of the transaction.
    private mutating func withSavepoint<Result>(_ body: (inout Log) throws(FlxError) -> Result) throws(FlxError) -> Result {
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

extension Handle {
    /// The names of the tables of a generation that are there. What else has such a name is no table of a view.
    func tables(_ tables: ViewTables) throws(FlxError) -> [String] {
        let find = try Statement(self, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE")
        var found: [String] = []
        for name in tables.names.map(tables.current) where try find.number(named: name) != 0 { found.append(name) }
        return found
    }

    /// Drops the tables of a generation.
    func drop(_ tables: ViewTables) throws(FlxError) {
        for name in try self.tables(tables) { try execute("DROP TABLE \(name.quoted)") }
    }

    /// Gives the tables of a generation that was built their own names.
    fileprivate func rename(_ tables: ViewTables, from id: ViewGeneration.ID) throws(FlxError) {
        // What others define over the tables, such as a view for reports, has nothing to stand on until the new ones have their names.
        try execute("PRAGMA writable_schema = ON")
        defer { try? execute("PRAGMA writable_schema = OFF") }
        for name in tables.names { try execute("ALTER TABLE \(ViewTables.name(of: name, in: id).quoted) RENAME TO \(name.quoted)") }
    }
}
