public import FlxCore

/// Views: read models that are kept together with how far they have come, so that each event changes a read model exactly once.
///
/// A *view* is a named read model. It has one current *generation*, which answers under its name; beside it another one may be built
/// from the log, which takes its place in one transaction. A generation holds documents under keys, each with entries by which it is
/// found. Both are records: one for each generation, and a space of documents beside it.
///
/// **Commit.** A step moves a generation from one position to another and brings all its changes, or does nothing. It is refused unless
/// the generation stands where the step begins: of two that are made from the same place, one is done. So a step whose answer was lost
/// can be tried again, and whoever is late changes nothing.
///
/// **Switch.** Once the current generation is held it takes no step any more. The one being built is led to the same position and takes
/// its place there: all events up to it were the former's, all after it are the latter's. A build on which nobody has made a step for 30
/// seconds, by the store's clock, is abandoned: it holds nothing any more, and another one may begin in its place.
///
/// **Reading.** Whoever reads sees a generation after one of its steps, never between.
extension StateStore {
    // MARK: Generations

    /// The generations of a view, or of all views for nil, in the order in which they were begun.
    public func generations(of view: String?) async throws(FlxError) -> [ViewGeneration] {
        try await viewHeads(of: view).heads.map(\.generation)
    }

    /// Begins a generation before the first event: the current one where the view has none, otherwise one that is built beside it.
    /// - Parameters:
    ///   - view: The name of the view, 1 to 256 printable bytes.
    ///   - version: The version of the fold, for those who look at it.
    /// - Throws: ``FlxCore/FlxError/Code/viewConflict`` when one is being built already and is not abandoned;
    ///   ``FlxCore/FlxError/Code/invalidValue`` or
    ///   ``FlxCore/FlxError/Code/limitExceeded`` for a bad name.
    public func beginGeneration(of view: String, version: Int) async throws(FlxError) -> ViewGeneration {
        try await changeViews { heads, time throws(FlxError) in try heads.beginning(view, version: version, at: time) }.generation
    }

    /// Holds the current generation where it stands, until the one being built takes its place, is dropped or abandoned. Called again, it
    /// keeps that one from being abandoned.
    /// - Returns: The position at which they switch.
    /// - Throws: ``FlxCore/FlxError/Code/viewConflict`` when the one being built stands further; ``FlxCore/FlxError/Code/notFound`` when
    ///   it is not being
    ///   built.
    public func holdForSwitch(to id: ViewGeneration.ID) async throws(FlxError) -> Position {
        try await changeViews { heads, time throws(FlxError) in try heads.holding(id, at: time) }
    }

    /// Ends the hold for a generation that is being built: the current one goes on, and the other one can be led on and held for again.
    /// Nothing happens when it is not held.
    /// - Throws: ``FlxCore/FlxError/Code/notFound`` when there is no such generation, or it is not being built.
    public func releaseHold(for id: ViewGeneration.ID) async throws(FlxError) {
        try await changeViews { heads, _ throws(FlxError) in (try heads.releasing(for: id), ()) }
    }

    /// Makes the generation being built the current one, in one transaction, and drops the former.
    /// - Throws: ``FlxCore/FlxError/Code/viewConflict`` unless it stands at the held position; ``FlxCore/FlxError/Code/notFound`` when
    ///   it is not being
    ///   built.
    public func switchView(to id: ViewGeneration.ID) async throws(FlxError) {
        try await changeViews { heads, _ throws(FlxError) in (try heads.switching(to: id), ()) }
    }

    /// Drops a generation with all its documents; nothing happens when there is none. Without its current generation a view answers
    /// to nobody, and the next generation that is begun is the current one, also beside one that is being built; that is no longer held.
    public func dropGeneration(_ id: ViewGeneration.ID) async throws(FlxError) {
        try await changeViews { heads, _ throws(FlxError) in (try heads.dropping(id), ()) }
    }

    /// Drops a generation that is being built, as ``dropGeneration(_:)`` does; nothing happens when it is the current one by now.
    public func dropBuild(_ id: ViewGeneration.ID) async throws(FlxError) {
        try await changeViews { heads, _ throws(FlxError) in (try heads.dropping(id, if: .building), ()) }
    }

