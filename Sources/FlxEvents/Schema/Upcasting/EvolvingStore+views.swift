public import FlxCore

extension EvolvingStore: TransactionalProjectionStore where Base: TransactionalProjectionStore {
    /// See ``FlxCore/TransactionalProjectionStore/generations(of:)``.
    public func generations(of view: String?) async throws(FlxError) -> [ViewGeneration] { try await base.generations(of: view) }

    /// See ``FlxCore/TransactionalProjectionStore/beginGeneration(of:version:)``.
    public func beginGeneration(of view: String, version: Int) async throws(FlxError) -> ViewGeneration {
        try await base.beginGeneration(of: view, version: version)
    }

    /// See ``FlxCore/TransactionalProjectionStore/commit(_:)``.
    /// - Throws: ``FlxError/Code/schemaViolation`` where the check refuses an event of the step, and what the store throws.
    @discardableResult
    public func commit(_ step: ViewStep) async throws(FlxError) -> AppendResult {
        try checked(step.events)
        return try await base.commit(step)
    }

    /// See ``FlxCore/TransactionalProjectionStore/holdForSwitch(to:)``.
    public func holdForSwitch(to generation: ViewGeneration.ID) async throws(FlxError) -> Position {
        try await base.holdForSwitch(to: generation)
    }

    /// See ``FlxCore/TransactionalProjectionStore/switchView(to:)``.
    public func switchView(to generation: ViewGeneration.ID) async throws(FlxError) { try await base.switchView(to: generation) }

    /// See ``FlxCore/TransactionalProjectionStore/dropGeneration(_:)``.
    public func dropGeneration(_ generation: ViewGeneration.ID) async throws(FlxError) { try await base.dropGeneration(generation) }

    /// See ``FlxCore/TransactionalProjectionStore/dropBuild(_:)``.
    public func dropBuild(_ generation: ViewGeneration.ID) async throws(FlxError) { try await base.dropBuild(generation) }

    /// See ``FlxCore/TransactionalProjectionStore/documents(_:of:)-(_,ViewSource)``.
    public func documents(_ keys: [String], of source: ViewSource) async throws(FlxError) -> [ViewDocument?] {
        try await base.documents(keys, of: source)
    }

    /// See ``FlxCore/TransactionalProjectionStore/documents(_:of:)-(_,ViewSource)``.
    public func documents(_ query: ViewQuery, of source: ViewSource) async throws(FlxError) -> ViewPage {
        try await base.documents(query, of: source)
    }
}
