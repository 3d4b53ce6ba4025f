import FlxCore

/// The cut of a copied store at an earlier point. It removes everything beyond the point, and views that are damaged.
///
/// Checkpoints, snapshots and views not beyond the point are correct and stay. All other records stay too, and are named: only
/// their owner knows which of them come from later events. Other tables are dropped: what they should contain at the point is
/// unknown. Their owners make them again from the log.
enum LogCut {
    /// The tables that are cut row by row.
    private static let known: Set<ExactText> = [
        "events", "streams", "types", "tag_names", "tags", "state_spaces", "state_records", "state_entries", "state_revisions",
    ]

    /// Cuts in one transaction.
    /// - Throws: ``FlxError/Code/notFound`` if the log ends before the point, or begins after it.
    static func apply(
        _ point: RestorePoint, _ checkpoints: RestoredCheckpoints, to handle: Handle
    ) throws(FlxError) -> RestoreReport {
        let last = try handle.soundLastPosition()
        let end = try position(of: point, last: last, handle)
        try handle.execute("BEGIN IMMEDIATE")
        let damaged = try handle.removeDamagedViews()
        guard end < last else {
            try handle.execute("COMMIT")
            return RestoreReport(events: last, damagedViews: damaged)
        }
        let readers = try readers(beyond: end, checkpoints, handle)
        var state = try StateWriting(handle)
        for reader in readers { try state.make([try .checkpoint(reader.name, at: checkpoints == .end ? reader.after : nil)]) }
        try handle.execute(
            "DELETE FROM events WHERE position > \(end)",
            "DELETE FROM tags WHERE position > \(end)",
            "DELETE FROM state_records WHERE \(StateSpace.snapshots.isBeyond(end))",
            "DELETE FROM streams WHERE NOT EXISTS (SELECT 1 FROM events INDEXED BY events_stream WHERE stream = streams.id)",
            "DELETE FROM types WHERE NOT EXISTS (SELECT 1 FROM events INDEXED BY events_type WHERE type = types.id)",
            "DELETE FROM tag_names WHERE NOT EXISTS (SELECT 1 FROM tags WHERE tag = tag_names.id)")
        let views = try state.forgetViews(beyond: end, handle)
        let heads = try state.page(.viewHeads(), pageBytes: .max).viewHeads.heads
        let tables = try dropUnknown(handle, heads: heads)
        while try state.sweep() {}
        let spaces = try keptSpaces(handle)
        try handle.execute("COMMIT")
        return RestoreReport(
            events: end, readers: readers, droppedViews: views, damagedViews: damaged, droppedTables: tables, keptSpaces: spaces)
    }

    /// Returns the names of the spaces with records that a cut leaves as they are. Tokens of leases are not among them: they only grow.
    private static func keptSpaces(_ handle: Handle) throws(FlxError) -> [String] {
        let own = [StateSpace.checkpoints, .snapshots, .leaseTokens].map(\.name)
        let used = try handle.texts("""
            SELECT name FROM state_spaces WHERE EXISTS (SELECT 1 FROM state_records WHERE space = state_spaces.id) ORDER BY name
            """)
        return used.filter { name in !ViewHead.isOfViews(name) && !own.contains { ExactText.same($0, name) } }
    }

    private static func readers(
        beyond end: Int64, _ checkpoints: RestoredCheckpoints, _ handle: Handle
    ) throws(FlxError) -> [RestoredReader] {
        let statement = try Statement(
            handle, "SELECT name, number FROM state_records WHERE \(StateSpace.checkpoints.isBeyond(end)) ORDER BY name")
        var readers: [RestoredReader] = []
        while try statement.step() {
            let name = String(decoding: statement.bytes(0), as: UTF8.self)
            readers.append(RestoredReader(name, at: statement.number(1), end: end, checkpoints))
        }
        return readers
    }

    /// Returns the position of the last event up to a point.
    private static func position(of point: RestorePoint, last: Int64, _ handle: Handle) throws(FlxError) -> Int64 {
        switch point {
        case .end: return last
        case .position(let position): return try position.checked(against: last)
        case .time(let time):
            let next = try handle.number("SELECT min(position) FROM events WHERE recorded > \(time.nanoseconds) AND position > 0")
            guard next != 1, last > 0 else { throw Self.nothingBefore(time) }
            return next == 0 ? last : next - 1
        }
    }

    static func nothingBefore(_ time: Timestamp) -> FlxError {
        FlxError(.notFound, "the backup has no event that was recorded by \(time): choose a later time")
    }

    /// Drops the tables that neither the store nor a view has.
    private static func dropUnknown(_ handle: Handle, heads: [ViewHead]) throws(FlxError) -> [String] {
        var kept = known
        for tables in try heads.map({ head throws(FlxError) in try ViewTables(head) }) {
            kept.formUnion(tables.names.map { ExactText(tables.current($0).lowercased()) })
        }
        var touched: [String] = []
        for name in try handle.tables().sorted() {
            // SQLite treats names that differ only in case as equal.
            guard !kept.contains(ExactText(name.description.lowercased())) else { continue }
            try handle.execute("DROP TABLE IF EXISTS \(name.description.quoted)")
            touched.append(name.description)
        }
        return touched
    }
}

extension RestoreReport {
    init(
        events: Int64, readers: [RestoredReader] = [], droppedViews: [String] = [], damagedViews: [String] = [],
        droppedTables: [String] = [], keptSpaces: [String] = []
    ) {
        self.init(
            events: events, lastPosition: Position(unchecked: events), readers: readers, droppedViews: droppedViews,
            damagedViews: damagedViews, droppedTables: droppedTables, keptSpaces: keptSpaces)
    }
}

extension RestoredReader {
    init(_ name: String, at before: Int64, end: Int64, _ checkpoints: RestoredCheckpoints) {
        let after = checkpoints == .end ? end : 0
        self.init(name: name, before: Position(unchecked: before), after: Position(unchecked: after), repeats: end - after)
    }
}

extension Position {
    /// Returns the number if a backup ending at another position contains it.
    func checked(against last: Int64) throws(FlxError) -> Int64 {
        guard (1...max(1, last)).contains(value), last > 0 else {
            throw FlxError(.notFound, "the backup has the positions \(last > 0 ? "1 to \(last)" : "of no event"), not \(value)")
        }
        return value
    }
}

extension Handle {
    /// Returns the names of all tables but SQLite's own and the internal ones of virtual tables, which are dropped with those.
    fileprivate func tables() throws(FlxError) -> [ExactText] {
        // A statement: a table or a view of the file may have the name of the function `pragma_table_list`, and would be asked instead.
        let statement = try Statement(self, "PRAGMA main.table_list")
        var tables: [ExactText] = []
        while try statement.step() {
            let (name, type) = (String(decoding: statement.bytes(1), as: UTF8.self), String(decoding: statement.bytes(2), as: UTF8.self))
            if ["table", "virtual"].contains(type), !name.lowercased().begins(with: "sqlite_") { tables.append(ExactText(name)) }
        }
        return tables
    }

    /// Returns the texts in the first column of all rows.
    func texts(_ sql: String) throws(FlxError) -> [String] {
        let statement = try Statement(self, sql)
        var texts: [String] = []
        while try statement.step() { texts.append(String(decoding: statement.bytes(0), as: UTF8.self)) }
        return texts
    }
}
