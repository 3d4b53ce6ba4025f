import FlxCore
import FlxSQLite
import FlxTesting
import Testing

/// Selections that are answered in unusual ways: many lists, many streams, and more candidates than one page looks at.
@Suite struct SelectionTests {
    @Test func largeSelectionsFindWhatSmallOnesDo() async throws {
        let folder = try Folder()
        let seed = SeededGenerator.freshSeed()
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            var factory = EventFactory(seed: seed)
            factory.streams = (1...300).map { "s\($0 % 2)-\($0)" }
            factory.tags = (1...200).map { "t-\($0)" }
            factory.types = (1...150).map { EventType(stringLiteral: "type-\($0)") }
            for _ in 1...30 {
                let events = factory.events(100).map { event in
                    var event = event
                    event.tags = Array(event.tags.prefix(5))
                    return event
                }
                _ = try await store.append(events.map { StreamWrite([$0], to: $0.stream ?? "none") }, unless: nil)
            }
            let log = try await all(.all, .forward, store)
            #expect(log.count == 3_000)
            let many = Query(criteria: factory.tags.map { .init(tags: [$0]) })
            let types = Array(factory.types.prefix(100))
            let selections: [Selection] = [
                .prefix("s1-"), .prefix("s1-1"), .prefix("s1-11"), .prefix("none-"), Selection(.all, many), Selection(.prefix("s0"), many),
                Selection(.all, Query(criteria: [.init(types: types)])),
                Selection(.prefix("s1"), Query(criteria: [.init(types: types, tags: ["t-3"]), .init(types: types, tags: ["t-4"])])),
                Selection(.stream("s1-7"), many, since: log[500].event.time), Selection(.all, until: log[20].event.time),
            ]
            for selection in selections {
                let expected = log.filter(selection.matches)
                #expect(try await all(selection, .forward, store) == expected, "\(selection), seed \(seed)")
                #expect(try await all(selection, .backward, store) == expected.reversed(), "\(selection) backward, seed \(seed)")
            }
        }
    }

    @Test func systemStreamsAreNotAmongManyStreamsOfAPrefix() async throws {
        let folder = try Folder()
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let names = try (1...300).map { try StreamName($0 % 3 == 0 ? "flx-\($0)" : "f-\($0)") }
            _ = try await store.append(names.map { StreamWrite([Event(type: "t", tags: ["x"])], to: $0) }, unless: nil)
            let counts: [(Selection, Int)] = [
                (.prefix("f"), 200), (.all, 200), (.tags("x"), 200), (.everything, 300), (.prefix("flx-"), 100),
            ]
            for (selection, count) in counts {
                let found = try await all(selection, .forward, store)
                #expect(found.count == count && found.allSatisfy(selection.matches), "\(selection)")
                #expect(try await all(selection, .backward, store) == found.reversed(), "\(selection)")
            }
        }
    }

    @Test func aPageEndsWhenEnoughWasLookedAt() async throws {
        let folder = try Folder()
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            for part in 0..<5 {
                let events = (0..<9_000).map { index in
                    Event(
                        type: "order.placed", time: Timestamp(nanoseconds: Int64(part * 9_000 + index)),
                        tags: index % 2 == 0 ? ["even", "left"] : ["odd", "right"])
                }
                try await store.append(events, to: "order-1")
            }
            let last = Selection(.all, since: Timestamp(nanoseconds: 44_999))
            let first = try await store.read(last, .forward, limit: 10)
            #expect(first.events.isEmpty && !first.isLast && first.through == 20_000)
            #expect(try await all(last, .forward, store).map(\.position) == [45_000])
            #expect(try await all(last, .backward, store).map(\.position) == [45_000])
            // Two long lists that never meet.
            let nothing = try await store.read(.tags("even", "odd"), .forward, limit: 10)
            #expect(nothing.events.isEmpty && !nothing.isLast && nothing.through > 10_000)
            #expect(try await all(.tags("even", "odd"), .forward, store).isEmpty)
            #expect(try await all(.tags("even", "odd"), .backward, store).isEmpty)
            // Two such pairs: the first leaves the second its share.
            let pairs = Selection(.all, Query(criteria: [.init(tags: ["even", "odd"]), .init(tags: ["left", "right"])]))
            let pair = try await store.read(pairs, .forward, limit: 10)
            #expect(pair.events.isEmpty && !pair.isLast && pair.through > 10_000)
            #expect(try await all(pairs, .backward, store).isEmpty)
            await #expect(throws: Never.self) {
                let boundary = Boundary(.events(tagged: "even", "odd"), after: 0)
                try await store.append([Event(type: "order.paid")], to: "order-2", unless: boundary)
            }
        }
    }

    private func all(_ selection: Selection, _ direction: ReadDirection, _ store: SQLiteEventStore) async throws -> [RecordedEvent] {
        var (events, direction) = ([RecordedEvent](), direction)
        while true {
            let page = try await store.read(selection, direction, limit: 500)
            events += page.events
            if page.isLast { return events }
            switch direction {
            case .forward: direction = .forward(after: page.through)
            case .backward: direction = .backward(before: page.through)
            }
        }
    }
}
