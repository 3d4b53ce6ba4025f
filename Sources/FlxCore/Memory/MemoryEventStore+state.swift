extension MemoryEventStore: StateStore {
    /// See ``StateStore/commit(_:)``.
    @discardableResult
    public func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        guard change.writes.isEmpty || !Task.isCancelled else {
            throw FlxError(.cancelled, "commit: the task was cancelled; nothing was kept")
        }
        try change.check(limits)
        let (result, last, former) = try withOpenState { state throws(FlxError) in
            for guarding in change.guards {
                let record = state.table.record(guarding.key)
                guard guarding.holds(of: record?.number, revision: record?.revision) else { throw guarding.refusal }
            }
            let result = try state.log.append(change.writes, unless: change.boundary, at: clock.now())
            var former = StateTable.Former()
            for edit in change.edits {
                state.revision += 1
                state.table.make(edit.stamped(state.revision), &former)
            }
            return (result, state.log.lastPosition, former)
        }
        doorbell.ring(through: last)
        // Many records may be released here, outside the lock.
        withExtendedLifetime(former) {}
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
