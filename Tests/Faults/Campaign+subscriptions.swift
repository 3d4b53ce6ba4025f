import ChildProcesses
import FlxCore
import FlxEvents
import FlxSQLite
import FlxTesting
import Foundation
import Logging
import Synchronization

extension Campaign {
    /// `kill -9` at every step of a subscription; poisoned events and hanging handlers; a lease owner returning late.
    static let subscriptions = Campaign(name: "subscriptions") { terms in
        let kills = try await SubscriptionKills(terms: terms).run(terms.count(full: 300, short: 12))
        let plant = try? await SubscriptionKills(terms: terms, plant: ["ahead"]).run(20)
        try require(plant == nil, "a handler that forgets events went unnoticed in 20 kills")
        let poison = try await poison(terms)
        let stale = try await staleOwners(terms)
        return [kills, "a handler that forgets was seen", poison, stale].joined(separator: "; ")
    }

    /// One poisoned event in a thousand, and some events with a hanging handler. Exactly these must be parked.
    private static func poison(_ terms: Terms) async throws -> String {
        let count = terms.count(full: 100_000, short: 5_000)
        var figures: [String] = []
        for parking in [SubscriptionPolicy.Parking.keyGoesOn, .keyWaits] {
            let path = "\(terms.folder)/poison-\(figures.count).db"
            let result = try await withSQLiteEventStore(.init(path: path)) { store in
                try await Order.fill(store, count)
                return try await PoisonRun(store: store, count: count, parking: parking).run()
            }
            figures.append(result)
        }
        return figures.joined(separator: ", ")
    }

    /// An owner pauses for two minutes of the store's clock, while another owner takes over, and then tries to write.
    private static func staleOwners(_ terms: Terms) async throws -> String {
        let clock = ManualClock()
        var configuration = SQLiteConfiguration(path: "\(terms.folder)/leases.db")
        configuration.clock = clock.events
        var accepted = 0
        try await withSQLiteEventStore(configuration) { store in
            for round in 1...100 {
                let old = try await store.acquireLease("campaign", owner: "old-\(round)", for: .seconds(30))
                guard let old else { throw Broken("round \(round): the lease is not free") }
                try await store.setCheckpoint("reader", to: try Position(Int64(2 * round - 1)), under: old)
                clock.advance(by: .seconds(120))
                guard let new = try await store.acquireLease("campaign", owner: "new-\(round)", for: .seconds(30)) else {
                    throw Broken("round \(round): nobody could take over")
                }
                try await store.setCheckpoint("reader", to: try Position(Int64(2 * round)), under: new)
                let writes = [StreamWrite([Event(type: "stale")], to: "flx-parked-campaign")]
                if (try? await store.append(writes, unless: nil, under: old)) != nil { accepted += 1 }
                if (try? await store.setCheckpoint("reader", to: 1, under: old)) != nil { accepted += 1 }
                let kept = try await store.checkpoint("reader")?.value
                try require(kept == Int64(2 * round), "round \(round): the checkpoint is \(kept ?? -1)")
                try await store.releaseLease(new)
            }
            try require(try await store.lastPosition() == .start, "a stale owner appended")
        }
        try require(accepted == 0, "\(accepted) stale writes were accepted")
        return "0 of 100 stale parkings and 0 of 100 stale checkpoints accepted"
    }
}

/// One log for a sequence of processes. Each process is killed at a mark.
private struct SubscriptionKills {
    /// The number of events in a log.
    private static let count = 600

    let terms: Terms
    var plant: [String] = []

    func run(_ kills: Int) async throws -> String {
        var (random, killed, logs, repeats) = (terms.random, 0, 0, 0)
        var counts = MarkCounts(MarkedStore.marks.map(\.name))
        while killed < kills {
            logs += 1
            let path = "\(terms.folder)/subscriptions-\(plant.count)-\(logs).db"
            try await withSQLiteEventStore(.init(path: path)) { try await Order.fill($0, Self.count) }
            let before = killed
            var isDone = false
            while !isDone {
                // After enough kills, the last log is processed to its end.
                let name = counts.next
                let most = MarkedStore.marks.first { $0.name == name }?.most ?? 1
                let mark = killed < kills ? "\(name):\(random.number(in: 1...most))" : "none:1"
                let child = try ChildProcess(role: ["subscribe", path, path + ".journal", mark, "\(Self.count)"] + plant)
                let words = try await child.end().output
                try require(!words.contains("failed"), words)
                let audit = try await audit(path)
                isDone = audit.isDone
                // A process killed at its very last step also leaves no work.
                let wasKilled = words.contains(Marks.words(name))
                try require(wasKilled || isDone, "a process ended by itself before its work was done")
                if wasKilled { killed += 1; counts.add(name) }
                // Fewer than three pages of twenty events are in progress.
                let bound = 60 * (killed - before)
                try require(audit.repeats <= bound, "\(audit.repeats) events came again after \(killed - before) kills")
                if isDone { repeats += audit.repeats }
            }
        }
        if plant.isEmpty { try counts.requireAll() }
        return "\(counts.text) in \(logs) logs of \(Self.count): no checkpoint ahead, none skipped, \(repeats) handled again"
    }

