import ChildProcesses
import FlxSQLite
import FlxTesting

extension Campaign {
    /// `kill -9` of a process with eight writers, at random moments, again and again on one store.
    static let kills = Campaign(name: "kills") { terms in
        let cycles = terms.count(full: 500, short: 15)
        let sum = try await killCycles(cycles, terms, plant: [])
        try require(sum.lost == 0, "\(sum.lost) acknowledged appends are lost")
        return "\(cycles) kills, \(sum.acknowledged) appends acknowledged, \(sum.events) events, none lost, twice or in part"
    }

    struct Sum {
        var lost = 0
        var acknowledged = 0
        var events = 0
    }

    /// - Parameter plant: What the children are told to do wrong.
    static func killCycles(_ cycles: Int, _ terms: Terms, plant: [String]) async throws -> Sum {
        var (random, sum) = (terms.random, Sum())
        var ledger = Ledger(seed: terms.seed)
        for cycle in 0..<cycles {
            // A fresh file now and then: the audit reads all of it.
            let path = "\(terms.folder)/kills-\(cycle / 20).db"
            if cycle % 20 == 0 { ledger = Ledger(seed: terms.seed) }
            let before = ledger.acknowledged.reduce(0, +)
            let child = try ChildProcess(role: ["write", path, "\(terms.seed)", "full"] + plant)
            try await child.work(microseconds: random.number(below: 60_000))
            ledger.note(try await child.crash())
            sum.acknowledged += ledger.acknowledged.reduce(0, +) - before
            try await withSQLiteEventStore(.init(path: path)) { store in
                let audit = try await ledger.audit(store)
                sum.lost += audit.lost
                if cycle % 20 == 19 || cycle == cycles - 1 { sum.events += audit.events }
                try await ledger.restart(store)
            }
        }
        try require(sum.acknowledged > cycles, "the children hardly wrote: \(sum.acknowledged) appends in \(cycles) runs")
        return sum
    }
}
