/// What a ``MemoryEventStore`` holds: a value without locks or time, in which the whole contract can be tested as plain calls.
///
/// The event at index i has position i + 1. Beside the events stand the lists of indexes by which they are found.
struct MemoryLog: Sendable {
    private(set) var events: [RecordedEvent] = []
    private(set) var indexes: [EventID: Int] = [:]
    private(set) var streams: [StreamName: [Int]] = [:]
    private(set) var types: [EventType: [Int]] = [:]
    private(set) var tags: [Tag: [Int]] = [:]
    private(set) var bytes: Int64 = 0
    /// The stream names in order; nil when a stream came since it was made.
    private var streamOrder: [StreamName]?

    var lastPosition: Position { Self.position(events.count - 1) }

    static func position(_ index: Int) -> Position { Position(unchecked: Int64(index) + 1) }

    func version(of stream: StreamName) -> Version { Version(unchecked: Int64(streams[stream]?.count ?? 0)) }

    /// Appends as ``EventStore/append(_:unless:)`` promises; the sizes are checked already.
    mutating func append(_ writes: [StreamWrite], unless boundary: Boundary?, at time: Timestamp) throws(FlxError) -> AppendResult {
        let hasNew = try findsNew(in: writes)
        if hasNew {
            for write in writes { try checkVersion(of: write) }
            if let boundary { try check(boundary) }
        }
        var places: [AppendResult.Place] = []
        for write in writes {
            for event in write.events {
                let known = indexes[event.id]
                let recorded = known.map { events[$0] } ?? record(event, in: write.stream, at: time)
                places.append(.init(position: recorded.position, version: recorded.version, isNew: known == nil))
            }
        }
        return AppendResult(places: places)
    }

    /// The stream names in the order of their bytes.
    mutating func orderedStreams() -> [StreamName] {
        let names = streamOrder ?? streams.keys.sorted()
        streamOrder = names
        return names
    }

    private func findsNew(in writes: [StreamWrite]) throws(FlxError) -> Bool {
        var hasNew = false
        for write in writes {
            for event in write.events {
                guard let index = indexes[event.id] else { hasNew = true; continue }
                guard events[index].event == event else {
                    throw FlxError(
                        .idConflict, "append: the id \(event.id) is recorded at position \(Self.position(index)) with other content")
                }
            }
        }
        return hasNew
    }

    private func checkVersion(of write: StreamWrite) throws(FlxError) {
        let actual = version(of: write.stream)
        guard !write.expected.allows(actual) else { return }
        throw FlxError(
            .versionConflict, "append: the stream '\(write.stream)' is at version \(actual), expected was \(write.expected); read it again",
            actualVersion: actual)
    }

    private func check(_ boundary: Boundary) throws(FlxError) {
        let after = Int(clamping: boundary.position.value)
        guard after < events.count else { return }
        var candidates = candidates(for: boundary.query, in: after..<events.count)
        while let index = candidates.popFirst() {
            guard !boundary.query.matches(events[index].event) else {
                throw FlxError(
                    .boundaryConflict,
                    "append: event \(Self.position(index)) came after \(boundary.position) and touches the decision; read again")
            }
        }
    }

    private mutating func record(_ event: Event, in stream: StreamName, at time: Timestamp) -> RecordedEvent {
        let index = events.count
        if streams[stream] == nil { streamOrder = nil }
        streams[stream, default: []].append(index)
        types[event.type, default: []].append(index)
        for tag in Set(event.tags) { tags[tag, default: []].append(index) }
        indexes[event.id] = index
        bytes += Int64(event.approximateBytes)
        let recorded = RecordedEvent(event: event, version: version(of: stream), position: Self.position(index), recordedTime: time)
        events.append(recorded)
        return recorded
    }
}
