import FlxCore

/// The reading of records, by any connection. The caller has a transaction open, so that all of it is of one moment; a record that is read
/// alone needs none.
struct StateReading {
    private let handle: Handle
    private let space: Statement
    private let single: Statement
    private let alone: Statement

    init(_ handle: Handle) throws(FlxError) {
        self.handle = handle
        space = try Statement(handle, "SELECT id FROM state_spaces WHERE name = ?1")
        single = try Statement(handle, "SELECT \(StateRow.columns), body FROM state_records WHERE space = ?1 AND name = ?2")
        alone = try Statement(handle, """
            SELECT \(StateRow.columns), body, space FROM state_records
            WHERE space = (SELECT id FROM state_spaces WHERE name = ?2) AND name = ?1
            """)
    }

    /// The number of a space; nil if it has no records.
    func id(of space: StateSpace) throws(FlxError) -> Int64? {
        try self.space.number(named: space.name)
    }

    /// The record under a key; nil if there is none.
    func record(_ key: StateKey) throws(FlxError) -> StateRecord? {
        guard let space = try id(of: key.space) else { return nil }
        return try record(key, in: space)
    }

    /// The record under a key of a space with a number; nil if there is none.
    func record(_ key: StateKey, in space: Int64) throws(FlxError) -> StateRecord? {
        single.bind(space, at: 1)
        return try single.withText(key.name, at: 2) { () throws(FlxError) in
            try single.step() ? try StateRow(single, space).record(in: key.space) : nil
        }
    }

    /// The record under a key, read by one statement; nil if there is none.
    func recordAlone(_ key: StateKey) throws(FlxError) -> StateRecord? {
        try alone.withText(key.name, at: 1) { () throws(FlxError) in
            try alone.withText(key.space.name, at: 2) { () throws(FlxError) in
                try alone.step() ? try StateRow(alone, alone.number(StateRow.count)).record(in: key.space) : nil
            }
        }
    }

    /// Adds the records that a query asks for to a page.
    func collect(_ query: StateQuery, _ page: inout StatePageDraft) throws(FlxError) {
        guard let space = try id(of: query.space) else { return }
        switch query.order {
        case .names(let prefix): try collect(prefix.description, query, space, &page)
        case .index(let range): try collect(range, query, space, &page)
        }
    }

    private func collect(
        _ prefix: String, _ query: StateQuery, _ space: Int64, _ page: inout StatePageDraft
    ) throws(FlxError) {
        var search = StateSearch("SELECT \(StateRow.columns(of: "r", query)) FROM state_records r WHERE r.space = ?1", space)
        let end = prefix.isEmpty ? nil : Self.successor(of: prefix)
        let after = query.after.map { Array($0.name.utf8) }
        // Of two bounds on one side, SQLite seeks by the first and passes over all rows up to the second.
        if let after, query.isReversed, end.map({ after.lexicographicallyPrecedes($0) }) ?? true {
            search.require("r.name <", bytes: after)
        } else if let end {
            search.require("r.name <", bytes: end)
        }
        if let after, !query.isReversed, !after.lexicographicallyPrecedes(prefix.utf8) {
            search.require("r.name >", bytes: after)
        } else if !prefix.isEmpty {
            search.require("r.name >=", .text(prefix))
        }
        search.order("r.name", isReversed: query.isReversed)
        try search.run(handle) { row throws(FlxError) in
            let record = try StateRow(row, space).record(in: query.space, omitsBody: query.omitsBodies)
            return page.add(record, StateQuery.Cursor(name: record.key.name))
        }
    }

    private func collect(
        _ range: StateQuery.Range, _ query: StateQuery, _ space: Int64, _ page: inout StatePageDraft
    ) throws(FlxError) {
        var search = StateSearch("""
            SELECT \(StateRow.columns(of: "r", query)), e.value FROM state_entries e
            CROSS JOIN state_records r ON r.space = e.space AND r.name = e.name WHERE e.space = ?1
            """, space)
        search.require("e.list =", .text(range.index))
        let after = query.placeInIndex
        // Of two bounds on one side, SQLite seeks by the first and passes over all rows up to the second.
        if let first = range.from, after == nil || query.isReversed { search.require("e.value >=", first) }
        if let last = range.through, after == nil || !query.isReversed { search.require("e.value <=", last) }
        if let after { search.require(query.isReversed ? "<" : ">", of: "(e.value, e.name)", after.value, after.name) }
        search.order("e.value", "e.name", isReversed: query.isReversed)
        try search.run(handle) { row throws(FlxError) in
            let record = try StateRow(row, space).record(in: query.space, omitsBody: query.omitsBodies)
            guard let value = row.value(StateRow.count), record.entries.contains(StateEntry(range.index, value)) else {
                throw StateRow.damage
            }
            return page.add(record, StateQuery.Cursor(value: value, name: record.key.name))
        }
    }

    /// The least bytes behind all texts that begin with a prefix. No byte of a text is 255.
    private static func successor(of prefix: String) -> [UInt8] {
        var bytes = Array(prefix.utf8)
        bytes[bytes.count - 1] += 1
        return bytes
    }
}

/// The writer alone knows the records of volatile spaces; to all others their table is empty.
extension StateReading {
    /// The records under some keys.
    func records(_ keys: [StateKey], with volatile: StateTable = StateTable()) throws(FlxError) -> [StateRecord?] {
        var records: [StateRecord?] = []
        records.reserveCapacity(keys.count)
        for key in keys { records.append(key.space.lifetime == .volatile ? volatile.record(key) : try record(key)) }
        return records
    }

    /// A page of records.
    func page(_ query: StateQuery, pageBytes: Int, with volatile: StateTable = StateTable()) throws(FlxError) -> StatePage {
        let beside = try records(query.keys, with: volatile)
        if query.space.lifetime == .volatile {
            let page = volatile.page(query, pageBytes: pageBytes)
            return StatePage(records: page.records, next: page.next, beside: beside)
        }
        var page = StatePageDraft(query, pageBytes: pageBytes)
        try collect(query, &page)
        return page.page(beside: beside)
    }
}
