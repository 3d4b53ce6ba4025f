extension MemoryEventStore {
    /// See ``EventStore/event(_:)``.
    public func event(_ id: EventID) async throws(FlxError) -> RecordedEvent? {
        try withOpenState { state in state.log.indexes[id].map { state.log.events[$0] } }
    }

    /// See ``EventStore/streams(prefix:after:limit:)``.
    public func streams(prefix: String, after name: StreamName?, limit: Int) async throws(FlxError) -> [StreamSummary] {
        guard limit >= 1 else { throw FlxError(.invalidValue, "streams: the limit is \(limit), it must be 1 or more") }
        return try withOpenState { state in
            let names = state.log.orderedStreams()
            let start = names.turningPoint { candidate in
                name.map { candidate > $0 } ?? true && !ExactText.precedes(candidate.description, prefix)
            }
            return names[start...].prefix(limit).prefix { $0.description.utf8.starts(with: prefix.utf8) }.map { name in
                let indexes = state.log.streams[name] ?? []
                let last = MemoryLog.position(indexes.last ?? -1)
                return StreamSummary(name: name, events: Int64(indexes.count), lastPosition: last)
            }
        }
    }

    /// See ``EventStore/types()``.
    public func types() async throws(FlxError) -> [TypeSummary] {
        let counts = try withOpenState { $0.log.types.mapValues(\.count) }
        return counts.sorted { $0.key < $1.key }.map { TypeSummary(type: $0.key, events: Int64($0.value)) }
    }

    /// See ``EventStore/statistics()``. The bytes are those of the events, without the indexes.
    public func statistics() async throws(FlxError) -> StatisticsSnapshot {
        try withOpenState { state in
            StatisticsSnapshot(
                events: Int64(state.log.events.count), streams: Int64(state.log.streams.count), types: Int64(state.log.types.count),
                lastPosition: state.log.lastPosition, bytes: state.log.bytes)
        }
    }
}

extension MemoryEventStore: VerifiableStore {
    /// See ``VerifiableStore/verify(progress:)``. Memory keeps no checksums: the indexes are compared with the events.
    public func verify(progress: @Sendable (_ done: Int64, _ total: Int64) -> Void) async throws(FlxError) -> VerificationReport {
        let total = try withOpenState { $0.log.events.count }
        var faults: [VerificationReport.Fault] = []
        for start in stride(from: 0, to: total, by: 1024) {
            guard !Task.isCancelled else { throw FlxError(.cancelled, "verify: the task was cancelled") }
            let part = start..<min(start + 1024, total)
            faults += try withOpenState { $0.log.faults(in: part) }
            progress(Int64(part.upperBound), Int64(total))
        }
        return VerificationReport(events: Int64(total), faults: Array(faults.prefix(1000)))
    }
}
