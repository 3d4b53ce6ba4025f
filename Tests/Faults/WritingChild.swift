import FlxCore
import FlxSQLite
import Foundation

/// The process to be killed. Eight writers append to one store and print each acknowledged append, until the process is
/// killed.
enum WritingChild {
    /// The number of pages for a checkpoint of the log in a brief process.
    static let briefPages = 20

    /// `write PATH SEED DURABILITY [early|brief|hoards]`. With `early`, a planted fault, an append is reported as
    /// acknowledged before it is made. With `brief`, the process kills itself after one append of one writer. With
    /// `hoards`, it does the same and never copies its log, which is a planted fault too.
    static func main(_ arguments: [String]) async {
        guard arguments.count >= 3, let seed = UInt64(arguments[1]) else { exit(64) }
        var configuration = SQLiteConfiguration(path: arguments[0])
        configuration.durability = ["full": .full, "relaxed": .relaxed, "off": .off][arguments[2]] ?? .full
        let (isEarly, hoards) = (arguments.contains("early"), arguments.contains("hoards"))
        let isBrief = hoards || arguments.contains("brief")
        configuration.checkpointPages = hoards ? 1_000_000 : isBrief ? briefPages : 100
        do {
            let store = try await SQLiteEventStore.open(configuration)
            if isBrief {
                let number = try await Ledger.lastNumber(store, 0) + 1
                _ = try await store.append(Batch(seed: seed, writer: 0, number: number).writes, unless: nil)
                say("0 \(number)")
                kill(getpid(), SIGKILL)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<Batch.writers {
                    group.addTask { try await write(store, writer, seed: seed, isEarly: isEarly) }
                }
                try await group.waitForAll()
            }
        } catch {
            say("failed: \(error)")
            exit(3)
        }
    }

    private static func write(_ store: SQLiteEventStore, _ writer: Int, seed: UInt64, isEarly: Bool) async throws {
        var number = try await Ledger.lastNumber(store, writer)
        let parent = getppid()
        while getppid() == parent {
            number += 1
            let batch = Batch(seed: seed, writer: writer, number: number)
            if isEarly { say("\(writer) \(number)") }
            _ = try await store.append(batch.writes, unless: nil)
            if !isEarly { say("\(writer) \(number)") }
        }
    }
}
