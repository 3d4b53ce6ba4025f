public import FlxCore

extension StateStore {
    /// A page of documents of a view, with their keys and the place of the next page, in the order of the query or the other way round:
    /// the latest first, of an index of times.
    ///
    /// The documents of one value in an index come by their keys in the same direction.
    /// - Parameters:
    ///   - query: The documents. Its ``ViewQuery/after`` is the end of an earlier page in the same direction.
    ///   - isReversed: True to begin at the end of the order.
    ///   - generation: The generation to read, so that all pages are of one where the view is switched between two; nil for the current
    ///     one.
    /// - Throws: ``FlxError/Code/notFound`` for a view that never ran, or a generation that is gone; what reading and decoding throw.
    public func page<V: DocumentView>(
        _ query: ViewQuery = .all(), of view: V.Type, reversed isReversed: Bool, in generation: ViewGeneration.ID? = nil
    ) async throws(FlxError) -> DocumentPage<V> {
        guard isReversed else { return try await page(query, of: view, in: generation) }
        while true {
            let id = if let generation { generation } else { try await reading([], of: .view(V.name)).generation.id }
            let page = try await state(query.reversedRecords(of: id))
            // The generation may have gone meanwhile; the view has another one then.
            guard let head = page.beside[0] else {
                guard generation == nil else { throw ViewRefusal.noGeneration(id) }
                continue
            }
            var entries: [DocumentPage<V>.Entry] = []
            for record in page.records {
                entries.append(DocumentPage<V>.Entry(key: record.key.name, document: try V.decode(
                    ViewDocument(key: record.key.name, body: record.body, entries: record.entries))))
            }
            return DocumentPage(
                generation: try ViewHead(head).generation, entries: entries,
                next: page.next.map { ViewQuery.Cursor(value: $0.value, key: $0.name) })
        }
    }
}

extension ViewQuery {
    /// The query for the records of a generation in the opposite order, with its head.
    fileprivate func reversedRecords(of id: ViewGeneration.ID) -> StateQuery {
        let cursor = after.map { StateQuery.Cursor(value: $0.value, name: $0.key) }
        var query = StateQuery(ViewHead.documents(id), after: cursor, limit: limit)
        if let range { query.order = .index(StateQuery.Range(range.index, from: range.from, through: range.through)) }
        query.isReversed = true
        query.keys = [ViewHead.key(id)]
        return query
    }
}
