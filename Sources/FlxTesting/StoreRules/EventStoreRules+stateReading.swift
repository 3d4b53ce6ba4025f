import FlxCore

extension EventStoreRules {
    /// The rules about reading records beside the log.
    static let stateReading: [StoreRule] = [
        StoreRule("state.pages", "random changes and pages of all kinds are as in a list that is searched from end to end", needs: .state) {
            bench in
            var (model, bench, random) = (StateModel(), bench, bench.random)
            for round in 1...120 {
                let edits = (0..<random.number(in: 1...12)).map { _ in random.edit() }
                try await bench.stateStore.commit(StoreChange(edits))
                for edit in edits { model.make(edit) }
                if round % 40 == 0 { bench = try await bench.reopened() }
                for _ in 0..<6 {
                    let query = random.query(model)
                    let expected = model.records(query)
                    try expect("round \(round): \(query)", try await all(query, in: bench.stateStore), is: expected)
                }
            }
        },
        StoreRule("state.page-bytes", "a page of records ends before it holds too many bytes, and holds one at least", needs: .state) {
            bench in
            let (store, limits) = (try bench.stateStore, bench.features.limits)
            let size = min(limits.stateBytes, limits.pageBytes / 2 + 1)
            let space = StateSpace("large")
            for name in ["a", "b", "c"] {
                try await store.commit(StoreChange([.put(StateRecord(StateKey(name, in: space), body: Array(repeating: 1, count: size)))]))
            }
            var query = StateQuery(space, limit: 10)
            for name in ["a", "b", "c"] {
                let page = try await store.state(query)
                try expect("one on the page", page.records.map(\.key.name), is: [name])
                query.after = page.next
            }
            try expect("the end", query.after, is: nil)
            query.omitsBodies = true
            let page = try await store.state(query)
            try expect("all without their bodies", page.records.map { "\($0.key.name)\($0.body.count)" }, is: ["a0", "b0", "c0"])
        },
        StoreRule("state.moment", "the results of one call are the state of one moment", needs: .state) { bench in
            let store = try bench.stateStore
            let space = StateSpace("accounts")
            let keys = (0..<8).map { StateKey("account-\($0)", in: space) }
            try await store.commit(StoreChange(keys.map { .put(StateRecord($0, number: 100, entries: [StateEntry("all", .number(1))])) }))
            var queries = [StateQuery(space), StateQuery(space, by: .init("all"))]
            for index in queries.indices { queries[index].keys = keys }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [random = bench.random] in
                    try await move(between: keys, in: store, random)
                }
                for round in 0..<300 {
                    let sum = try await store.state(keys).reduce(0) { $0 + ($1?.number ?? 0) }
                    try expect("the sum of all keys", sum, is: 800)
                    let page = try await store.state(queries[round % 2])
                    try expect("the sum of a page", page.records.reduce(0) { $0 + $1.number }, is: 800)
                    try expect("the records beside it", page.beside.compactMap(\.self).map(\.number), is: page.byName.map(\.number))
                }
                group.cancelAll()
                try await group.waitForAll()
            }
        },
        StoreRule("state.seen", "the changes of a commit are visible to every later call, and with its events", needs: .state) { bench in
            let store = try bench.stateStore
            var factory = bench.factory
            for round in 1...50 as ClosedRange<Int64> {
                let change = StoreChange([StreamWrite(factory.events(1), to: "s")], [.put(StateRecord(first, number: round))])
                let position = try await store.commit(change).lastPosition
                try expect("the record", try await store.state(first)?.number, is: round)
                try expect("the event", try await store.lastPosition(), is: position ?? .start)
            }
        },
        StoreRule("state.clock", "the store's clock is not before the times of its records", needs: .state) { bench in
            let store = try bench.stateStore
            var factory = bench.factory
            let before = try await store.now()
            try await store.append(factory.events(1), to: "s")
            let recorded = try await bench.all()[0].recordedTime
            try expect("the time between", before <= recorded, seen: "\(before) \(recorded)")
            let after = try await store.now()
            try expect("the time after", recorded <= after, seen: "\(recorded) \(after)")
        },
    ]

    /// Moves numbers from record to record, both in one change, until the task is cancelled.
    private static func move(between keys: [StateKey], in store: any StateStore, _ random: SeededGenerator) async throws {
        var random = random
        do {
            while !Task.isCancelled {
                let (from, to) = (random.number(below: keys.count), random.number(below: keys.count))
                guard from != to else { continue }
                var (giver, taker) = (try await store.state(keys[from]), try await store.state(keys[to]))
                giver?.number -= 1
                taker?.number += 1
                if let giver, let taker { try await store.commit(StoreChange([.put(giver), .put(taker)])) }
            }
        } catch {
            guard error.code == .cancelled else { throw error }
        }
    }

    /// All pages of a query, with the promises about pages checked on each.
    private static func all(_ query: StateQuery, in store: any StateStore) async throws -> [StateRecord] {
        var (records, query, isFirst) = ([StateRecord](), query, true)
        while true {
            let page = try await store.state(query)
            try expect("at most \(query.limit) records", page.records.count <= query.limit, seen: "\(page.records.count)")
            try expect("a record on a page that is not the last", !page.records.isEmpty || page.next == nil)
            try expect("no place behind the last page", isFirst || !page.records.isEmpty)
            isFirst = false
            records += page.records.map(\.written)
            guard let next = page.next else { return records }
            query.after = next
        }
    }
}

