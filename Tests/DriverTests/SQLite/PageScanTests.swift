import FlxCore
import FlxTesting
import Testing

@testable import FlxSQLite

/// Pages that end early because enough was looked at: they skip nothing, and each comes further.
@Suite struct PageScanTests {
    @Test func aPageThatEndsEarlySkipsNothing() async throws {
        let (folder, seed) = (try Folder(), SeededGenerator.freshSeed())
        var random = SeededGenerator(seed: seed)
        let (tags, types): ([FlxCore.Tag], [EventType]) = (["a", "b", "c", "d", "e"], ["x", "y", "z"])
        let log = try await withSQLiteEventStore(.init(path: folder.store)) { store in
            for stream in (0..<400).map({ _ in random.pick(["s-1", "s-2", "t", "flx-s"] as [StreamName]) }) {
                let event = Event(type: random.pick(types), tags: tags.filter { _ in random.once(in: 3) })
                try await store.append([event], to: stream)
            }
            return try await store.read(.everything, .forward, limit: 1_000).events
        }
        try Connection.with(folder.store, isReadOnly: true) { handle throws(FlxError) in
            var reader = try Reader(handle)
            for _ in 1...120 {
                let criteria = (0..<random.number(in: 1...4)).map { _ in
                    Query.Criterion(
                        types: types.filter { _ in random.once(in: 3) }, tags: tags.filter { _ in random.once(in: 3) })
                }
                let scope = random.pick([.all, .everything, .stream("s-1"), .prefix("s-")] as [Selection.Scope])
                let selection = Selection(scope, Query(criteria: criteria))
                let expected = log.filter(selection.matches)
                let (most, isForward) = (random.number(in: 1...30), random.once(in: 2))
                let found = try all(selection, isForward: isForward, most, &reader)
                #expect(found == (isForward ? expected : expected.reversed()), "\(selection), \(most) candidates, seed \(seed)")
            }
        }
    }

    private func all(
        _ selection: Selection, isForward: Bool, _ most: Int, _ reader: inout Reader
    ) throws(FlxError) -> [RecordedEvent] {
        var (events, through) = ([RecordedEvent](), isForward ? Position.start : .end)
        while true {
            let direction = isForward ? ReadDirection.forward(after: through) : .backward(before: through)
            let page = try reader.withTransaction { reader throws(FlxError) in
                var scan = PageScan(selection, direction, limit: 7, pageBytes: .max, log: try reader.end(), mostCandidates: most)
                return try scan.run(&reader)
            }
            events += page.events
            if page.isLast { return events }
            guard isForward ? page.through > through : page.through < through else {
                throw FlxError(.corrupt, "\(selection): a page that comes no further than \(through)")
            }
            through = page.through
        }
    }
}
