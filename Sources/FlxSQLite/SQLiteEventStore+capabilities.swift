public import FlxCore

extension SQLiteEventStore: CheckpointStore {
    /// See ``FlxCore/CheckpointStore/checkpoint(_:)``.
    public func checkpoint(_ name: String) async throws(FlxError) -> Position? {
        // All other names belong to the store's own numbers.
        guard CheckpointName.isReader(name) else { return nil }
        return try await readers.read { reader throws(FlxError) in try reader.checkpoint(name) }
    }

    /// See ``FlxCore/CheckpointStore/setCheckpoint(_:to:)``. Concurrent calls share a flush with appends.
    public func setCheckpoint(_ name: String, to position: Position?) async throws(FlxError) {
        guard let writer else { throw readOnly }
        try await writer.setCheckpoint(try NameRule.checked(name, field: "checkpoint"), to: position)
    }
}

extension SQLiteEventStore: EventLookup {
    /// See ``FlxCore/EventLookup/event(_:)``.
    public func event(_ id: EventID) async throws(FlxError) -> RecordedEvent? {
        try await readers.read { reader throws(FlxError) in
            try reader.withTransaction { reader throws(FlxError) in try reader.event(id) }
        }
    }
}

extension SQLiteEventStore: StreamDirectory {
    /// See ``FlxCore/StreamDirectory/streams(prefix:after:limit:)``.
    public func streams(prefix: String, after name: StreamName?, limit: Int) async throws(FlxError) -> [StreamSummary] {
        guard limit >= 1 else { throw FlxError(.invalidValue, "streams: the limit is \(limit), it must be 1 or more") }
        return try await readers.read { reader throws(FlxError) in
            try reader.withTransaction { reader throws(FlxError) in try reader.streams(prefix: prefix, after: name, limit: limit) }
        }
    }

    /// See ``FlxCore/StreamDirectory/types()``. Counts the events in their index: about 30 ms for a million events.
    public func types() async throws(FlxError) -> [TypeSummary] {
        try await readers.read { reader throws(FlxError) in try reader.types() }
    }
}

extension SQLiteEventStore: StoreStatistics {
    /// See ``FlxCore/StoreStatistics/statistics()``. The bytes include the write-ahead log.
    public func statistics() async throws(FlxError) -> StatisticsSnapshot {
        let bytes = try StoreFile(configuration.path, access: .readOnly).bytes
        return try await readers.read { reader throws(FlxError) in
            try reader.withTransaction { reader throws(FlxError) in try reader.statistics(bytes: bytes) }
        }
    }
}
