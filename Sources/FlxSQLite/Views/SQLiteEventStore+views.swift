public import FlxCore

extension SQLiteEventStore: TransactionalProjectionStore {
    /// See ``FlxCore/TransactionalProjectionStore/generations(of:)``.
    public func generations(of view: String?) async throws(FlxError) -> [ViewGeneration] {
        try await readers.read { reader throws(FlxError) in try reader.handle.viewRows(of: view).map(\.generation) }
    }

    /// See ``FlxCore/TransactionalProjectionStore/beginGeneration(of:version:)``.
    public func beginGeneration(of view: String, version: Int) async throws(FlxError) -> ViewGeneration {
        guard let writer else { throw readOnly }
        let name = try NameRule.checked(view, field: "view")
        let row = try await writer.perform { log, _ throws(FlxError) in try log.begin(name, version: version) }
        await sweep(writer)
        return row.generation
    }

    /// See ``FlxCore/TransactionalProjectionStore/commit(_:)``.
    @discardableResult
    public func commit(_ step: ViewStep) async throws(FlxError) -> AppendResult {
        guard let writer else { throw readOnly }
        try step.check(configuration.limits)
        let prepared = PreparedAppend(step.events, unless: nil)
        let bytes = step.changes.reduce(prepared.bytes) { bytes, change in
            if case .put(let document) = change { bytes + document.body.count } else { bytes }
        }
        return try await writer.perform(bytes: bytes) { log, time throws(FlxError) in
            try log.make(step, appending: prepared, at: time)
        }
    }

    /// See ``FlxCore/TransactionalProjectionStore/holdForSwitch(to:)``.
    public func holdForSwitch(to generation: ViewGeneration.ID) async throws(FlxError) -> Position {
        guard let writer else { throw readOnly }
        return try await writer.perform { log, _ throws(FlxError) in try log.hold(for: generation) }
    }

    /// See ``FlxCore/TransactionalProjectionStore/switchView(to:)``. Tables of the user's own get the names of the former's.
    public func switchView(to generation: ViewGeneration.ID) async throws(FlxError) {
        guard let writer else { throw readOnly }
        try await writer.perform { log, _ throws(FlxError) in try log.switchView(to: generation) }
        await sweep(writer)
    }

    /// See ``FlxCore/TransactionalProjectionStore/dropGeneration(_:)``.
    public func dropGeneration(_ generation: ViewGeneration.ID) async throws(FlxError) {
        guard let writer else { throw readOnly }
        try await writer.perform { log, _ throws(FlxError) in try log.drop(generation) }
        await sweep(writer)
    }

    /// See ``FlxCore/TransactionalProjectionStore/documents(_:of:)``.
    public func documents(_ keys: [String], of source: ViewSource) async throws(FlxError) -> [ViewDocument?] {
        try await readers.read { reader throws(FlxError) in
            try reader.withTransaction { reader throws(FlxError) in try reader.documents(keys, of: source) }
        }
    }

    /// See ``FlxCore/TransactionalProjectionStore/documents(_:of:)``.
    public func documents(_ query: ViewQuery, of source: ViewSource) async throws(FlxError) -> ViewPage {
        guard query.limit >= 1 else { throw FlxError(.invalidValue, "documents: the limit is \(query.limit), it must be 1 or more") }
        return try await readers.read { reader throws(FlxError) in
            try reader.withTransaction { reader throws(FlxError) in try reader.documents(query, of: source) }
        }
    }

    /// Deletes what dropped generations left behind, in parts between which others write.
    ///
    /// What it is called after is committed, so that its own failure is no failure of that; the next call deletes the rest.
    private func sweep(_ writer: Writer) async {
        while (try? await writer.perform { log, _ throws(FlxError) in try log.sweep() }) == true {}
    }
}
