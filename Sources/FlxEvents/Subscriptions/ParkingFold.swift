import FlxCore

/// The parked events, folded from the stream of a parking place.
struct ParkingFold: Sendable {
    struct Correction: Sendable {
        let id: EventID
        /// The position of the record of the correction.
        let recorded: Position
    }

    struct Entry: Sendable {
        var parked: EventParked
        var time: Timestamp
    }

    private(set) var entries: [Position: Entry] = [:]
    /// The corrections by the places of the events that they replace. They hold beyond the release: a reader that goes back gets them
    /// again.
    private(set) var corrections: [Position: Correction] = [:]
    /// The places by key.
    private var places: [ExactText: Set<Position>] = [:]
    /// The position up to which the stream was read.
    var through = Position.start

    /// The keys behind which later events wait.
    var waitingKeys: Set<ExactText> { Set(entries.values.lazy.filter(\.parked.holdsKey).map { ExactText($0.parked.key) }) }

    /// The places of the events that fit, in their order.
    func positions(_ filter: ParkedFilter) -> [Position] {
        let candidates = filter.key.map { places[ExactText($0)] ?? [] } ?? Set(entries.keys)
        return candidates.filter { entries[$0].map { filter.matches($0.parked) } ?? false }.sorted()
    }

    /// The events of a retry: single events, and keys as a whole with the number of their events.
    struct Plan: Sendable {
        var single: [Position] = []
        var keys: [(key: ExactText, count: Int)] = []
        var total: Int { single.count + keys.reduce(0) { $0 + $1.count } }
    }

    /// Returns the events of a retry with a filter, in the order of the first event of each key.
    /// - Parameter keepsKeys: True if events of a key wait for each other in any case.
    func plan(_ filter: ParkedFilter, keepsKeys: Bool) -> Plan {
        let waiting = keepsKeys ? [] : waitingKeys
        var (plan, seen) = (Plan(), Set<ExactText>())
        for position in positions(filter) {
            guard let key = entries[position].map({ ExactText($0.parked.key) }) else { continue }
            if !keepsKeys, !waiting.contains(key) {
                plan.single.append(position)
            } else if seen.insert(key).inserted {
                plan.keys.append((key, places[key]?.count ?? 0))
            }
        }
        return plan
    }

    /// The events that fit by the way in which they failed, the largest group first.
    func groups(_ filter: ParkedFilter, handler: String) -> [ParkedGroup] {
        var groups: [ExactText: ParkedGroup] = [:]
        for position in positions(filter) {
            guard let entry = entries[position] else { continue }
            let fingerprint = ParkedGroup.fingerprint(of: entry.parked.error)
            var group = groups[fingerprint] ?? ParkedGroup(
                handler: handler, fingerprint: fingerprint, count: 0, first: position, times: entry.time...entry.time)
            group.count += 1
            group.times = min(group.times.lowerBound, entry.time)...max(group.times.upperBound, entry.time)
            groups[fingerprint] = group
        }
        return groups.values.sorted { ($1.count, $0.first) < ($0.count, $1.first) }
    }

    mutating func take(_ recorded: RecordedEvent) throws(FlxError) {
        switch recorded.event.type {
        case EventParked.eventType:
            let parked = try recorded.event.decode(as: EventParked.self)
            let time = recorded.event.time ?? recorded.recordedTime
            let position = try Position(parked.position)
            forget(position, keepsEntry: true)
            places[ExactText(parked.key), default: []].insert(position)
            entries[position] = Entry(parked: parked, time: time)
        case EventReleased.eventType:
            forget(try Position(try recorded.event.decode(as: EventReleased.self).position))
        case EventCorrected.eventType:
            let corrected = try recorded.event.decode(as: EventCorrected.self)
            let id = try EventID(corrected.correction)
            corrections[try Position(corrected.position)] = Correction(id: id, recorded: recorded.position)
        default: break
        }
    }

    private mutating func forget(_ position: Position, keepsEntry: Bool = false) {
        guard let key = entries[position].map({ ExactText($0.parked.key) }) else { return }
        places[key]?.remove(position)
        if places[key]?.isEmpty == true { places[key] = nil }
        if !keepsEntry { entries[position] = nil }
    }
}
