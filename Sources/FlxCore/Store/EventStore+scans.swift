/// The ways to find something in any store: they read the log page by page.
extension EventStore {
    /// See ``EventStore/event(_:)``. Reads the log up to the event.
    public func event(_ id: EventID) async throws(FlxError) -> RecordedEvent? {
        var found: RecordedEvent?
        try await scan(.everything) { recorded in
            if recorded.id == id { found = recorded }
            return found == nil
        }
        return found
    }

    /// See ``EventStore/streams(prefix:after:limit:)``. Reads all events, or those of streams with the prefix, and keeps twice as many
    /// streams as asked for.
    public func streams(prefix: String, after name: StreamName?, limit: Int) async throws(FlxError) -> [StreamSummary] {
        guard limit >= 1 else { throw FlxError(.invalidValue, "streams: the limit is \(limit), it must be 1 or more") }
        let most = limit > .max / 2 ? limit : limit * 2
        var found: [StreamName: StreamSummary] = [:]
        func first() -> [StreamSummary] { Array(found.values.sorted { $0.name < $1.name }.prefix(limit)) }
        // A prefix as short as "f" selects no system stream.
        try await scan(StreamName.isSystem(prefix) ? .prefix(prefix) : .everything) { recorded in
            // A stream is added with its first event: a stream left out before stays out.
            guard let stream = recorded.event.stream, stream.description.utf8.starts(with: prefix.utf8), name.map({ stream > $0 }) ?? true,
                found[stream] != nil || recorded.version.value == 1
            else { return true }
            found[stream] = StreamSummary(name: stream, events: recorded.version.value, lastPosition: recorded.position)
            if found.count > most { found = Dictionary(uniqueKeysWithValues: first().map { ($0.name, $0) }) }
            return true
        }
        return first()
    }

    /// See ``EventStore/types()``. Reads all events.
    public func types() async throws(FlxError) -> [TypeSummary] {
        var counts: [EventType: Int64] = [:]
        try await scan(.everything) { recorded in
            counts[recorded.event.type, default: 0] += 1
            return true
        }
        return counts.sorted { $0.key < $1.key }.map { TypeSummary(type: $0.key, events: $0.value) }
    }

    /// See ``EventStore/statistics()``. Reads all events. The bytes are those of the events alone.
    public func statistics() async throws(FlxError) -> StatisticsSnapshot {
        var (events, streams, bytes, types, last) = (Int64(0), Int64(0), Int64(0), Set<EventType>(), Position.start)
        try await scan(.everything) { recorded in
            events += 1
            streams += recorded.version.value == 1 ? 1 : 0
            bytes = bytes.addingClamped(Int64(recorded.event.approximateBytes))
            types.insert(recorded.event.type)
            last = recorded.position
            return true
        }
        return StatisticsSnapshot(events: events, streams: streams, types: Int64(types.count), lastPosition: last, bytes: bytes)
    }

    /// Passes events to a body, in order, until it returns false.
    private func scan(_ selection: Selection, _ body: (RecordedEvent) -> Bool) async throws(FlxError) {
        for try await page in pages(selection) {
            for recorded in page.events where !body(recorded) { return }
        }
    }
}
