@testable import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// An account whose state depends on the order of its events, so that a state that is wrong anywhere stays wrong.
private struct Account: Aggregate, Codable, Equatable {
    enum Command { case move(Int) }

    static let name = "account"
    static let events: [any DomainEvent.Type] = [Counted.self]
    private(set) var moves = 0
    private(set) var hash = 17

    mutating func evolve(_ event: any DomainEvent) {
        guard let event = event as? Counted else { return }
        moves += 1
        hash = hash &* 31 &+ event.number
    }

    func decide(_ command: Command) throws -> [any DomainEvent] {
        guard case .move(let number) = command else { return [] }
        return [Counted(number: number)]
    }
}

/// The same by another version of the fold.
private struct Mirrored: Aggregate, Codable {
    typealias Command = Int
    static let name = Account.name
    static let events = Account.events
    static let reducerVersion = 2
    private(set) var moves = 0
    private(set) var hash = 17

    mutating func evolve(_ event: any DomainEvent) { moves -= 1 }
    func decide(_ command: Int) throws -> [any DomainEvent] { [] }
}

/// Folds as ``Account`` does, over all streams.
private struct Total: Projection, Codable, Equatable {
    static let name = "total"
    private(set) var hash = 17

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        hash = hash &* 31 &+ (try recorded.event.decode(as: Counted.self)).number
        return true
    }
}

@Suite struct SnapshotTests {
    let store = MemoryEventStore()

    @Test func aSnapshotIsUsedAndTheRestIsRead() async throws {
        let repository = try Repository<Account>(on: store, snapshots: Snapshots(in: store, when: .every(10)))
        for number in 1...25 { try await repository.execute(.move(number), on: "a") }
        let kept = try #require(try await store.snapshot("aggregate:account-a"))
        #expect(kept.version == 20)
        let ledger = Ledger(store)
        let loaded = try await Repository<Account>(on: ledger, snapshots: Snapshots(in: store, when: .every(10))).load("a")
        #expect(loaded.state.moves == 25)
        #expect(loaded.version == 25)
        #expect(ledger.book.withLock(\.events) == 6, "the last event of the snapshot, and those after it")
    }

    @Test func whateverHappensToSnapshotsNoStateChanges() async throws {
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed: seed)
        let rules: [Snapshots.Rule] = [.every(1), .every(7), .after(.zero), .costing(.zero), .every(50).or(.after(.seconds(1)))]
        var model: [String: (moves: Int, hash: Int)] = [:]
        for round in 0..<120 {
            let settings = Snapshots(in: store, when: rules[random.number(below: rules.count)])
            let repository = try Repository<Account>(on: store, snapshots: settings)
            for _ in 0..<random.number(in: 1...20) {
                let (id, number) = ("\(random.number(below: 4))", random.number(below: 1_000))
                try await repository.execute(.move(number), on: id)
                let before = model[id] ?? (0, 17)
                model[id] = (before.moves + 1, before.hash &* 31 &+ number)
            }
            try await damage(&random)
            for (id, expected) in model {
                let loaded = try await Repository<Account>(on: store, snapshots: settings).load(id)
                #expect(loaded.state.moves == expected.moves && loaded.state.hash == expected.hash, "round \(round), seed \(seed)")
            }
            let total = ProjectionRunner(Total(), over: store, pageSize: random.number(in: 1...50), snapshots: settings)
            try await total.catchUp()
            #expect(try await store.state(of: Total()) == total.state, "round \(round), seed \(seed)")
        }
    }

    /// Drops, corrupts or misplaces snapshots, or leaves them alone.
    private func damage(_ random: inout SeededGenerator) async throws {
        switch random.number(below: 6) {
        case 0: _ = try await store.dropSnapshots(prefix: "")
        case 1, 2:
            for summary in try await store.snapshots(prefix: "", after: nil, limit: 99) {
                guard var snapshot = try await store.snapshot(summary.name), !snapshot.state.isEmpty else { continue }
                if random.once(in: 2) {
                    snapshot.state[random.number(below: snapshot.state.count)] ^= 1 << UInt8(random.number(below: 8))
                } else {
                    snapshot.checksum ^= 1 << UInt64(random.number(below: 64))
                }
                try await store.save(snapshot)
            }
        case 3:
            // A sound snapshot of another log, further on than this one.
            guard let found = try await store.snapshot("aggregate:account-0") else { return }
            try await store.save(Snapshot(
                name: found.name, position: Position(found.position.value + 1_000_000), version: found.version,
                fingerprint: found.fingerprint, reducer: found.reducer, time: found.time, state: found.state))
        case 4:
            // A sound snapshot of another aggregate under this one's name.
            guard let one = try await store.snapshot("aggregate:account-0"),
                let other = try await store.snapshot("aggregate:account-1")
            else { return }
            try await store.save(Snapshot(
                name: one.name, position: other.position, version: other.version, fingerprint: other.fingerprint, reducer: other.reducer,
                time: other.time, state: other.state))
        default: break
        }
    }

    /// What Swift calls a private type has an address in it: after a restart no snapshot would fit.
    @Test func theShapeOfAPrivateTypeIsTheSameInEachProcess() {
        let (given, name) = (String(reflecting: Account.self), String(decoding: StateShape.name(of: Account.self), as: UTF8.self))
        #expect(given.contains("$") && !name.contains("$") && name.hasSuffix(".Account") && name.count > "()Account".count)
        let plain = String(decoding: StateShape.name(of: [String: Int?].self), as: UTF8.self)
        #expect(plain == String(reflecting: [String: Int?].self))
    }

    @Test func aSnapshotOfAnotherFoldIsNotUsed() async throws {
        let settings = Snapshots(in: store, when: .every(1))
        try await Repository<Account>(on: store, snapshots: settings).execute(.move(3), on: "a")
        #expect(try await Repository<Mirrored>(on: store, snapshots: settings).load("a").state.moves == -1)
    }

    @Test func rulesDecideByCountAgeAndCost() {
        func facts(_ events: Int64, _ age: Duration?, _ cost: Duration) -> Snapshots.Facts {
            Snapshots.Facts(events: events, age: age, cost: cost)
        }
        let rows: [(Snapshots.Rule, Snapshots.Facts, Bool)] = [
            (.every(3), facts(2, nil, .zero), false), (.every(3), facts(3, nil, .zero), true),
            (.after(.seconds(5)), facts(1, nil, .zero), true), (.after(.seconds(5)), facts(1, .seconds(4), .zero), false),
            (.after(.seconds(5)), facts(1, .seconds(5), .zero), true),
            (.costing(.milliseconds(2)), facts(9, nil, .milliseconds(1)), false),
            (.costing(.milliseconds(2)), facts(1, nil, .milliseconds(2)), true),
            (.every(3).or(.costing(.milliseconds(2))), facts(3, nil, .zero), true),
        ]
        for (index, row) in rows.enumerated() { #expect(row.0.holds(for: row.1) == row.2, "row \(index)") }
    }

    @Test func anAggregateIsSeenAsItWas() async throws {
        let repository = try Repository<Account>(on: store)
        for number in 1...5 { try await repository.execute(.move(number), on: "a") }
        #expect(try await repository.load("a", asOf: .version(2)).state.moves == 2)
        #expect(try await repository.load("a", asOf: .position(4)).state.moves == 4)
        #expect(try await repository.load("a", asOf: .time(Timestamp(nanoseconds: 0))).state.moves == 0)
        #expect(try await repository.load("a").state.moves == 5)
    }
}
