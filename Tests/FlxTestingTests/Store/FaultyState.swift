import FlxCore
import FlxTesting
import Foundation

/// A store in memory whose records have one fault built in on demand.
final class FaultyState: ForwardingStore {
    private let fault: StateFault
    let inner: MemoryEventStore

    init(_ fault: StateFault) {
        self.fault = fault
        var limits = StoreLimits.standard
        if fault == .takesLargeOnes { limits.stateBytes *= 2 }
        if fault == .eventsUnchecked { limits.tags *= 2 }
        inner = MemoryEventStore(limits: limits)
    }

    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        var change = StoreChange(
            change.writes, unless: change.boundary, if: change.guards.map(changed), change.edits.flatMap(changed))
        switch fault {
        case .guardsForgotten: change.guards = []
        case .firstGuardAlone: change.guards = Array(change.guards.prefix(1))
        case .guardsCheckedBefore:
            try await inner.commit(StoreChange(if: change.guards))
            for _ in 0..<200 { await Task.yield() }
            change.guards = []
        case .eventsBeforeGuards:
            let result = try await inner.commit(StoreChange(change.writes, unless: change.boundary))
            try await inner.commit(StoreChange(if: change.guards, change.edits))
            return result
        case .editsBeforeEvents:
            try await inner.commit(StoreChange(if: change.guards, change.edits))
            return try await inner.commit(StoreChange(change.writes, unless: change.boundary))
        case .nothingCheckedAgain:
            let events = change.writes.flatMap(\.events)
            var isKnown = !events.isEmpty
            for event in events where try await inner.event(event.id) == nil { isKnown = false }
            if isKnown { return try await inner.append(change.writes, unless: nil) }
        case .editsTurnedRound: change.edits.reverse()
        case .refusesWhoIsCancelled:
            if Task.isCancelled { throw FlxError(.cancelled, "cancelled") }
        default: break
        }
        return try await inner.commit(change)
    }

    func state(_ keys: [StateKey]) async throws(FlxError) -> [StateRecord?] {
        guard fault == .readsOneByOne else { return try await records(keys) }
        var records: [StateRecord?] = []
        for key in keys {
            records.append(try await inner.state(key))
            await Task.yield()
        }
        return records
    }

    private func records(_ keys: [StateKey]) async throws(FlxError) -> [StateRecord?] {
        let records = try await inner.state(keys.map(changed))
        return zip(keys, records).map { key, record in record.map { named($0, key) } }
    }

    func state(_ query: StateQuery) async throws(FlxError) -> StatePage {
        var asked = query
        asked.keys = query.keys.map(changed)
        asked.space = changed(StateKey("a", in: query.space)).space
        if fault == .reverseForgotten { asked.isReversed = false }
        if fault == .bodiesKept { asked.omitsBodies = false }
        if fault == .rangesWithoutAnEnd, case .index(let range) = query.order {
            asked.order = .index(StateQuery.Range(range.index, from: range.from))
        }
        if fault == .trapsAtTheGreatestLimit, query.limit == .max { throw FlxError(.io, "the limit and one more") }
        if fault == .queriesUnchecked, query.limit > 0, (try? query.check(.standard)) == nil { return StatePage(records: [], next: nil) }
        let page = try await inner.state(asked)
        if fault == .pagesGoOnAfterTheEnd, case .names = query.order, let last = page.records.last, page.next == nil {
            return StatePage(records: page.records, next: StateQuery.Cursor(name: last.key.name), beside: page.beside)
        }
        var beside = page.beside
        if fault == .readsBesideLater {
            for _ in 0..<200 { await Task.yield() }
            beside = try await inner.state(query.keys)
        }
        let next = fault == .pagesEndEarly ? nil : page.next
        return StatePage(records: page.records.map { named($0, $0.key) }, next: next, beside: beside)
    }

    func now() async throws(FlxError) -> Timestamp {
        let now = try await inner.now()
        return fault == .clockStandsStill ? Timestamp(nanoseconds: 0) : now
    }

    private func changed(_ key: StateKey) -> StateKey {
        switch fault {
        case .lookAlikeKeys: StateKey(key.name.precomposedStringWithCanonicalMapping, in: key.space)
        case .oneSpace: StateKey(key.name, in: StateSpace(key.space.name.isEmpty ? "" : "one", key.space.lifetime))
        default: key
        }
    }

    private func changed(_ guarding: StateGuard) -> StateGuard {
        switch guarding {
        case .absent(let key): .absent(changed(key))
        case .revision(let key, let revision): .revision(changed(key), revision)
        case .number(let key, let number): .number(changed(key), equals: number)
        }
    }

    private func changed(_ edit: StateEdit) -> [StateEdit] {
        switch edit {
        case .put(let record):
            [.put(StateRecord(changed(record.key), number: record.number, body: record.body, entries: record.entries))]
        case .remove(let key): [.remove(changed(key))]
        case .removeAll(let space):
            fault == .removesTheTwin
                ? [.removeAll(space), .removeAll(StateSpace(space.name, .volatile))]
                : [.removeAll(changed(StateKey("a", in: space)).space)]
        }
    }

    /// A record as it is handed out, under the key that was asked for.
    private func named(_ record: StateRecord, _ key: StateKey) -> StateRecord {
        StateRecord(
            key, number: record.number, body: record.body, entries: record.entries,
            revision: fault == .revisionsOfEach ? record.number &+ 1_000 : record.revision)
    }

    func close() async { if fault != .goesOnAfterTheEnd { await inner.close() } }
}
