import FlxCore
import Testing

@testable import FlxTesting

/// What a driver without indexes reads is what the store in memory reads.
@Suite struct ScanTests {
    private let seed = SeededGenerator.freshSeed()

    @Test func pagesOfALog() async throws {
        var factory = EventFactory(seed: seed)
        for _ in 0..<30 {
            var limits = StoreLimits.standard
            limits.pageBytes = factory.random.pick([1, 300, 1_000, 16 << 20])
            let store = MemoryEventStore(limits: limits)
            factory.streams += ["flx-order", "flx-1"]
            for _ in 0..<factory.random.number(below: 60) {
                try await store.append([factory.event()], to: factory.random.pick(factory.streams))
            }
            let log = try await Self.all(.forward) { direction in try await store.read(.everything, direction, limit: .max) }
            for _ in 0..<60 {
                let (selection, limit) = (factory.selection(), factory.random.pick([1, 2, 5, 1_000, .max]))
                let somewhere = Position(integerLiteral: Int64(factory.random.number(below: 70)))
                let place = factory.random.pick([Position.start, .end, 1, somewhere])
                for direction in [ReadDirection.forward(after: place), .backward(before: place)] {
                    let expected = try await Self.all(direction) { try await store.read(selection, $0, limit: limit) }
                    let found = try await Self.all(direction) { Page(of: log, selection, $0, limit: limit, pageBytes: limits.pageBytes) }
                    #expect(found == expected, "\(selection) \(direction), limit \(limit), page of \(limits.pageBytes), seed \(seed)")
                }
            }
        }
    }

    @Test func aSequenceOfPagesIsTheWholeLogInBothDirections() async throws {
        var factory = EventFactory(seed: seed)
        let store = MemoryEventStore()
        for _ in 0..<57 { try await store.append([factory.event()], to: factory.random.pick(factory.streams)) }
        for limit in [1, 10, 57, 1_000] {
            for direction in [ReadDirection.forward, .backward, .forward(after: 20), .backward(before: 20), .forward(after: 57)] {
                var events: [RecordedEvent] = []
                for try await page in store.pages(.all, direction, limit: limit) { events += page.events }
                let expected = try await Self.all(direction) { try await store.read(.all, $0, limit: 5) }
                #expect(events == expected, "limit \(limit), seed \(seed)")
            }
        }
        let error = await #expect(throws: FlxError.self) { for try await _ in store.pages(limit: 0) {} }
        #expect(error?.code == .invalidValue)
    }

    @Test func aSequenceOfPagesEndsWithItsTask() async throws {
        let store = MemoryEventStore()
        try await store.append((0..<9).map { _ in Event(type: "tick") }, to: "s")
        let reading = Task {
            while !Task.isCancelled { await Task.yield() }
            for try await _ in store.pages(limit: 1) {}
        }
        reading.cancel()
        let error = await #expect(throws: FlxError.self) { try await reading.value }
        #expect(error?.code == .cancelled)
    }

    /// The events of all pages.
    private static func all(_ direction: ReadDirection, _ read: (ReadDirection) async throws -> Page) async throws -> [RecordedEvent] {
        var (events, next) = ([RecordedEvent](), direction)
        while true {
            let page = try await read(next)
            events += page.events
            if page.isLast { return events }
            switch next {
            case .forward(let after):
                try #require(page.through > after)
                next = .forward(after: page.through)
            case .backward(let before):
                try #require(page.through < before)
                next = .backward(before: page.through)
            }
        }
    }

    private static let names = ["a", "ab", "b", "é", "e\u{301}", "e", "a%", "a_b", "\u{10FFFD}"]
    private static let values: [StateEntry.Value] =
        [.min, -1, 0, 7, .max].map { .number($0) } + ["", "a", "é", "e\u{301}", "z"].map { .text($0) }

    @Test func pagesOfRecords() async throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            var limits = StoreLimits.standard
            limits.pageBytes = random.pick([1, 40, 100, 16 << 20])
            let store = MemoryEventStore(limits: limits)
            let space = StateSpace("s", random.pick([.durable, .volatile]))
            var records: [StateKey: StateRecord] = [:]
            for _ in 0..<random.number(below: 30) {
                let key = StateKey(random.pick(Self.names) + (random.once(in: 2) ? random.pick(Self.names) : ""), in: space)
                let body: [UInt8] = Array(repeating: 1, count: random.number(below: 40))
                let entries = (0..<random.number(below: 5)).map { _ in
                    StateEntry(random.pick(["i", "é", "e\u{301}"]), random.pick(Self.values))
                }
                let edit: StateEdit = random.once(in: 5) ? .remove(key) : .put(StateRecord(key, number: 3, body: body, entries: entries))
                try await store.commit(StoreChange([edit]))
                records[key] = try await store.state(key)
            }
            for _ in 0..<60 {
                var query = random.stateQuery(space, Self.names, Self.values)
                let beside = try await store.state(query.keys)
                repeat {
                    let expected = try await store.state(query)
                    let page = StatePage(of: records.values, query, pageBytes: limits.pageBytes, beside: beside)
                    try #require(page == expected, "\(query), page of \(limits.pageBytes), seed \(seed)")
                    query.after = page.next
                } while query.after != nil
            }
        }
    }
}

extension SeededGenerator {
    fileprivate mutating func stateQuery(_ space: StateSpace, _ names: [String], _ values: [StateEntry.Value]) -> StateQuery {
        let (from, through) = (once(in: 2) ? pick(values) : nil, once(in: 2) ? pick(values) : nil)
        let range: StateQuery.Range = StateQuery.Range(pick(["i", "é", "e\u{301}", "none"]), from: from, through: through)
        let prefix = pick(["", "a", "a%", "é", "e", "\u{10FFFD}", "\0"])
        var query = once(in: 2) ? StateQuery(space, by: range) : StateQuery(space, prefix: prefix)
        (query.limit, query.isReversed, query.omitsBodies) = (pick([1, 2, 7, .max]), once(in: 2), once(in: 3))
        if once(in: 2) { query.after = StateQuery.Cursor(value: once(in: 2) ? pick(values) : nil, name: pick(names + [""])) }
        query.keys = once(in: 3) ? [StateKey("a", in: space)] : []
        return query
    }
}