    /// Compares the checkpoint with the journal.
    private func audit(_ path: String) async throws -> (isDone: Bool, repeats: Int) {
        let journal = (try? String(contentsOfFile: path + ".journal", encoding: .utf8)) ?? ""
        let lines = journal.split(separator: "\n").compactMap { Int($0) }
        let handled = Set(lines)
        return try await withSQLiteEventStore(.init(path: path)) { store in
            let name = SubscribingChild.subscription { _ in }.checkpointName
            let checkpoint = Int(try await store.checkpoint(name)?.value ?? 0)
            let parking = try ParkingPlace(of: SubscribingChild.name, in: store)
            let parked = Set(try await parking.events(limit: .max).map { Int($0.position.value) })
            for number in 1...max(1, min(checkpoint, Self.count)) where checkpoint > 0 {
                try require(handled.contains(number) || parked.contains(number), "checkpoint \(checkpoint) is ahead of \(number)")
            }
            try checkOrder(lines)
            return (checkpoint >= Self.count, lines.count - handled.count)
        }
    }

    /// Checks the order of each key's events. After a crash the order restarts further back, but skips nothing.
    private func checkOrder(_ lines: [Int]) throws {
        var last: [Int: Int] = [:]
        for number in lines {
            let key = number % 13
            let next = last[key].map { $0 + 13 } ?? (key == 0 ? 13 : key)
            try require(number <= next, "key \(key): \(number) was handled where \(next) was to come")
            last[key] = number
        }
    }
}

/// A log with poisoned events, processed once.
private struct PoisonRun {
    let store: SQLiteEventStore
    let count: Int
    let parking: SubscriptionPolicy.Parking

    private func isPoisoned(_ number: Int) -> Bool { number % 1_000 == 500 }
    private func hangs(_ number: Int) -> Bool { number % 2_500 == 1_251 }

    func run() async throws -> String {
        var policy = SubscriptionPolicy()
        policy.parallelism = 4
        policy.retry = .immediate(attempts: 2)
        policy.parking = parking
        policy.deadline = .milliseconds(250)
        let seen = Seen()
        let subscription = Subscription("poison", to: .prefix("order-"), policy: policy) { recorded in
            let number = try Order.number(of: recorded)
            if isPoisoned(number) { throw Broken("poisoned \(number)") }
            if hangs(number) { try await ContinuousClock().sleep(for: .seconds(3_600)) }
            seen.add(number)
        }
        let runner = try SubscriptionRunner(subscription, on: store, logger: .init(label: "campaign") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runner.run() }
            while try await runner.status().checkpoint.value < count { try await ContinuousClock().sleep(for: .milliseconds(20)) }
            group.cancelAll()
        }
        let place = runner.parking
        let parked = Set(try await place.events(limit: .max).map { Int($0.position.value) })
        let bad = Set((1...count).filter { isPoisoned($0) || hangs($0) })
        var expected = bad
        if parking == .keyWaits {
            let first = Dictionary(grouping: bad) { $0 % 13 }.compactMapValues { $0.min() }
            expected = Set((1...count).filter { number in first[number % 13].map { number >= $0 } ?? false })
        }
        try require(parked == expected, "\(parked.symmetricDifference(expected).sorted().prefix(5)) are parked and should not be, or not")
        let handled = seen.numbers
        try require(Set(handled).union(parked).count == count, "some events were neither handled nor parked")
        for (key, numbers) in Dictionary(grouping: handled, by: { $0 % 13 }) {
            try require(numbers == numbers.sorted(), "key \(key) is out of order")
        }
        let behind = parking == .keyWaits ? ", and \(parked.count - bad.intersection(parked).count) behind them in order" : ""
        return "\(bad.intersection(parked).count) bad of \(count) parked\(behind)"
    }
}

/// The numbers seen by a handler, in order.
private final class Seen: Sendable {
    private let state = Mutex<[Int]>([])

    var numbers: [Int] { state.withLock(\.self) }

    func add(_ number: Int) { state.withLock { $0.append(number) } }
}
