import ChildProcesses
import FlxSQLite
import FlxTesting
import Foundation

extension Campaign {
    /// `kill -9` of a process with eight writers, at random moments, repeated on one store.
    static let kills = Campaign(name: "kills") { terms in
        let cycles = terms.count(full: 500, short: 15)
        let sum = try await killCycles(cycles, terms, plant: [])
        try require(sum.lost == 0, "\(sum.lost) acknowledged appends are lost")
        let lives = terms.count(full: 400, short: 30)
        // Four times the pages, and what one append puts on top.
        let bound = 4 * WritingChild.briefPages * 4_200 + 100_000
        let log = try await largestLog(lives, terms, plant: "brief")
        try require(log <= bound, "\(lives) processes that were killed after one append left a log of \(log) bytes")
        let hoard = try await largestLog(lives, terms, plant: "hoards")
        try require(hoard > bound, "a log that is never copied went unnoticed at \(hoard) bytes")
        return """
            \(cycles) kills, \(sum.acknowledged) appends acknowledged, \(sum.events) events, none lost, twice or in part; the log of \
            \(lives) processes killed after one append had at most \(log / 1_000) KB, and one that is never copied was seen
            """
    }

    /// Returns the maximum size of a store's write-ahead log in bytes, if every process is killed after one append.
    private static func largestLog(_ lives: Int, _ terms: Terms, plant: String) async throws -> Int {
        let path = "\(terms.folder)/\(plant).db"
        var (ledger, largest) = (Ledger(seed: terms.seed), 0)
        for _ in 0..<lives {
            let ending = try await ChildProcess(role: ["write", path, "\(terms.seed)", "full", plant]).end()
            try require(ending.status == -SIGKILL, "a writer ended with \(ending.status): \(ending.output)\(ending.errors)")
            ledger.note(ending.output)
            largest = max(largest, try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int ?? 0)
        }
        try await withSQLiteEventStore(.init(path: path)) { store in
            try require(try await ledger.audit(store).lost == 0 && ledger.acknowledged[0] == lives, "an append is lost")
        }
        return largest
    }

    struct Sum {
        var lost = 0
        var acknowledged = 0
        var events = 0
    }

    /// - Parameter plant: The planted fault for the children.
    static func killCycles(_ cycles: Int, _ terms: Terms, plant: [String]) async throws -> Sum {
        var (random, sum) = (terms.random, Sum())
        var ledger = Ledger(seed: terms.seed)
        for cycle in 0..<cycles {
            // Use a new file from time to time: the audit reads the whole file.
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
