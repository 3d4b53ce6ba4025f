public import FlxCore

extension EvolvingStore: StateStore where Base: StateStore {
    /// See ``FlxCore/StateStore/commit(_:)``.
    /// - Throws: ``FlxError/Code/schemaViolation`` if the check refuses an event of the change, and all errors of the store.
    @discardableResult
    public func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        try checked(change.writes)
        var change = change
        change.boundary = change.boundary.map(widened)
        return try await base.commit(change)
    }

    /// See ``FlxCore/StateStore/state(_:)``.
    public func state(_ keys: [StateKey]) async throws(FlxError) -> [StateRecord?] { try await base.state(keys) }

    /// See ``FlxCore/StateStore/state(_:)``.
    public func state(_ query: StateQuery) async throws(FlxError) -> StatePage { try await base.state(query) }

    /// See ``FlxCore/StateStore/now()``.
    public func now() async throws(FlxError) -> Timestamp { try await base.now() }
}

extension EvolvingStore: VerifiableStore where Base: VerifiableStore {
    /// See ``FlxCore/VerifiableStore/verify(progress:)``.
    public func verify(progress: @Sendable (_ done: Int64, _ total: Int64) -> Void) async throws(FlxError) -> VerificationReport {
        try await base.verify(progress: progress)
    }
}
