import FlxCore
import FlxEvents
import FlxSQLite
import FlxTesting
import Logging

extension Campaign {
    /// Corruption of all snapshots in several ways. Every state must stay the same.
    static let snapshots = Campaign(name: "snapshots") { terms in
        var random = terms.random
        let (events, aggregates) = (terms.count(full: 200_000, short: 4_000), terms.count(full: 2_000, short: 100))
        return try await withSQLiteEventStore(.init(path: "\(terms.folder)/snapshots.db")) { store in
            try await Movement.fill(store, events, accounts: aggregates, &random)
            func states(_ settings: Snapshots?) async throws -> [Purse] {
                let repository = if let settings { try Repository<Purse>(on: store, snapshots: settings) } else {
                    try Repository<Purse>(on: store)
                }
                var states: [Purse] = []
                for number in 0..<aggregates { states.append(try await repository.load("\(number)").state) }
                return states
            }
            let silent = Logger(label: "flx.snapshots") { _ in SwiftLogNoOpLogHandler() }
            let settings = Snapshots(in: store, when: .every(10), logger: silent)
            let expected = try await states(nil)
            try require(try await states(settings) == expected, "folding with snapshots to be made")
            var count = 0
            for round in 0..<4 {
                var last: String?
                while true {
                    let page = try await store.snapshots(prefix: "", after: last, limit: 500)
                    guard let end = page.last else { break }
                    last = end.name
                    for summary in page {
                        guard var snapshot = try await store.snapshot(summary.name), !snapshot.state.isEmpty else { continue }
                        let index = random.number(below: snapshot.state.count)
                        switch round {
                        case 0: snapshot.state[index] ^= 1 << UInt8(random.number(below: 8))
                        case 1: snapshot.state = Array(snapshot.state.prefix(index))
                        case 2: snapshot.checksum &+= 1
                        default: snapshot.state = (0..<64).map { _ in UInt8(random.number(below: 256)) }
                        }
                        try await store.save(snapshot)
                        count += 1
                    }
                }
                try require(try await states(settings) == expected, "round \(round): a state changed")
            }
            _ = try await store.dropSnapshots(prefix: "")
            try require(try await states(settings) == expected, "without snapshots a state changed")
            return "\(count) snapshots of \(aggregates) aggregates corrupted, then all dropped: the same states"
        }
    }
}

/// The history of an account. The order of its events matters.
struct Purse: Aggregate, Codable, Equatable {
    struct Moved: DomainEvent, Codable {
        static let eventType: EventType = "moved"
        let amount: Int64
    }

    static let name = "account"
    static let events: [any DomainEvent.Type] = [Moved.self]
    private(set) var hash: Int64 = 7

    mutating func evolve(_ event: any DomainEvent) {
        if let event = event as? Moved { hash = hash &* 31 &+ event.amount }
    }

    func decide(_ amount: Int64) throws -> [any DomainEvent] { [Moved(amount: amount)] }
}
