/// Views as records of a store: a head for each generation, and a space of documents beside it.
package struct Views: Sendable {
    private let store: any StateStore
    private let commit: @Sendable (ViewChange) async throws(FlxError) -> Void

    /// Keeps views in a store.
    /// - Parameter commit: Makes a change of generations. For a store that has more to do then than to change the records.
    package init(store: any StateStore, commit: @escaping @Sendable (ViewChange) async throws(FlxError) -> Void) {
        (self.store, self.commit) = (store, commit)
    }

    /// Keeps views in a store of records alone.
    package init(store: any StateStore) {
        self.init(store: store) { change throws(FlxError) in try await store.commit(change.change) }
    }

    // MARK: Generations

    /// See ``TransactionalProjectionStore/generations(of:)``.
    package func generations(of view: String?) async throws(FlxError) -> [ViewGeneration] {
        try await heads(of: view).heads.map(\.generation)
    }

    /// See ``TransactionalProjectionStore/beginGeneration(of:version:)``.
    package func begin(_ view: String, version: Int) async throws(FlxError) -> ViewGeneration {
        try await change { heads, time throws(FlxError) in try heads.beginning(view, version: version, at: time) }.generation
    }

    /// See ``TransactionalProjectionStore/holdForSwitch(to:)``.
    package func hold(for id: ViewGeneration.ID) async throws(FlxError) -> Position {
        try await change { heads, time throws(FlxError) in try heads.holding(id, at: time) }
    }

    /// See ``TransactionalProjectionStore/switchView(to:)``.
    package func switchView(to id: ViewGeneration.ID) async throws(FlxError) {
        try await change { heads, _ throws(FlxError) in (try heads.switching(to: id), ()) }
    }

    /// See ``TransactionalProjectionStore/dropGeneration(_:)``.
    package func drop(_ id: ViewGeneration.ID) async throws(FlxError) {
        try await change { heads, _ throws(FlxError) in (try heads.dropping(id), ()) }
    }

    /// See ``TransactionalProjectionStore/dropBuild(_:)``.
    package func dropBuild(_ id: ViewGeneration.ID) async throws(FlxError) {
        try await change { heads, _ throws(FlxError) in (try heads.dropping(id, if: .building), ()) }
    }

    private func change<Value: Sendable>(
        _ plan: (ViewHeads, Timestamp) throws(FlxError) -> (ViewChange, Value)
    ) async throws(FlxError) -> Value {
        while true {
            let (change, value) = try plan(try await heads(of: nil), try await store.now())
            if change.change.edits.isEmpty { return value }
            do throws(FlxError) {
                try await commit(change)
                return value
            } catch {
                // Another was faster: what is there now is looked at.
                guard error.code == .stateConflict else { throw error }
            }
        }
    }

    /// The heads of a view, or of all views for nil, as of one moment: whatever changes them writes the last number.
    private func heads(of view: String?) async throws(FlxError) -> ViewHeads {
        while true {
            var query = ViewHead.query(view)
            query.keys = [ViewHead.last]
            let first = try await store.state(query)
            let last = first.beside[0]
            var records = first.records
            query.after = first.next
            while query.after != nil {
                let page = try await store.state(query)
                guard page.beside[0] == last else { break }
                records += page.records
                query.after = page.next
            }
            guard query.after == nil else { continue }
            return try ViewHeads(records, last: last)
        }
    }

    // MARK: Steps

    /// See ``TransactionalProjectionStore/commit(_:)``.
    package func commit(_ step: ViewStep) async throws(FlxError) -> AppendResult {
        try step.check()
        while true {
            guard let record = try await store.state(ViewHead.key(step.generation)) else { throw ViewRefusal.noGeneration(step.generation) }
            let head = try ViewHead(record)
            do throws(FlxError) {
                if head.isHeld, let release = try await heads(of: head.generation.view).releasing(head, at: try await store.now()) {
                    try await store.commit(release)
                } else {
                    return try await store.commit(try ViewChange.step(step, on: head, at: try await store.now()))
                }
            } catch {
                guard error.code == .stateConflict else { throw error }
            }
        }
    }

    // MARK: Documents

    /// See ``TransactionalProjectionStore/documents(_:of:)-([String],_)``.
    package func documents(_ keys: [String], of source: ViewSource) async throws(FlxError) -> [ViewDocument?] {
        while true {
            let id = try await id(of: source)
            // Under a name that no record can have, there is no document.
            let names = keys.map { StateKey($0, in: ViewHead.documents(id)) }
            let possible = names.filter { (try? $0.check()) != nil }
            let found = try await store.state([ViewHead.key(id)] + possible)
            guard found[0] != nil else { try requireNamed(source); continue }
            guard possible.count < names.count else { return found.dropFirst().map { $0.map(ViewDocument.init) } }
            let records = Dictionary(zip(possible, found.dropFirst()), uniquingKeysWith: { first, _ in first })
            return names.map { name in (records[name] ?? nil).map(ViewDocument.init) }
        }
    }

    /// See ``TransactionalProjectionStore/documents(_:of:)-(ViewQuery,_)``.
    package func documents(_ query: ViewQuery, of source: ViewSource) async throws(FlxError) -> ViewPage {
        while true {
            let id = try await id(of: source)
            let page = try await store.state(query.records(of: id))
            guard let head = page.beside[0] else { try requireNamed(source); continue }
            let next = page.next.map { ViewQuery.Cursor(value: $0.value, key: $0.name) }
            return ViewPage(
                generation: try ViewHead(head).generation, documents: page.records.map(ViewDocument.init), next: next)
        }
    }

    /// The generation that a source names now. It may be gone when its documents are read.
    private func id(of source: ViewSource) async throws(FlxError) -> ViewGeneration.ID {
        switch source {
        case .generation(let id): return id
        case .view(let view):
            let heads = try await heads(of: view).heads
            guard let current = heads.first(where: { $0.generation.role == .current }) else { throw ViewRefusal.noView(view) }
            return current.generation.id
        }
    }

    /// Refuses a generation that is not there, asked for by its number. Under a name there may be another one by now.
    private func requireNamed(_ source: ViewSource) throws(FlxError) {
        if case .generation(let id) = source { throw ViewRefusal.noGeneration(id) }
    }
}

