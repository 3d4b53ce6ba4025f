import FlxCore

/// The way to find the events of a selection.
enum CandidatePlan {
    /// No candidates: a requested name is not in the store.
    case nothing
    /// All events are candidates.
    case everything(RowFilter)
    /// The events in certain lists are candidates.
    case listed(Postings, RowFilter)

    init(_ selection: Selection, isForward: Bool, _ reader: inout Reader) throws(FlxError) {
        let scope = try Self.walk(selection.scope, isForward: isForward, &reader)
        let query = try Self.walk(selection.query, isForward: isForward, &reader)
        var filter = RowFilter(since: selection.since?.nanoseconds, until: selection.until?.nanoseconds)
        var parts: [Postings] = []
        for plan in [scope, query] {
            switch plan {
            case .nothing: self = .nothing; return
            case .everything(let part): filter.join(part)
            case .listed(let walk, let part):
                filter.join(part)
                parts.append(walk)
            }
        }
        if parts.count > 1 { filter.hasWholeStreams = false }
        self = switch parts.count {
        case 0: .everything(filter)
        case 1: .listed(parts[0], filter)
        default: .listed(.all(Postings.Joint(parts)), filter)
        }
    }

    private static func walk(_ scope: Selection.Scope, isForward: Bool, _ reader: inout Reader) throws(FlxError) -> CandidatePlan {
        switch scope {
        case .everything:
            return .everything(RowFilter())
        case .all:
            return .everything(RowFilter(scope: scope))
        case .stream(let name):
            guard let list = try reader.lists.list(.stream, name, isForward: isForward) else { return .nothing }
            return .listed(list, RowFilter(hasWholeStreams: true))
        case .prefix(let text):
            guard let streams = try reader.streamIDs(prefix: text, in: scope, limit: Postings.Source.mostLists) else {
                return .everything(RowFilter(scope: scope))
            }
            guard !streams.isEmpty else { return .nothing }
            var lists: [Postings] = []
            for id in streams { lists.append(try reader.lists.list(.stream, id: id, isForward: isForward)) }
            return .listed(.any(lists), RowFilter(hasWholeStreams: true))
        }
    }

    private static func walk(_ query: Query, isForward: Bool, _ reader: inout Reader) throws(FlxError) -> CandidatePlan {
        let asksNothing = query.criteria.isEmpty || query.criteria.contains { $0.types.isEmpty && $0.tags.isEmpty }
        if asksNothing { return .everything(RowFilter()) }
        let lists = query.criteria.reduce(0) { $0 + $1.types.count + $1.tags.count }
        guard lists <= Postings.Source.mostLists else { return .everything(RowFilter(needsEvent: true)) }
        var parts: [Postings] = []
        for criterion in query.criteria {
            if let walk = try reader.lists.walk(criterion, isForward: isForward) { parts.append(walk) }
        }
        guard let first = parts.first else { return .nothing }
        return .listed(parts.count == 1 ? first : .any(parts), RowFilter())
    }
}

/// The conditions on a candidate's row, checked before or after it becomes an event.
struct RowFilter {
    var since: Int64?
    var until: Int64?
    /// The selected streams, if events of others are candidates too.
    var scope: Selection.Scope?
    /// True if types and tags must be compared with the event itself.
    var needsEvent = false
    /// True if all events of the streams are candidates.
    var hasWholeStreams = false

    /// Adds the conditions of another filter, except the times.
    mutating func join(_ other: RowFilter) {
        hasWholeStreams = hasWholeStreams || other.hasWholeStreams
        scope = scope ?? other.scope
        needsEvent = needsEvent || other.needsEvent
    }

    func passes(_ row: Statement, _ rows: inout RowReader) throws(FlxError) -> Bool {
        if since != nil || until != nil {
            let time = row.isNull(4) ? row.number(5) : row.number(4)
            if let since, time < since { return false }
            if let until, time >= until { return false }
        }
        // Nearly all readers read all streams: from them a damaged number of a stream must not hide an event. So an event of a system
        // stream is left out after its checksum was compared.
        guard let scope, scope != .all else { return true }
        return scope.contains(try rows.stream(row))
    }

    /// Returns true if an event may be a candidate without being selected.
    func passesOver(_ recorded: RecordedEvent) -> Bool {
        needsEvent || !(scope?.contains(recorded.event.stream) ?? true)
    }
}
