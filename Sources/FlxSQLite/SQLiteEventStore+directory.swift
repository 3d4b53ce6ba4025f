public import FlxCore

extension SQLiteEventStore {
    /// See ``FlxCore/EventStore/event(_:)``.
    public func event(_ id: EventID) async throws(FlxError) -> RecordedEvent? {
        try await readers.read { reader throws(FlxError) in
            try reader.withTransaction { reader throws(FlxError) in try reader.event(id) }
        }
    }

    /// See ``FlxCore/EventStore/streams(prefix:after:limit:)``.
    public func streams(prefix: String, after name: StreamName?, limit: Int) async throws(FlxError) -> [StreamSummary] {
        guard limit >= 1 else { throw FlxError(.invalidValue, "streams: the limit is \(limit), it must be 1 or more") }
        return try await readers.read { reader throws(FlxError) in
            try reader.withTransaction { reader throws(FlxError) in try reader.streams(prefix: prefix, after: name, limit: limit) }
        }
    }

    /// See ``FlxCore/EventStore/types()``. Counts the events in their index: about 30 ms for a million events.
    public func types() async throws(FlxError) -> [TypeSummary] {
        try await readers.read { reader throws(FlxError) in try reader.types() }
    }

    /// See ``FlxCore/EventStore/statistics()``. The bytes include the write-ahead log.
    public func statistics() async throws(FlxError) -> StatisticsSnapshot {
        let bytes = try StoreFile(configuration.path, access: .readOnly).bytes
        return try await readers.read { reader throws(FlxError) in
            try reader.withTransaction { reader throws(FlxError) in try reader.statistics(bytes: bytes) }
        }
    }
}
