import FlxCore
import Foundation

extension FaultyStore {
    func checkLimits(_ writes: [StreamWrite], _ boundary: Boundary?) throws(FlxError) {
        var limits = limits
        if fault == .noTagLimit { limits.tags = .max }
        if fault == .noBoundaryLimit { limits.boundaryTerms = .max }
        try limits.check(writes, unless: boundary)
    }

    func check(_ writes: [StreamWrite], _ boundary: Boundary?, _ state: inout State) throws(FlxError) {
        if fault == .versionBeforeID { try checkVersions(writes, state) }
        for event in writes.flatMap(\.events) where fault != .trustsIDs {
            guard fault != .forgetsIDs, let known = state.events.first(where: { $0.id == event.id })?.event else { continue }
            let isKnown = fault == .lookAlikeContent ? looksLike(known, event) : isSame(known, stored(event))
            guard isKnown else { throw FlxError(.idConflict, "other content") }
        }
        let known = Set(state.events.map(\.id))
        let hasNew = writes.contains { $0.events.contains { fault == .forgetsIDs || !known.contains($0.id) } }
        guard hasNew || fault != .guardUnchecked && writes.allSatisfy(\.events.isEmpty) else { return }
        if fault == .versionBeforeBoundary { try checkVersions(writes, state) }
        if let boundary {
            if fault != .boundaryBeyondEnd { try boundary.check(against: state.events.last?.position ?? .start) }
            if state.events.contains(where: { violates(boundary, $0) }) { throw FlxError(.boundaryConflict, "boundary") }
        }
        try checkVersions(writes, state)
    }

    private func isSame(_ known: Event, _ event: Event) -> Bool {
        var event = event
        switch fault {
        case .timeIsContent where known.time != event.time: return false
        case .traceIsContent where known.trace != event.trace: return false
        case .extensionsAreNoContent: event.extensions = known.extensions
        default: break
        }
        return known.isSame(as: event)
    }

    private func checkVersions(_ writes: [StreamWrite], _ state: State) throws(FlxError) {
        var added: [StreamName: Int64] = [:]
        for write in writes where fault != .noVersionCheck && !(fault == .silentStreamUnchecked && write.events.isEmpty) {
            let actual = Version(unchecked: Int64(count(write.stream, in: state)) + added[write.stream, default: 0])
            guard write.expected.allows(actual) else {
                throw FlxError(.versionConflict, "version", actualVersion: fault == .noActualVersion ? nil : actual)
            }
            if fault == .secondWriteCheckedAfterFirst { added[write.stream, default: 0] += Int64(write.events.count) }
        }
    }

    private func violates(_ boundary: Boundary, _ recorded: RecordedEvent) -> Bool {
        let event = recorded.event
        return switch fault {
        case .ignoresBoundary: false
        case .boundaryAtPosition: recorded.position >= boundary.position && boundary.query.matches(event)
        case .boundaryOfAnyTag:
            recorded.position > boundary.position
                && (boundary.query.criteria.isEmpty
                    || boundary.query.criteria.contains { criterion in
                        (criterion.types.isEmpty || criterion.types.contains(event.type))
                            && (criterion.tags.isEmpty || criterion.tags.contains(where: event.tags.contains))
                    })
        case .boundaryOfSystem where boundary.scope == .all, .boundaryOfAnyStream:
            recorded.position > boundary.position && boundary.query.matches(event)
        case .boundaryNeverOfSystem:
            recorded.position > boundary.position && boundary.matches(event) && !(event.stream?.isSystem ?? false)
        default: recorded.position > boundary.position && boundary.matches(event)
        }
    }

    func record(_ writes: [StreamWrite], _ state: inout State) -> AppendResult {
        var places: [AppendResult.Place] = []
        for event in writes.flatMap(\.events) {
            let known = fault == .forgetsIDs ? nil : state.events.first { $0.id == event.id }
            let recorded = known ?? add(event, &state)
            places.append(.init(position: recorded.position, version: recorded.version, isNew: known == nil))
        }
        return AppendResult(places: places)
    }

    private func add(_ event: Event, _ state: inout State) -> RecordedEvent {
        let first = fault == .versionsFromZero ? 0 : 1
        let version = Version(unchecked: Int64(event.stream.map { count($0, in: state) } ?? 0) + Int64(first))
        // Positions have gaps, as the contract allows.
        let position = Position(unchecked: (state.events.last?.position.value ?? 0) + Int64(1 + state.events.count % 2))
        let recorded = RecordedEvent(event: stored(event), version: version, position: position, recordedTime: EventClock.system.now())
        state.events.append(recorded)
        if fault == .showsPartsOfBatches || fault == .commitsOutOfOrder { state.hidden.insert(event.id) }
        return recorded
    }

    private func looksLike(_ left: Event, _ right: Event) -> Bool {
        left.payload == right.payload && left.userID == right.userID && left.partitionKey == right.partitionKey
            && left.source == right.source && left.dataSchema == right.dataSchema && left.tags == right.tags
            && "\(left.extensions.sorted { $0.key < $1.key })" == "\(right.extensions.sorted { $0.key < $1.key })"
            && left.type == right.type && left.schemaVersion == right.schemaVersion && left.stream == right.stream
            && left.correlationID == right.correlationID && left.causationID == right.causationID
    }

    private func stored(_ event: Event) -> Event {
        var event = event
        if fault == .fillsInTimes, event.time == nil { event.time = Timestamp(nanoseconds: 0) }
        if fault == .dropsPartitionKeys { event.partitionKey = nil }
        if fault == .normalizesPayloads, event.payload.form == .json {
            let text = String(decoding: event.payload.bytes, as: UTF8.self).precomposedStringWithCanonicalMapping
            event.payload = Payload(unchecked: Array(text.utf8), form: .json, contentType: event.payload.contentType)
        }
        return event
    }

    private func count(_ stream: StreamName, in state: State) -> Int {
        state.events.count { fault == .lookAlikeNames ? $0.event.stream?.description == stream.description : $0.event.stream == stream }
    }
}
