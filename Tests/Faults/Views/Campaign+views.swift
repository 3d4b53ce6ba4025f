import ChildProcesses
import FlxEvents
import FlxSQLite
import FlxTesting

extension Campaign {
    /// `kill -9` of a process that feeds two views while events are written. Each view must contain each event exactly
    /// once.
    static let views = Campaign(name: "views") { terms in
        let cycles = terms.count(full: 300, short: 12)
        var random = terms.random
        let path = "\(terms.folder)/views.db"
        for _ in 0..<cycles {
            let child = try ChildProcess(role: ["project", path, "follow", "3000"])
            try await child.work(microseconds: random.number(below: 300_000))
            let rest = try await child.crash()
            try require(!rest.contains("failed"), "a view failed: \(rest)")
            try await withSQLiteEventStore(.init(path: path)) { try await ViewAudit.expectExact($0, caughtUp: false) }
        }
        let events = try await withSQLiteEventStore(.init(path: path)) { store in
            try await ViewAudit.catchUp(store)
            return try await ViewAudit.expectExact(store, caughtUp: true)
        }
        return "\(cycles) kills, \(events) events, each of them once in both views, and every tenth with its effect"
    }

    /// A rebuild of a large view during writes, killed repeatedly. It must continue, and equal a new view.
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
                try await ViewAudit.expectExact(store, caughtUp: false)
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
            return try await ViewAudit.expectExact(store, caughtUp: true)
        }
        return "\(kills) kills, \(resumed) of them within a rebuild of \(total) events under live writes: equal to a fresh one; \(pace)"
    }

    /// Returns the number of events per second of a view that catches up.
    private static func rate(_ events: Int, _ runner: ViewRunner) async throws -> Int {
        let start = ContinuousClock.now
        try await runner.catchUp()
        return Int(Double(events) / ((ContinuousClock.now - start) / .seconds(1)))
    }
}
