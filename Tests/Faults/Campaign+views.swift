import ChildProcesses
import FlxCore
import FlxEvents
import FlxSQLite
import FlxTesting
import Foundation
import GRDB
import Logging

/// The sums of each account as documents, with an effect for each event.
private struct Sums: DocumentView {
    struct Document: Codable, Sendable { var events: Int64 = 0, sum: Int64 = 0 }
    static let name = "sums"
    static let selection = Selection.types("moved")

    func apply(_ recorded: RecordedEvent, to sums: inout ViewDraft<Document>) throws -> Bool {
        let (stream, amount) = try Movement.read(recorded)
        sums[stream, default: Document()].events += 1
        sums[stream, default: Document()].sum += amount
        if recorded.position.value % 10 == 0 { sums.append([try Event(type: "noted", data: .int(recorded.position.value))], to: "notes") }
        return true
    }
}

/// The same as rows of a table.
private struct SumRows: SQLView {
    static let name = "sum-rows"
    static let selection = Selection.types("moved")
    static let tables = ["sum_rows"]

    func create(_ tables: SQLTables) throws {
        try tables.execute("CREATE TABLE \(tables["sum_rows"])(account TEXT PRIMARY KEY, events INTEGER, sum INTEGER) WITHOUT ROWID")
    }

    func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool {
        let (stream, amount) = try Movement.read(recorded)
        try tables.execute(
            """
            INSERT INTO \(tables["sum_rows"]) VALUES(?1, 1, ?2)
            ON CONFLICT(account) DO UPDATE SET events = events + 1, sum = sum + excluded.sum
            """, [stream, amount])
        return true
    }
}

