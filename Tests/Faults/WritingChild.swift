import FlxCore
import FlxSQLite
import Foundation

/// The process that is killed: eight writers append to one store and say on standard output what was acknowledged, as long as there is
/// somebody to kill them.
enum WritingChild {
    /// `write PATH SEED DURABILITY [early]`; with `early`, an append is said to be acknowledged before it is made: a planted fault.
    static func main(_ arguments: [String]) async {
        guard arguments.count >= 3, let seed = UInt64(arguments[1]) else { exit(64) }
        var configuration = SQLiteConfiguration(path: arguments[0])
        configuration.durability = ["full": .full, "relaxed": .relaxed, "off": .off][arguments[2]] ?? .full
        configuration.checkpointPages = 100
        let isEarly = arguments.contains("early")
        do {
            let store = try await SQLiteEventStore.open(configuration)
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