    private func changeViews<Value: Sendable>(
        _ plan: (ViewHeads, Timestamp) throws(FlxError) -> (StoreChange, Value)
    ) async throws(FlxError) -> Value {
        while true {
            let (change, value) = try plan(try await viewHeads(of: nil), try await now())
            if change.edits.isEmpty { return value }
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
    private func viewHeads(of view: String?) async throws(FlxError) -> ViewHeads {
        while true {
            var query = ViewHead.query(view)
            query.keys = [ViewHead.last]
            let first = try await state(query)
            let last = first.beside[0]
            var records = first.records
            query.after = first.next
            while query.after != nil {
                let page = try await state(query)
                guard page.beside[0] == last else { break }
                records += page.records
                query.after = page.next
            }
            guard query.after == nil else { continue }
            return try ViewHeads(records, last: last)
        }
    }

    // MARK: Steps

    /// Makes a step: the changes, the events that go with them and the new position are committed together, or nothing is.
    /// - Returns: The places of the events.
    /// - Throws: ``FlxCore/FlxError/Code/viewConflict`` when the generation stands elsewhere or is held, or when the step brings events
    ///   and the
    ///   generation is not the current one; ``FlxCore/FlxError/Code/notFound`` when there is no such generation;
    ///   ``FlxCore/FlxError/Code/invalidValue``
    ///   or ``FlxCore/FlxError/Code/limitExceeded`` for a bad key or entry, or for more or larger documents than a
    ///   ``FlxCore/StoreChange`` may have; what
    ///   appending throws.
    @discardableResult
    public func commit(_ step: ViewStep) async throws(FlxError) -> AppendResult {
        try step.check()
        while true {
            guard let record = try await state(ViewHead.key(step.generation)) else { throw ViewRefusal.noGeneration(step.generation) }
            let head = try ViewHead(record)
            do throws(FlxError) {
                if head.isHeld, let release = try await viewHeads(of: head.generation.view).releasing(head, at: try await now()) {
                    try await commit(release)
                } else {
                    return try await commit(try head.taking(step, at: try await now()))
                }
            } catch {
                guard error.code == .stateConflict else { throw error }
            }
        }
    }

    // MARK: Documents

    /// The documents under keys, in the order of the keys; nil where there is none. All as of one moment.
    /// - Throws: ``FlxCore/FlxError/Code/notFound`` when there is no such generation; ``FlxCore/FlxError/Code/limitExceeded`` for more
    ///   keys than ``FlxCore/StoreLimits/stateKeys``, less one.
    public func documents(_ keys: [String], of source: ViewSource) async throws(FlxError) -> [ViewDocument?] {
        try await reading(keys, of: source).documents
    }

    /// Reads documents as ``documents(_:of:)-([String],_)`` does, with the generation as it is at that moment.
    func reading(
        _ keys: [String], of source: ViewSource
    ) async throws(FlxError) -> (generation: ViewGeneration, documents: [ViewDocument?]) {
        while true {
            let id = try await generationID(of: source)
            // Under a name that no record can have, there is no document.
            let names = keys.map { StateKey($0, in: ViewHead.documents(id)) }
            let possible = names.filter { (try? $0.check()) != nil }
            let found = try await state([ViewHead.key(id)] + possible)
            guard let head = found[0] else { try requireNamed(source); continue }
            let generation = try ViewHead(head).generation
            guard possible.count < names.count else { return (generation, found.dropFirst().map { $0.map(ViewDocument.init) }) }
            let records = Dictionary(zip(possible, found.dropFirst()), uniquingKeysWith: { first, _ in first })
            return (generation, names.map { name in (records[name] ?? nil).map(ViewDocument.init) })
        }
    }

    /// A page of documents, in the order of their keys, or of an index.
    /// - Throws: ``FlxCore/FlxError/Code/notFound`` when there is no such generation; ``FlxCore/FlxError/Code/invalidValue`` for a limit
    ///   below 1.
    public func documents(_ query: ViewQuery, of source: ViewSource) async throws(FlxError) -> ViewPage {
        while true {
            let id = try await generationID(of: source)
            let page = try await state(query.records(of: id))
            guard let head = page.beside[0] else { try requireNamed(source); continue }
            let next = page.next.map { ViewQuery.Cursor(value: $0.value, key: $0.name) }
            return ViewPage(
                generation: try ViewHead(head).generation, documents: page.records.map(ViewDocument.init), next: next)
        }
    }

    /// The generation that a source names now. It may be gone when its documents are read.
    private func generationID(of source: ViewSource) async throws(FlxError) -> ViewGeneration.ID {
        switch source {
        case .generation(let id): return id
        case .view(let view):
            let heads = try await viewHeads(of: view).heads
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