private enum Movement {
    static func event(_ amount: Int64) -> Event {
        Event(type: "moved", payload: Payload(unchecked: Array(#"{"amount":\#(amount)}"#.utf8), form: .json, contentType: nil))
    }

    static func read(_ recorded: RecordedEvent) throws -> (stream: String, amount: Int64) {
        guard let stream = recorded.event.stream, let amount = try EventValue(json: recorded.event.payload.bytes)["amount"]?.int else {
            throw Broken("an event that nobody wrote: \(recorded.event)")
        }
        return (stream.description, Int64(amount))
    }

    /// Appends a number of events, many at a time.
    static func fill(_ store: SQLiteEventStore, _ count: Int, accounts: Int, _ random: inout SeededGenerator) async throws {
        var left = count
        while left > 0 {
            let part = min(left, 1_000)
            let writes = (0..<part).map { _ in
                StreamWrite([event(Int64(random.number(below: 1_000)))], to: "account-\(random.number(below: accounts))")
            }
            _ = try await store.append(writes, unless: nil)
            left -= part
        }
    }
}

/// The process that is killed while it feeds or rebuilds views and others write.
enum ViewChild {
    /// `project PATH rebuild|follow WRITES-A-SECOND`
    static func main(_ arguments: [String]) async {
        guard arguments.count == 3, let pace = Int(arguments[2]) else { exit(64) }
        do {
            let store = try await SQLiteEventStore.open(.init(path: arguments[0]))
            let runners = [ViewRunner(Sums(), in: store), ViewRunner(try store.tables(SumRows()))]
            say("begun")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for runner in runners {
                    group.addTask { try await runner.follow() }
                    guard arguments[1] == "rebuild" else { continue }
                    group.addTask { while true { try await runner.rebuild() } }
                }
                group.addTask { try await write(store, pace) }
                try await group.waitForAll()
            }
        } catch {
            say("failed: \(error)")
            exit(3)
        }
    }

    private static func write(_ store: SQLiteEventStore, _ pace: Int) async throws {
        var random = SeededGenerator(seed: SeededGenerator.freshSeed())
        while true {
            try await Movement.fill(store, max(1, pace / 100), accounts: 50, &random)
            try await ContinuousClock().sleep(for: .milliseconds(10))
        }
    }
}

extension Campaign {
    /// `kill -9` of a process that feeds two views while events come: each event is in each view exactly once.
    static let views = Campaign(name: "views") { terms in
        let cycles = terms.count(full: 300, short: 12)
        var random = terms.random
        let path = "\(terms.folder)/views.db"
        for _ in 0..<cycles {
            let child = try ChildProcess(role: ["project", path, "follow", "3000"])
            try await child.work(microseconds: random.number(below: 300_000))
            let rest = try await child.crash()
            try require(!rest.contains("failed"), "a view failed: \(rest)")
            try await withSQLiteEventStore(.init(path: path)) { try await expectExact($0, caughtUp: false) }
        }
        let events = try await withSQLiteEventStore(.init(path: path)) { store in
            try await catchUp(store)
            return try await expectExact(store, caughtUp: true)
        }
        return "\(cycles) kills, \(events) events, each of them once in both views, and every tenth with its effect"
    }

    /// A rebuild of a large view under live writes, killed again and again: it goes on, and equals a fresh one.
    static let rebuilds = Campaign(name: "rebuilds") { terms in
        let (events, kills) = (terms.count(full: 1_000_000, short: 30_000), terms.count(full: 20, short: 4))
        var (random, resumed, pace) = (terms.random, 0, "")
        let path = "\(terms.folder)/rebuilds.db"
        try await withSQLiteEventStore(.init(path: path)) { store in
            try await Movement.fill(store, events, accounts: 10_000, &random)
            pace = "\(try await rate(events, ViewRunner(Sums(), in: store))) events/s into documents, "
            pace += "\(try await rate(events, ViewRunner(try store.tables(SumRows())))) into a table"
        }
        for _ in 0..<kills {
            let child = try ChildProcess(role: ["project", path, "rebuild", "1000"])
            try await child.work(microseconds: random.number(in: 100_000...900_000))
            let rest = try await child.crash()
            try require(!rest.contains("failed"), "a rebuild failed: \(rest)")
            try await withSQLiteEventStore(.init(path: path)) { store in
                resumed += try await store.generations(of: nil).count { $0.role == .building && $0.checkpoint > .start }
                try await expectExact(store, caughtUp: false)
            }
        }
        try require(resumed > 0, "no kill fell into a rebuild")
        let total = try await withSQLiteEventStore(.init(path: path)) { store in
            for runner in [ViewRunner(Sums(), in: store), ViewRunner(try store.tables(SumRows()))] {
                try await runner.rebuild(comparing: .requireEqual)
                try await runner.catchUp()
            }
            let left = try await store.generations(of: nil)
            try require(left.count == 2 && left.allSatisfy { $0.role == .current }, "builds are left over: \(left)")
            return try await expectExact(store, caughtUp: true)
        }
        return "\(kills) kills, \(resumed) of them within a rebuild of \(total) events under live writes: equal to a fresh one; \(pace)"
    }

    /// All snapshots are corrupted, one way or another: every state is the same.
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

    /// Events a second of a view that catches up.
    private static func rate(_ events: Int, _ runner: ViewRunner) async throws -> Int {
        let start = ContinuousClock.now
        try await runner.catchUp()
        return Int(Double(events) / ((ContinuousClock.now - start) / .seconds(1)))
    }

    private static func catchUp(_ store: SQLiteEventStore) async throws {
        try await ViewRunner(Sums(), in: store).catchUp()
        try await ViewRunner(try store.tables(SumRows())).catchUp()
    }

    /// Compares both views with the log up to their checkpoints, and the effects of the one with its events.
    @discardableResult
    private static func expectExact(_ store: SQLiteEventStore, caughtUp: Bool) async throws -> Int64 {
        let current = try await store.generations(of: nil).filter { $0.role == .current }
        let documents = current.first { $0.view == Sums.name }
        let rows = current.first { $0.view == SumRows.name }
        var (byDocuments, byRows): ([String: [Int64]], [String: [Int64]]) = ([:], [:])
        var (through, total, effects, noted) = (Position.start, Int64(0), [Int64](), [Int64]())
        while true {
            let page = try await store.read(.all, .forward(after: through), limit: 5_000)
            for recorded in page.events {
                if recorded.event.type == "noted" {
                    noted.append(Int64(try EventValue(json: recorded.event.payload.bytes).int ?? -1))
                    continue
                }
                let (stream, amount) = try Movement.read(recorded)
                total += 1
                func add(_ sums: inout [String: [Int64]]) {
                    let before = sums[stream] ?? [0, 0]
                    sums[stream] = [before[0] + 1, before[1] + amount]
                }
                if let documents, recorded.position <= documents.checkpoint {
                    add(&byDocuments)
                    if recorded.position.value % 10 == 0 { effects.append(recorded.position.value) }
                }
                if let rows, recorded.position <= rows.checkpoint { add(&byRows) }
            }
            through = page.through
            if page.isLast { break }
        }
        try require(noted == effects, "effects at \(noted.count) places instead of \(effects.count)")
        if let documents {
            try require(!caughtUp || documents.handled == total, "\(documents.handled) of \(total) events in the documents")
            var (query, found): (ViewQuery, [String: [Int64]]) = (.all(), [:])
            while true {
                let page = try await store.documents(query, of: .generation(documents.id))
                for document in page.documents {
                    let sums = try EventDecoder().decode(Sums.Document.self, from: document.body)
                    found[document.key] = [sums.events, sums.sum]
                }
                guard let next = page.next else { break }
                query.after = next
            }
            try require(found == byDocuments, "the documents are not the sums of the events up to \(documents.checkpoint)")
        }
        if let rows {
            try require(!caughtUp || rows.handled == total, "\(rows.handled) of \(total) events in the table")
            let found = try await store.query { database in
                var found: [String: [Int64]] = [:]
                for row in try Row.fetchAll(database, sql: "SELECT account, events, sum FROM sum_rows") { found[row[0]] = [row[1], row[2]] }
                return found
            }
            try require(found == byRows, "the rows are not the sums of the events up to \(rows.checkpoint)")
        }
        try require(!caughtUp || documents != nil && rows != nil, "a view is missing")
        return total
    }
}

/// What an account has been through; the order of its events counts.
private struct Purse: Aggregate, Codable, Equatable {
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