extension StatePage {
    fileprivate var byName: [StateRecord] { records.sorted { $0.key.name < $1.key.name } }
}

/// A model of the records of a store: a list searched from end to end.
private struct StateModel {
    private(set) var records: [StateRecord] = []

    mutating func make(_ edit: StateEdit) {
        switch edit {
        case .put(let record):
            records.removeAll { $0.key == record.key }
            records.append(record)
        case .remove(let key): records.removeAll { $0.key == key }
        case .removeAll(let space): records.removeAll { $0.key.space == space }
        }
    }

    /// The records that a query finds on all of its pages.
    func records(_ query: StateQuery) -> [StateRecord] {
        let inSpace = records.filter { $0.key.space == query.space }
        var found: [(cursor: StateQuery.Cursor, record: StateRecord)] = []
        for record in inSpace {
            switch query.order {
            case .names(let prefix):
                guard record.key.name.utf8.starts(with: prefix.description.utf8) else { continue }
                found.append((StateQuery.Cursor(name: record.key.name), record))
            case .index(let range):
                for entry in Set(record.entries) where entry.index.utf8.elementsEqual(range.index.utf8) {
                    guard range.from.map({ $0 <= entry.value }) ?? true, range.through.map({ entry.value <= $0 }) ?? true else { continue }
                    found.append((StateQuery.Cursor(value: entry.value, name: record.key.name), record))
                }
            }
        }
        found.sort { query.isReversed ? $1.cursor.precedes($0.cursor) : $0.cursor.precedes($1.cursor) }
        if let after = query.after {
            found = found.filter { query.isReversed ? $0.cursor.precedes(after) : after.precedes($0.cursor) }
        }
        return found.map { query.omitsBodies ? StateRecord($1.key, number: $1.number, entries: $1.entries) : $1 }
    }
}

extension StateQuery.Cursor {
    fileprivate func precedes(_ other: Self) -> Bool {
        if let value, let another = other.value, value != another { return value < another }
        return name.utf8.lexicographicallyPrecedes(other.name.utf8)
    }
}

extension SeededGenerator {
    private static let spaces = [StateSpace("a"), StateSpace("é"), StateSpace("e\u{301}")]
    private static let names = ["a", "ab", "b", "é", "e\u{301}", "e", "zz", "a%", "a_b"]
    private static let values: [StateEntry.Value] =
        [.min, -1, 0, 7, .max].map { .number($0) } + ["", "a", "é", "e\u{301}", "z"].map { .text($0) }

    fileprivate mutating func edit() -> StateEdit {
        let space = pick(Self.spaces)
        let key = StateKey(pick(Self.names) + (once(in: 2) ? "\(number(below: 40))" : ""), in: space)
        switch number(below: 40) {
        case 0: return .removeAll(space)
        case 1..<10: return .remove(key)
        default:
            let entries = (0..<number(below: 4)).map { _ in StateEntry(pick(["i", "é", "e\u{301}"]), pick(Self.values)) }
            return .put(StateRecord(key, number: Int64(number(below: 9)), body: [UInt8(number(below: 256))], entries: entries))
        }
    }

    fileprivate mutating func query(_ model: StateModel) -> StateQuery {
        let space = pick(Self.spaces)
        let bounds = [pick(Self.values), pick(Self.values)].sorted()
        let range = StateQuery.Range(pick(["i", "é", "none"]), from: once(in: 2) ? bounds[0] : nil, through: once(in: 2) ? bounds[1] : nil)
        var query = once(in: 2) ? StateQuery(space, by: range) : StateQuery(space, prefix: pick(["", "a", "a%", "é", "e", "none"]))
        (query.limit, query.isReversed, query.omitsBodies) = (pick([1, 2, 7, 1_000, .max]), once(in: 2), once(in: 4))
        if once(in: 4) {
            let value = if case .index = query.order { pick(Self.values) as StateEntry.Value? } else { StateEntry.Value?.none }
            query.after = StateQuery.Cursor(value: value, name: pick(Self.names))
        }
        return query
    }
}
