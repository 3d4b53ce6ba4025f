import FlxEvents
import FlxSQLite
import Foundation

/// The files of the stores that are measured.
enum StoreFiles {
    /// Opens a new, empty store.
    static func fresh(_ path: String, durability: SQLiteConfiguration.Durability = .full) async throws -> SQLiteEventStore {
        remove(path)
        return try await open(path, durability: durability)
    }

    static func open(_ path: String, durability: SQLiteConfiguration.Durability = .full) async throws -> SQLiteEventStore {
        var configuration = SQLiteConfiguration(path: path)
        configuration.durability = durability
        return try await SQLiteEventStore.open(configuration)
    }

    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", ".lock"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }

    /// The bytes that a store takes, its write-ahead log included.
    static func bytes(_ path: String) throws -> Int {
        try ["", "-wal"].reduce(0) { sum, suffix in
            guard FileManager.default.fileExists(atPath: path + suffix) else { return sum }
            return sum + (try FileManager.default.attributesOfItem(atPath: path + suffix)[.size] as? Int ?? 0)
        }
    }

    /// A store of orders: ten events in each stream, all of them with the tag of their order.
    static func fill(_ path: String, events: Int) async throws {
        let maker = try OrderMaker()
        let store = try await fresh(path, durability: .relaxed)
        for start in stride(from: 0, to: events, by: 1_000) {
            let writes = try stride(from: start, to: min(start + 1_000, events), by: 10).map { first in
                let name = OrderMaker.stream(first / 10)
                return StreamWrite(
                    try (0..<10).map { _ in try maker.event(in: name, tags: [Tag("order:" + name)]) }, to: try StreamName(name))
            }
            _ = try await store.append(writes, unless: nil)
        }
        await store.close()
    }
}
