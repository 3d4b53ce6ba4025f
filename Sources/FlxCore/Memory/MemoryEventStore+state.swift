extension MemoryEventStore: StateStore {
    /// See ``StateStore/commit(_:)``.
    @discardableResult
    public func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        guard !Task.isCancelled else { throw FlxError(.cancelled, "commit: the task was cancelled; nothing was kept") }
        try change.check(limits)
        let (result, last, removed) = try withOpenState { state throws(FlxError) in
            try state.table.check(change.guards)
            let result = try state.log.append(change.writes, unless: change.boundary, at: clock.now())
            return (result, state.log.lastPosition, state.table.make(change.edits))
        }
        doorbell.ring(through: last)
        // Many records are let go of here, and not where others wait.
        withExtendedLifetime(removed) {}
        return result
    }

    /// See ``StateStore/state(_:)``.
    public func state(_ keys: [StateKey]) async throws(FlxError) -> [StateRecord?] {
        try limits.check(keys)
        return try withOpenState { state in keys.map(state.table.record) }
    }

    /// See ``StateStore/state(_:)``.
    public func state(_ query: StateQuery) async throws(FlxError) -> StatePage {
        try query.check(limits)
        return try withOpenState { $0.table.page(query, pageBytes: limits.pageBytes) }
    }

    /// See ``StateStore/now()``.
    public func now() async throws(FlxError) -> Timestamp {
        try withOpenState { _ in clock.now() }
    }
}
