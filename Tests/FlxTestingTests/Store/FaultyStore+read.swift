import FlxCore
import Synchronization

extension FaultyStore {
    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        guard limit >= 1 || fault == .takesAnyLimit else { throw FlxError(.invalidValue, "limit") }
        let log = fault == .readsAfterClose ? state.withLock { visible($0) } : try withOpenState { visible($0) }
        let (rest, isForward) =
            switch direction {
            case .forward(let after): (log.drop { $0.position <= after }, true)
            case .backward: (fault == .backwardIsForward ? log[...] : log.reversed()[...], false)
            }
        var events: [RecordedEvent] = []
        var bytes = 0
        for recorded in rest where isForward || isBefore(recorded, direction) {
            let times = matches(selection, recorded, isForward: isForward)
            for _ in 0..<times {
                bytes += recorded.event.approximateBytes
                let isFull = events.count >= max(limit, 0) || (bytes > limits.pageBytes && !events.isEmpty && fault != .noByteLimit)
                if isFull { return page(events, direction, isFull: true, log) }
                events.append(recorded)
            }
        }
        let ends = fault == .throughEndsBeforeSystem && selection.scope == .all
        return page(events, direction, isFull: false, ends ? log.filter { $0.event.stream?.isSystem == false } : log)
    }

    private func isBefore(_ recorded: RecordedEvent, _ direction: ReadDirection) -> Bool {
        if case .backward(let before) = direction { recorded.position < before } else { true }
    }

    private func page(_ events: [RecordedEvent], _ direction: ReadDirection, isFull: Bool, _ log: [RecordedEvent]) -> Page {
        let end = log.last?.position ?? .start
        let isLast = !isFull || fault == .lastPageTooEarly
        switch direction {
        case .forward(let after):
            let through = isFull && fault != .throughTooFar ? events.last?.position ?? after : max(after, end)
            let stands = fault == .throughStandsStill && events.isEmpty
            return Page(events: events, through: stands ? after : through, isLast: isLast)
        case .backward(let before):
            return Page(events: events, through: isFull ? events.last?.position ?? before : .start, isLast: isLast)
        }
    }

    /// How often the event is found.
    private func matches(_ selection: Selection, _ recorded: RecordedEvent, isForward: Bool) -> Int {
        switch fault {
        case .overlapsTwice:
            let rest = Selection(selection.scope, .all, since: selection.since, until: selection.until)
            guard rest.matches(recorded) else { return 0 }
            let criteria = selection.query.criteria
            return criteria.isEmpty ? 1 : criteria.count { $0.matches(recorded.event) }
        case .untilIncluded:
            let until = selection.until.map { $0.advanced(by: .nanoseconds(1)) }
            return Selection(selection.scope, selection.query, since: selection.since, until: until).matches(recorded) ? 1 : 0
        case .prefixWithWildcards:
            guard case .prefix(let text) = selection.scope, text.contains(/[%_]/), let name = recorded.event.stream else { break }
            let pattern = Array(text.unicodeScalars)
            let scalars = Array(name.description.unicodeScalars)
            let rest = Selection(.everything, selection.query, since: selection.since, until: selection.until)
            return rest.matches(recorded) && like(scalars[...], pattern[...]) ? 1 : 0
        case .lookAlikeNames:
            guard case .stream(let name) = selection.scope else { break }
            let rest = Selection(.everything, selection.query, since: selection.since, until: selection.until)
            return rest.matches(recorded) && recorded.event.stream?.description == name.description ? 1 : 0
        default: return hasSystem(selection, recorded, isForward: isForward) ?? selection.matches(recorded) ? 1 : 0
        }
        return selection.matches(recorded) ? 1 : 0
    }

    /// What the faults about system streams find; nil for what is right.
    private func hasSystem(_ selection: Selection, _ recorded: RecordedEvent, isForward: Bool) -> Bool? {
        guard let stream = recorded.event.stream, stream.description.lowercased().hasPrefix("flx") else { return nil }
        let rest = Selection(.everything, selection.query, since: selection.since, until: selection.until).matches(recorded)
        switch (fault, selection.scope) {
        case (.allHasSystem, .all): return rest
        case (.allHasSystemByQuery, .all) where selection.query != .all: return rest
        case (.allHasSystemBackward, .all) where !isForward: return rest
        case (.prefixHasSystem, .prefix(let text)): return rest && stream.description.utf8.starts(with: text.utf8)
        case (.prefixHidesSystem, .prefix) where stream.isSystem, (.everythingHidesSystem, .everything) where stream.isSystem: return false
        case (.hidesLookAlikesOfSystem, .all): return false
        default: return nil
        }
    }

    /// Whether a name is LIKE a prefix, as a careless driver of a database would ask.
    private func like(_ name: ArraySlice<Unicode.Scalar>, _ pattern: ArraySlice<Unicode.Scalar>) -> Bool {
        guard let first = pattern.first else { return true }
        if first == "%" { return (name.startIndex...name.endIndex).contains { like(name[$0...], pattern.dropFirst()) } }
        guard let scalar = name.first, first == "_" || first == scalar else { return false }
        return like(name.dropFirst(), pattern.dropFirst())
    }
}
