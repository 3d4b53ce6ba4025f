public import FlxCore

/// Volatile records are kept in memory by the process that writes the store. A read-only store has none.
extension SQLiteEventStore: StateStore {
    /// See ``FlxCore/StateStore/commit(_:)``.
    @discardableResult
    public func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        guard let writer else { throw readOnly }
        let hasEvents = !change.writes.isEmpty
        guard !hasEvents || !Task.isCancelled else { throw FlxError(.cancelled, "commit: the task was cancelled; nothing was kept") }
        try change.check(configuration.limits)
        let prepared = PreparedAppend(change.writes, unless: change.boundary)
        let bytes = change.edits.reduce(prepared.bytes) { bytes, edit in
            if case .put(let record) = edit { bytes + record.bytes } else { bytes }
        }
        return try await writer.perform(bytes: bytes, isCancellable: hasEvents) { log, time throws(FlxError) in
            try log.make(change, appending: prepared, at: time)
        }
    }

    /// See ``FlxCore/StateStore/state(_:)``.
    public func state(_ keys: [StateKey]) async throws(FlxError) -> [StateRecord?] {
        try configuration.limits.check(keys)
        if let writer, keys.contains(where: { $0.space.lifetime == .volatile }) {
            return try await writer.perform { log, _ throws(FlxError) in try log.state.records(keys) }
        }
        if keys.count == 1, keys[0].space.lifetime == .durable {
            return try await readers.read { reader throws(FlxError) in [try reader.state.recordAlone(keys[0])] }
        }
        return try await readers.read { reader throws(FlxError) in
            try reader.withTransaction { reader throws(FlxError) in try reader.state.records(keys) }
        }
    }

    /// See ``FlxCore/StateStore/state(_:)``.
    public func state(_ query: StateQuery) async throws(FlxError) -> StatePage {
        try query.check(configuration.limits)
        let pageBytes = configuration.limits.pageBytes
        if let writer, ([query.space] + query.keys.map(\.space)).contains(where: { $0.lifetime == .volatile }) {
            return try await writer.perform { log, _ throws(FlxError) in try log.state.page(query, pageBytes: pageBytes) }
        }
        return try await readers.read { reader throws(FlxError) in
            try reader.withTransaction { reader throws(FlxError) in try reader.state.page(query, pageBytes: pageBytes) }
        }
    }

    /// See ``FlxCore/StateStore/now()``.
    public func now() async throws(FlxError) -> Timestamp {
        guard !ending.hasBegun else { throw Self.closed }
        return configuration.clock.now()
    }
}
