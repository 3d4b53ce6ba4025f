import FlxCore

extension EventStoreRules {
    /// The rules about changes of records beside the log.
    static let state: [StoreRule] = [
        StoreRule("state.kept", "a record has the last written content under its key, byte for byte, also after a restart", needs: .state) {
            bench in
            var bench = bench
            let names = ["a", "A", "é", "e\u{301}", "a ", "%", String(repeating: "n", count: StateKey.maximumNameBytes)]
            let keys = ["a", "A", "é", "e\u{301}"].flatMap { space in names.map { StateKey($0, in: StateSpace(space)) } }
            for round in 1...2 {
                let records = keys.enumerated().map { index, key in
                    StateRecord(
                        key, number: index == 0 ? .min : .max - Int64(index * round),
                        body: Array(repeating: UInt8(index), count: index * round),
                        entries: [StateEntry("i", .number(Int64(index))), StateEntry("i", .text("\(key.name.prefix(9))\(round)"))])
                }
                try await bench.stateStore.commit(StoreChange(records.map { .put($0) }))
                bench = try await bench.reopened()
                try await bench.expectState("round \(round)", records)
            }
            let absent = [("b", StateSpace("a")), ("a", StateSpace("b")), ("a", StateSpace("a", .volatile))].map { StateKey($0, in: $1) }
            try expect("nothing under other keys", try await bench.stateStore.state(absent), is: [nil, nil, nil])
            try await bench.stateStore.commit(StoreChange([.remove(keys[2]), .remove(absent[0])]))
            let rest = try await bench.stateStore.state([keys[3], keys[2], keys[2]]).map { $0?.key }
            try expect("a look-alike of what was removed", rest, is: [keys[3], nil, nil])
        },
        StoreRule("state.revisions", "each write gives a record a revision greater than all before it", needs: .state) { bench in
            var (bench, last) = (bench, Int64(0))
            for round in 1...6 {
                let store = try bench.stateStore
                for key in [first, second, first] {
                    try await store.commit(StoreChange([.put(StateRecord(key))]))
                    let revision = try await store.state(key)?.revision ?? 0
                    try expect("a revision greater than \(last)", revision > last, seen: "\(revision)")
                    last = revision
                }
                try await store.commit(StoreChange(round % 2 == 0 ? [.remove(first), .remove(second)] : [.removeAll(first.space)]))
                bench = try await bench.reopened()
            }
        },
        StoreRule("state.guards", "a change is made if all of its guards hold, and otherwise nothing of it is", needs: .state) { bench in
            let store = try bench.stateStore
            try await store.commit(StoreChange([.put(StateRecord(first, number: 7))]))
            let revision = try await store.state(first)?.revision ?? 0
            let holding: [StateGuard] = [.absent(second), .revision(first, revision), .number(first, equals: 7)]
            let failing: [StateGuard] = [
                .absent(first), .revision(first, revision + 1), .revision(first, revision - 1), .revision(second, 0),
                .revision(second, revision), .number(first, equals: 8), .number(second, equals: 0), .number(second, equals: 7),
            ]
            for guards in failing.flatMap({ [[$0], holding + [$0], [$0] + holding] }) {
                var factory = bench.factory
                let events = factory.events(2)
                try await expect(.stateConflict, from: "a change with the guards \(guards)") {
                    try await store.commit(
                        StoreChange([StreamWrite(events, to: "s")], if: guards, [.put(StateRecord(second)), .remove(first)]))
                }
                try await bench.expectLog("no event", [])
                try await bench.expectState("no change", [StateRecord(first, number: 7)])
                try expect("nothing else", try await store.state(second), is: nil)
            }
            try await store.commit(StoreChange(if: holding, [.put(StateRecord(second, number: 1)), .remove(first)]))
            let rest = try await store.state([first, second]).map { $0?.number }
            try expect("a change whose guards hold", rest, is: [nil, 1])
        },
        StoreRule("state.together", "events and records are kept together, or nothing of both is", needs: .state) { bench in
            let store = try bench.stateStore
            var factory = bench.factory
            let events = factory.events(3)
            let result = try await store.commit(StoreChange([StreamWrite(events, to: "s")], [.put(StateRecord(first, number: 1))]))
            try expect("the versions", result.places.map(\.version.value), is: [1, 2, 3])
            let more = factory.events(2)
            let refused: [(FlxError.Code, [StreamWrite], Boundary?)] = [
                (.versionConflict, [StreamWrite(more, to: "s", expecting: .exactly(.none))], nil),
                (.versionConflict, [StreamWrite([], to: "s", expecting: .noStream)], nil),
                (.boundaryConflict, [StreamWrite(more, to: "t")], Boundary(.all, after: .start)),
                (.idConflict, [StreamWrite([events[0]], to: "t")], nil),
            ]
            for (code, writes, boundary) in refused {
                try await expect(code, from: "a change that cannot be appended") {
                    let edits: [StateEdit] = [.put(StateRecord(first, number: 2)), .put(StateRecord(second))]
                    try await store.commit(StoreChange(writes, unless: boundary, edits))
                }
            }
            try await bench.expectState("what the refused changes left", [StateRecord(first, number: 1)])
            try expect("nothing else", try await store.state(second), is: nil)
            try await bench.expectLog("the log", events.map { event in
                var event = event
                event.stream = "s"
                return event
            })
        },
        StoreRule("state.again", "a repeated change returns the first places, unless a guard detects the first attempt", needs: .state) {
            bench in
            let store = try bench.stateStore
            var factory = bench.factory
            let write = StreamWrite(factory.events(2), to: "s", expecting: .noStream)
            let guarded = StoreChange([write], if: [.absent(first)], [.put(StateRecord(first, number: 1))])
            let result = try await store.commit(guarded)
            try await expect(.stateConflict, from: "the same change again") { try await store.commit(guarded) }
            let again = try await store.commit(StoreChange([write], [.put(StateRecord(first, number: 2))]))
            try expect("the places", again.places.map(\.position), is: result.places.map(\.position))
            try expect("none of them new", again.places.map(\.isNew), is: [false, false])
            try expect("its record", try await store.state(first)?.number, is: 2)
        },
        StoreRule("state.order", "the edits of a change are made in order", needs: .state) { bench in
            let store = try bench.stateStore
            let twin = StateKey(first.name, in: StateSpace(first.space.name, .volatile))
            try await store.commit(StoreChange([.put(StateRecord(first)), .put(StateRecord(twin, number: 5)), .put(StateRecord(second))]))
            try await store.commit(
                StoreChange([
                    .put(StateRecord(second, number: 1)), .removeAll(first.space), .put(StateRecord(first, number: 2)), .remove(first),
                    .put(StateRecord(first, number: 3)), .put(StateRecord(first, number: 4, entries: [StateEntry("i", .number(1))])),
                ]))
            let numbers = try await store.state([first, second, twin]).map { $0?.number }
            try expect("the last of the edits, and the space of the same name", numbers, is: [4, nil, 5])
            try await store.commit(StoreChange([.put(StateRecord(second)), .removeAll(first.space), .removeAll(StateSpace("unknown"))]))
            try expect("nothing", try await store.state(StateQuery(first.space)).records, is: [])
            let index = StateQuery(first.space, by: .init("i"))
            try expect("nothing in an index", try await store.state(index).records, is: [])
        },
        StoreRule("state.one-winner", "of many changes made from one revision, one is made", needs: .state) { bench in
            let store = try bench.stateStore
            try await store.commit(StoreChange([.put(StateRecord(first))]))
            let won = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        var won = 0
                        while won < 25 {
                            guard let record = try await store.state(first) else { return won }
                            // Time for another one to come between.
                            for _ in 0..<10 { await Task.yield() }
                            var changed = record
                            changed.number += 1
                            do {
                                try await store.commit(StoreChange(if: [.revision(first, record.revision)], [.put(changed)]))
                                won += 1
                            } catch let error as FlxError where error.code == .stateConflict {}
                        }
                        return won
                    }
                }
                return try await group.reduce(0, +)
            }
            try expect("a change for each that was answered", try await store.state(first)?.number, is: Int64(won))
        },
        StoreRule("state.volatile", "records of a volatile space end with the process that writes, and no others", needs: .state) { bench in
            guard bench.features.reopen != nil else { return }
            let twin = StateKey(first.name, in: StateSpace(first.space.name, .volatile))
            try await bench.stateStore.commit(StoreChange([.put(StateRecord(first, number: 1)), .put(StateRecord(twin, number: 2))]))
            let numbers = try await bench.stateStore.state([first, twin]).map { $0?.number }
            try expect("both", numbers, is: [1, 2])
            let later = try await bench.reopened().stateStore.state([first, twin]).map { $0?.number }
            try expect("the durable one", later, is: [1, nil])
        },
        StoreRule("state.limits", "too long, too large or too many parts are refused, and none of them is kept", needs: .state) { bench in
            let (store, limits) = (try bench.stateStore, bench.features.limits)
            func record(_ name: String = "a", _ space: String = "s", bytes: Int = 0, entries: [StateEntry] = []) -> StateEdit {
                .put(StateRecord(StateKey(name, in: StateSpace(space)), body: Array(repeating: 1, count: bytes), entries: entries))
            }
            let long = String(repeating: "n", count: 257)
            func entries(_ count: Int) -> [StateEntry] { Array(repeating: StateEntry("i", .number(1)), count: count) }
            let keys = ["a", "b"].map { StateKey($0, in: StateSpace("s")) }
            let refused: [StateEdit] = [
                record(""), record("a\nb"), record(long + long), record("a", ""), record("a", "\u{7F}"), record("a", long),
                record(bytes: limits.stateBytes + 1), record(entries: entries(limits.stateEntries + 1)),
                record(entries: [StateEntry("", .number(1))]), record(entries: [StateEntry(long, .number(1))]),
                record(entries: [StateEntry("i", .text(long))]),
                .remove(StateKey("", in: StateSpace("s"))), .removeAll(StateSpace("")),
            ]
            for edit in refused {
                try await expect(.invalidValue, or: .limitExceeded, from: "the edit \(edit)".prefix(120).description) {
                    try await store.commit(StoreChange([record("kept"), edit]))
                }
            }
            let many = Array(repeating: record(), count: limits.stateKeys + 1)
            try await expect(.limitExceeded, from: "too many edits") { try await store.commit(StoreChange(many)) }
            try await expect(.invalidValue, or: .limitExceeded, from: "a bad guard") {
                try await store.commit(StoreChange(if: [.absent(StateKey("", in: StateSpace("s")))], [record("kept")]))
            }
            let tagged = Event(type: "t", tags: (0...limits.tags).map { Tag("tag-\($0)") })
            try await expect(.limitExceeded, from: "an event with too many tags") {
                try await store.commit(StoreChange([StreamWrite([tagged], to: "s")], [record("kept")]))
            }
            try await bench.expectLog("no event", [])
            try expect("nothing", try await store.state(StateQuery(StateSpace("s"))).records, is: [])
            try await expect(.invalidValue, or: .limitExceeded, from: "a bad key") {
                try await store.state(StateKey("", in: StateSpace("s")))
            }
            try await expect(.invalidValue, from: "a limit of 0") { try await store.state(StateQuery(StateSpace("s"), limit: 0)) }
            var queries = [StateQuery(StateSpace("")), StateQuery(StateSpace("s"), by: .init(long))]
            for badKeys in [[StateKey("", in: StateSpace("s"))], Array(repeating: keys[0], count: limits.stateKeys + 1)] {
                var query = StateQuery(StateSpace("s"))
                query.keys = badKeys
                queries.append(query)
            }
            for query in queries {
                try await expect(.invalidValue, or: .limitExceeded, from: "the query \(query)".prefix(120).description) {
                    try await store.state(query)
                }
            }
            let edges = [record(bytes: limits.stateBytes), record("b", entries: entries(limits.stateEntries))]
            for edit in edges { try await store.commit(StoreChange([edit])) }
            let sizes = try await store.state(keys).map { $0?.body.count }
            try expect("what is as large as allowed", sizes, is: [limits.stateBytes, 0])
        },
        StoreRule("state.cancelled", "in a task that is cancelled, a change is made if it has no events", needs: .state) { bench in
            let store = try bench.stateStore
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !Task.isCancelled { await Task.yield() }
                    try await store.commit(StoreChange([.put(StateRecord(first, number: 7))]))
                    let change = StoreChange([StreamWrite([Event(type: "t")], to: "s")], [.remove(first)])
                    try await expect(.cancelled, from: "a change with events") { try await store.commit(change) }
                }
                group.cancelAll()
                try await group.waitForAll()
            }
            try expect("the number", try await store.state(first)?.number, is: 7)
        },
        StoreRule("state.closed", "after the end every call for records fails as closed", needs: .state) { bench in
            let store = try bench.stateStore
            await store.close()
            try await expect(.closed, from: "commit") { try await store.commit(StoreChange([.put(StateRecord(first))])) }
            try await expect(.closed, from: "keys") { try await store.state(first) }
            try await expect(.closed, from: "a query") { try await store.state(StateQuery(first.space)) }
            try await expect(.closed, from: "now") { try await store.now() }
        },
    ]

    static let first = StateKey("first", in: StateSpace("space"))
    static let second = StateKey("second", in: StateSpace("space"))
}

extension StoreBench {
    /// The store as one that keeps records.
    var stateStore: any StateStore { get throws { try EventStoreRules.cast(store, to: (any StateStore).self) } }

    /// Expects records to be as they were written, whatever their revisions are.
    func expectState(_ what: String, _ expected: [StateRecord]) async throws {
        let seen = try await stateStore.state(expected.map(\.key)).map { $0?.written }
        try expect(what, seen, is: expected)
    }
}

extension StateRecord {
    /// The record without the revision that a store gave it.
    var written: StateRecord { StateRecord(key, number: number, body: body, entries: entries) }
}
