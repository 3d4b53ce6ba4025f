/// The content of a ``MemoryEventStore``: a value without locks or time. So plain calls can test the whole contract.
///
/// The event at index i has position i + 1. Besides the events there are lists of indexes for finding them.
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
        let known = try knownPlaces(writes)
        if known.isEmpty || known.contains(nil) {
            if let boundary { try check(boundary) }
            for write in writes { try write.check(against: version(of: write.stream)) }
        }
        var places: [AppendResult.Place] = []
        places.reserveCapacity(known.count)
        for write in writes {
            for event in write.events {
                places.append(known[places.count] ?? record(event, in: write.stream, at: time))
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

    /// The places of the events already recorded; nil for the new ones.
    private func knownPlaces(_ writes: [StreamWrite]) throws(FlxError) -> [AppendResult.Place?] {
        var places: [AppendResult.Place?] = []
        for write in writes {
            for event in write.events {
                guard let index = indexes[event.id] else { places.append(nil); continue }
                let recorded = events[index]
                guard recorded.event.isSame(as: event) else {
                    throw event.conflict(at: recorded.position)
                }
                places.append(.init(position: recorded.position, version: recorded.version, isNew: false))
            }
        }
        return places
    }

    private func check(_ boundary: Boundary) throws(FlxError) {
        try boundary.check(against: lastPosition)
        let after = Int(clamping: boundary.position.value)
        guard after < events.count else { return }
        var candidates = candidates(for: Selection(boundary.scope, boundary.query), in: after..<events.count)
        while let index = candidates.popFirst() {
            guard !boundary.matches(events[index].event) else { throw boundary.refusal(by: Self.position(index)) }
        }
    }

    private mutating func record(_ event: Event, in stream: StreamName, at time: Timestamp) -> AppendResult.Place {
        let index = events.count
        let version = Self.append(index, to: &streams[stream, default: []])
        if version == 1 { streamOrder = nil }
        _ = Self.append(index, to: &types[event.type, default: []])
        for (number, tag) in event.tags.enumerated() where !event.tags[..<number].contains(tag) {
            _ = Self.append(index, to: &tags[tag, default: []])
        }
        indexes[event.id] = index
        bytes += Int64(event.approximateBytes)
        let place = AppendResult.Place(position: Self.position(index), version: Version(unchecked: Int64(version)), isNew: true)
        events.append(RecordedEvent(event: event, version: place.version, position: place.position, recordedTime: time))
        return place
    }

    /// Adds an index to a list, and returns the new count: the list is looked up once.
    private static func append(_ index: Int, to list: inout [Int]) -> Int {
        list.append(index)
        return list.count
    }
}
