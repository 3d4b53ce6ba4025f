import ChildProcesses
import FlxSQLite
import FlxTesting
import Foundation

extension Campaign {
    /// Power cuts during eight writers. Data not yet flushed to the medium is lost.
    static let powerCuts = Campaign(name: "power") { terms in
        guard try await LoopDisk.isPossible else { return LoopDisk.leftOut }
        let cycles = terms.count(full: 200, short: 4)
        let sum = try await cutCycles(cycles, terms, durability: "full")
        try require(sum.lost == 0, "\(sum.lost) acknowledged appends are lost")
        return "\(cycles) cuts, \(sum.acknowledged) appends acknowledged, none lost, twice or in part"
    }

    /// - Returns: The losses. A store that cannot be read again counts as one loss.
    static func cutCycles(_ cycles: Int, _ terms: Terms, durability: String) async throws -> Sum {
        try await withLoopDisk(in: terms.folder) { disk in
            var (random, sum, generation) = (terms.random, Sum(), 0)
            var ledger = Ledger(seed: terms.seed)
            func beginAnew() {
                for suffix in ["", "-wal", "-shm", ".lock"] {
                    try? FileManager.default.removeItem(atPath: "\(disk.folder)/store-\(generation).db\(suffix)")
                }
                generation += 1
                ledger = Ledger(seed: terms.seed)
            }
            for cycle in 0..<cycles {
                if cycle % 10 == 9 { beginAnew() }
                let path = "\(disk.folder)/store-\(generation).db"
                let before = ledger.acknowledged.reduce(0, +)
                let child = try ChildProcess(role: ["write", path, "\(terms.seed)", durability])
                try await child.work(microseconds: random.number(below: 150_000))
                // Output after the cut does not count, because a machine without power prints nothing. Here a flush may
                // still be running at the cut, and return as if it had succeeded.
                ledger.note(child.output)
                try disk.cutPower()
                _ = try await child.crash()
                sum.acknowledged += ledger.acknowledged.reduce(0, +) - before
                try await disk.restart()
                do {
                    try await withSQLiteEventStore(.init(path: path)) { store in
                        sum.lost += try await ledger.audit(store).lost
                        try await ledger.restart(store)
                    }
                } catch where durability == "off" {
                    sum.lost += 1
                    beginAnew()
                }
            }
            return sum
        }
    }
}
