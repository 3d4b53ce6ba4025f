import FlxCore

/// The statements that a reader keeps prepared for views.
struct ViewReading {
    let document: Statement

    init(_ handle: Handle) throws(FlxError) {
        document = try Statement(handle, "SELECT key, body, entries FROM view_documents WHERE view = ?1 AND key = ?2")
    }
}

extension Reader {
    /// The generation that a source names.
    func generation(_ source: ViewSource) throws(FlxError) -> ViewGeneration {
        switch source {
        case .generation(let id):
            guard let row = try handle.viewRows(of: nil).first(where: { $0.generation.id == id }) else {
                throw ViewRefusal.noGeneration(id)
            }
            return row.generation
        case .view(let name):
            guard let row = try handle.viewRows(of: name).first(where: { $0.generation.role == .current }) else {
                throw ViewRefusal.noView(name)
            }
            return row.generation
        }
    }

    func documents(_ keys: [String], of source: ViewSource) throws(FlxError) -> [ViewDocument?] {
        let (generation, statement) = (try generation(source), views.document)
        statement.bind(generation.id.value, at: 1)
        var documents: [ViewDocument?] = []
        documents.reserveCapacity(keys.count)
        for key in keys {
            documents.append(try statement.withText(key, at: 2) { () throws(FlxError) in
                try statement.step() ? try Self.document(statement) : nil
            })
        }
        return documents
    }

    func documents(_ query: ViewQuery, of source: ViewSource) throws(FlxError) -> ViewPage {
        let generation = try generation(source)
        guard let range = query.range else { return try byKey(query, generation) }
        return try byIndex(query, range, generation)
    }

    private func byKey(_ query: ViewQuery, _ generation: ViewGeneration) throws(FlxError) -> ViewPage {
        let statement = try Statement(
            handle, "SELECT key, body, entries FROM view_documents WHERE view = ?1 AND key > ?2 ORDER BY key LIMIT ?3")
        statement.bind(generation.id.value, at: 1)
        statement.bind(Int64(query.limitAndOne), at: 3)
        var documents: [ViewDocument] = []
        try statement.withText(query.after?.key ?? "", at: 2) { () throws(FlxError) in
            while try statement.step() { documents.append(try Self.document(statement)) }
        }
        guard documents.count > query.limit else { return ViewPage(generation: generation, documents: documents, next: nil) }
        documents.removeLast()
        return ViewPage(generation: generation, documents: documents, next: documents.last.map { .init(key: $0.key) })
    }

    private func byIndex(_ query: ViewQuery, _ range: ViewQuery.Range, _ generation: ViewGeneration) throws(FlxError) -> ViewPage {
        let after = query.placeInIndex
        let statement = try Statement(handle, """
            SELECT e.key, d.body, d.entries, e.value FROM view_entries e JOIN view_documents d ON d.view = e.view AND d.key = e.key
            WHERE e.view = ?1 AND e.name = ?2 AND \(after == nil ? "e.value >= ?3" : "(e.value, e.key) > (?3, ?4)")
            \(range.through == nil ? "" : "AND e.value <= ?5") ORDER BY e.value, e.key LIMIT ?6
            """)
        statement.bind(generation.id.value, at: 1)
        statement.bind(Int64(query.limitAndOne), at: 6)
        var (documents, values): ([ViewDocument], [StateEntry.Value]) = ([], [])
        try statement.withText(range.index, at: 2) { () throws(FlxError) in
            try statement.withValue(after?.value ?? range.from ?? .number(.min), at: 3) { () throws(FlxError) in
                try statement.withText(after?.key ?? "", at: 4) { () throws(FlxError) in
                    try statement.withValue(range.through ?? .number(.max), at: 5) { () throws(FlxError) in
                        while try statement.step() {
                            documents.append(try Self.document(statement))
                            values.append(try Self.value(statement, 3))
                        }
                    }
                }
            }
        }
        guard documents.count > query.limit else { return ViewPage(generation: generation, documents: documents, next: nil) }
        let next = ViewQuery.Cursor(value: values[query.limit - 1], key: documents[query.limit - 1].key)
        return ViewPage(generation: generation, documents: Array(documents.dropLast()), next: next)
    }

    private static func document(_ row: Statement) throws(FlxError) -> ViewDocument {
        guard let key = row.text(0) else { throw damage }
        return ViewDocument(key: key, body: Array(row.bytes(1)), entries: row.isNull(2) ? [] : try EntryCoding.entries(row.bytes(2)))
    }

    private static func value(_ row: Statement, _ column: Int32) throws(FlxError) -> StateEntry.Value {
        if let number = row.integer(column, in: .min ... .max) { return .number(number) }
        guard let text = row.text(column) else { throw damage }
        return .text(text)
    }

    private static let damage = FlxError(.corrupt, "the key of a document, or its place in an index, is damaged: rebuild its view")
}
