@testable import FlxEvents
import FlxCore
import FlxTesting
import Testing

/// Folds the numbers of its selection in their order, from a start.
private struct Chain: Projection, Codable, Equatable {
    static let name = "chain"
    var hash = 17

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        hash = hash &* 31 &+ (try recorded.event.decode(as: Counted.self)).number
        return true
    }
}

/// The same as an aggregate.
private struct Link: Aggregate, Codable {
    static let name = "link"
    static let events: [any DomainEvent.Type] = [Counted.self]
    var hash = 17

    mutating func evolve(_ event: any DomainEvent) {
        if let event = event as? Counted { hash = hash &* 31 &+ event.number }
    }

    func decide(_ command: Int) -> [any DomainEvent] { [Counted(number: command)] }
}

/// Deleting all snapshots changes no result.
@Suite struct SnapshotTruthTests {
    let clock = ManualClock()
    let cache = MemoryEventStore()
    let log: MemoryEventStore
    let stream: StreamName = "link-a"

    init() { log = MemoryEventStore(clock: clock.events) }

    /// The first events of a log, as a restored log has them.
    private func restored(_ log: MemoryEventStore, events: Int) async throws -> MemoryEventStore {
        let (restored, now) = (MemoryEventStore(clock: clock.events), clock.time)
        for recorded in try await log.read(.all, .forward, limit: events).events {
            clock.set(recorded.recordedTime)
            try await restored.append([recorded.event], to: recorded.event.stream ?? stream)
        }
        clock.set(now)
        return restored
    }

    private func fill(_ numbers: ClosedRange<Int>, in store: MemoryEventStore? = nil, to stream: StreamName? = nil) async throws {
        for number in numbers {
            clock.advance(by: .milliseconds(1))
            try await (store ?? log).append([try Event(Counted(number: number))], to: stream ?? self.stream)
        }
    }

    private func chain(_ store: MemoryEventStore, when rule: Snapshots.Rule = .every(1), from initial: Chain = Chain())
        -> ProjectionRunner<Chain> {
        ProjectionRunner(initial, over: store, selection: .prefix("link-"), pageSize: 3, snapshots: Snapshots(in: cache, when: rule))
    }

    private func link(_ store: MemoryEventStore) async throws -> Int {
        try await Repository<Link>(on: store, snapshots: Snapshots(in: cache, when: .every(1))).load("a").state.hash
    }

    @Test func aReplayOfAPartLeavesNoSnapshot() async throws {
        try await fill(1...10)
        let runner = chain(log)
        try await runner.replay(from: 7)
        let part = runner.state
        try await fill(11...12)
        try await runner.catchUp()
        #expect(try await cache.snapshots(prefix: "", after: nil, limit: 9).isEmpty, "nor what goes on from a part")
        let next = chain(log)
        try await next.catchUp()
        let whole = try await log.state(of: Chain())
        #expect(next.state == whole && part != whole)
        try await runner.replay()
        #expect(try await cache.snapshots(prefix: "", after: nil, limit: 9).map(\.position) == [12])
    }

    @Test func noSnapshotLeadsFurtherThanTheEndThatIsAskedFor() async throws {
        try await fill(1...10)
        try await chain(log).catchUp()
        for end in [ReplayEnd.position(4), .version(4)] {
            let runner = chain(log)
            try await runner.catchUp(to: end)
            let then = try await log.state(of: Chain(), upTo: end)
            #expect(runner.state == then, "\(end)")
        }
    }

    @Test func aSnapshotOfAnotherLogIsNotUsed() async throws {
        try await fill(1...9)
        try await chain(log).catchUp()
        _ = try await link(log)
        let other = MemoryEventStore()
        try await fill(101...109, in: other)
        let runner = chain(other)
        try await runner.catchUp()
        let (state, folded) = (try await other.state(of: Chain()), try await link(other))
        #expect(runner.state == state && folded == state.hash)
    }

    @Test func eventsWithTheSameIDsInAnotherLogAreOthers() async throws {
        for (store, number) in [(log, 1), (MemoryEventStore(clock: clock.events), 2)] {
            clock.advance(by: .seconds(1))
            try await store.append([try Event(Counted(number: number))], to: stream)
            var again = try Event(Counted(number: 3))
            again.id = try EventID("derived")
            try await store.append([again], to: stream)
            let runner = chain(store)
            try await runner.catchUp()
            let (state, folded) = (try await store.state(of: Chain()), try await link(store))
            #expect(runner.state == state && folded == state.hash)
        }
    }

    @Test func aSnapshotDoesNotHideWhatARestoredLogHasBehindItsLastEvent() async throws {
        try await fill(1...1)
        try await fill(2...5, to: "elsewhere")
        let runner = chain(log)
        try await runner.catchUp()
        #expect(runner.checkpoint == 5)
        let other = try await restored(log, events: 2)
        try await fill(6...9, in: other)
        let next = chain(other)
        try await next.catchUp()
        let folded = try await other.state(of: Chain(), in: .prefix("link-"))
        #expect(next.state == folded)
    }

    @Test func aSnapshotThatBeganWithOtherValuesIsNotUsed() async throws {
        try await fill(1...3)
        try await chain(log).catchUp()
        let other = chain(log, from: Chain(hash: 5))
        try await other.catchUp()
        let folded = try await log.state(of: Chain(hash: 5))
        #expect(other.state == folded)
    }

    @Test func aSnapshotOfAnOlderFormIsNotUsed() async throws {
        try await fill(1...3)
        try await chain(log).catchUp()
        let name = try #require(try await cache.snapshots(prefix: "", after: nil, limit: 1).first).name
        let record = try #require(try await cache.state([StateKey(name, in: .snapshots)])[0])
        // Five stamps, and another state behind them.
        let body = record.body[..<40] + Array(#"{"hash":1}"#.utf8)
        try await cache.commit(StoreChange([.put(StateRecord(record.key, number: record.number, body: Array(body)))]))
        let runner = chain(log)
        try await runner.catchUp()
        let folded = try await log.state(of: Chain())
        #expect(runner.state == folded)
    }

    @Test func whateverBecomesOfTheLogSnapshotsInAStoreOfTheirOwnChangeNothing() async throws {
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed: seed)
        var log = log
        for round in 0..<150 {
            if random.once(in: 3) {
                // It is restored to a point before its end, and goes on.
                let last = try await log.lastPosition().value
                log = try await restored(log, events: random.number(in: 1...Int(last + 1)))
            }
            for _ in 0..<random.number(in: 1...6) {
                let number = random.number(below: 1_000)
                try await fill(number...number, in: log, to: random.once(in: 3) ? "elsewhere" : stream)
            }
            switch random.number(below: 4) {
            case 0: try await chain(log).replay(from: try Position(Int64(random.number(below: 9))))
            case 1: try await chain(log).catchUp(to: .position(try Position(Int64(random.number(below: 9)))))
            case 2:
                let repository = try Repository<Link>(on: log, snapshots: Snapshots(in: cache, when: .every(1)))
                try await repository.execute(random.number(below: 9), on: "a")
            default: break
            }
            let runner = chain(log, when: random.once(in: 2) ? .every(1) : .every(7))
            try await runner.catchUp()
            let state = try await log.state(of: Chain(), in: .prefix("link-"))
            let loaded = try await link(log)
            #expect(runner.state == state, "round \(round), seed \(seed)")
            #expect(loaded == state.hash, "round \(round), seed \(seed)")
        }
    }
}