extension ViewDocument {
    /// The document in a record.
    fileprivate init(_ record: StateRecord) {
        self.init(key: record.key.name, body: record.body, entries: record.entries)
    }
}

extension ViewQuery {
    /// The query for the records of a generation, with its head.
    fileprivate func records(of id: ViewGeneration.ID) -> StateQuery {
        let space = ViewHead.documents(id)
        let cursor = after.map { StateQuery.Cursor(value: $0.value, name: $0.key) }
        var query = if let range {
            StateQuery(space, by: StateQuery.Range(range.index, from: range.from, through: range.through), after: cursor, limit: limit)
        } else {
            StateQuery(space, after: cursor, limit: limit)
        }
        query.keys = [ViewHead.key(id)]
        return query
    }
}

/// A store of records keeps views in them.
extension TransactionalProjectionStore where Self: StateStore {
    /// See ``TransactionalProjectionStore/generations(of:)``.
    public func generations(of view: String?) async throws(FlxError) -> [ViewGeneration] {
        try await Views(store: self).generations(of: view)
    }

    /// See ``TransactionalProjectionStore/beginGeneration(of:version:)``.
    public func beginGeneration(of view: String, version: Int) async throws(FlxError) -> ViewGeneration {
        try await Views(store: self).begin(view, version: version)
    }

    /// See ``TransactionalProjectionStore/commit(_:)``.
    @discardableResult
    public func commit(_ step: ViewStep) async throws(FlxError) -> AppendResult {
        try await Views(store: self).commit(step)
    }

    /// See ``TransactionalProjectionStore/holdForSwitch(to:)``.
    public func holdForSwitch(to generation: ViewGeneration.ID) async throws(FlxError) -> Position {
        try await Views(store: self).hold(for: generation)
    }

    /// See ``TransactionalProjectionStore/switchView(to:)``.
    public func switchView(to generation: ViewGeneration.ID) async throws(FlxError) {
        try await Views(store: self).switchView(to: generation)
    }

    /// See ``TransactionalProjectionStore/dropGeneration(_:)``.
    public func dropGeneration(_ generation: ViewGeneration.ID) async throws(FlxError) {
        try await Views(store: self).drop(generation)
    }

    /// See ``TransactionalProjectionStore/dropBuild(_:)``.
    public func dropBuild(_ generation: ViewGeneration.ID) async throws(FlxError) {
        try await Views(store: self).dropBuild(generation)
    }

    /// See ``TransactionalProjectionStore/documents(_:of:)-([String],_)``.
    public func documents(_ keys: [String], of source: ViewSource) async throws(FlxError) -> [ViewDocument?] {
        try await Views(store: self).documents(keys, of: source)
    }

    /// See ``TransactionalProjectionStore/documents(_:of:)-(ViewQuery,_)``.
    public func documents(_ query: ViewQuery, of source: ViewSource) async throws(FlxError) -> ViewPage {
        try await Views(store: self).documents(query, of: source)
    }
}
