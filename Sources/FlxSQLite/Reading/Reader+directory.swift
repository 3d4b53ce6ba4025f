import FlxCore

extension Reader {
    /// Returns the numbers of the streams in a scope, with names beginning with a text; nil if more than `limit` names begin with it.
    func streamIDs(prefix: String, in scope: Selection.Scope, limit: Int) throws(FlxError) -> [Int64]? {
        var (ids, count): ([Int64], Int) = ([], 0)
        try eachStream(prefix: prefix, after: nil, limit: limit + 1) { id, text in
            count += 1
            // The events of a stream with a damaged name are found, and refused.
            if (try? StreamName(text)).map(scope.contains) ?? true { ids.append(id) }
        }
        return count <= limit ? ids : nil
    }

    /// Returns the streams with names beginning with a text, in the order of their names.
    func streams(prefix: String, after name: StreamName?, limit: Int) throws(FlxError) -> [StreamSummary] {
        try requireListed()
        let last = try Statement(handle, "SELECT version, position FROM events WHERE stream = ?1 ORDER BY position DESC LIMIT 1")
        var summaries: [StreamSummary] = []
        try eachStream(prefix: prefix, after: name, limit: limit) { id, text throws(FlxError) in
            defer { last.reset() }
            last.bind(id, at: 1)
            guard try last.step() else { throw FlxError(.corrupt, "the stream '\(text)' has no event: verify the store") }
            let position = Position(unchecked: last.number(1))
            summaries.append(StreamSummary(name: try StreamName(text), events: last.number(0), lastPosition: position))
        }
        return summaries
    }

    /// Returns the types and their counts, in the order of their names.
    func types() throws(FlxError) -> [TypeSummary] {
        try requireListed()
        let statement = try Statement(
            handle, "SELECT name, (SELECT count(*) FROM events WHERE type = types.id) FROM types ORDER BY name")
        var summaries: [TypeSummary] = []
        while try statement.step() {
            let name = String(decoding: statement.bytes(0), as: UTF8.self)
            summaries.append(TypeSummary(type: try EventType(name), events: statement.number(1)))
        }
        return summaries
    }

    /// Returns the amount of data in the store. Positions have no gaps: the greatest is their count. A repair may leave gaps between the
    /// numbers of names.
    func statistics(bytes: Int64) throws(FlxError) -> StatisticsSnapshot {
        let last = try end().checked(handle.path)
        return StatisticsSnapshot(
            events: last, streams: try handle.number("SELECT count(*) FROM streams"),
            types: try handle.number("SELECT count(*) FROM types"), lastPosition: Position(unchecked: last), bytes: bytes)
    }

    /// Returns the event with an id; nil if there is none.
    mutating func event(_ id: EventID) throws(FlxError) -> RecordedEvent? {
        let sql = "SELECT \(RowReader.columns) FROM events INDEXED BY events_id WHERE id = ?1"
        let find = if let byID { byID } else { try Statement(handle, sql) }
        byID = find
        let recorded = try find.withID(id, at: 1) { () throws(FlxError) in try find.step() ? try rows.event(find) : nil }
        if recorded == nil { try requireListed() }
        guard recorded.map({ $0.event.id == id }) ?? true else {
            throw FlxError(.corrupt, "the index by id leads to another event: verify the store")
        }
        return recorded
    }

    private func eachStream(
        prefix: String, after name: StreamName?, limit: Int, _ body: (Int64, String) throws(FlxError) -> Void
    ) throws(FlxError) {
        // By one bound alone: of two, SQLite would seek by the first and pass over all names up to the second.
        let statement = try Statement(
            handle, "SELECT id, name FROM streams WHERE name >= max(?1, ?2) AND +name > ?2 ORDER BY name LIMIT ?3")
        statement.bind(Int64(limit), at: 3)
        try statement.withText(prefix, at: 1) { () throws(FlxError) in
            try statement.withText(name?.description ?? "", at: 2) { () throws(FlxError) in
                while try statement.step() {
                    guard statement.bytes(1).starts(with: prefix.utf8) else { return }
                    guard let text = statement.text(1) else {
                        throw FlxError(.corrupt, "the name of the stream \(statement.number(0)) is damaged: verify the store")
                    }
                    try body(statement.number(0), text)
                }
            }
        }
    }
}
