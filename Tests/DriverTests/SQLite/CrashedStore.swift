import FlxCore
import FlxTesting
import Foundation

@testable import FlxSQLite

/// A store as a crash leaves it, with the last commits in its write-ahead log.
struct CrashedStore {
    let folder: Folder

    init() throws {
        folder = try Folder()
    }

    /// The store that is written to before the crash.
    var original: String { folder.store }

    /// The place of its files after the crash.
    var path: String { folder.file("crashed.db") }

    var relaxed: SQLiteConfiguration {
        var configuration = SQLiteConfiguration(path: path)
        configuration.durability = .relaxed
        return configuration
    }

    /// The files after a number of commits, some of which have more than one page.
    /// - Parameters:
    ///   - isNew: Whether the first commit, which makes the tables, is still in the log.
    ///   - pageSize: The size of the pages, if it is another one than that of new files.
    func crashed(_ commits: Int, isNew: Bool = false, pageSize: Int? = nil) async throws -> (database: Data, log: [UInt8]) {
        var random = SeededGenerator(seed: 1)
        if !isNew { try await SQLiteEventStore.open(.init(path: original)).close() }
        if let pageSize {
            Database(original).run(
                "PRAGMA journal_mode = DELETE; PRAGMA page_size = \(pageSize); VACUUM; PRAGMA journal_mode = WAL")
        }
        return try await withSQLiteEventStore(.init(path: original)) { store in
            for number in 0..<commits {
                let text = String(repeating: "x", count: Int.random(in: 0..<10, using: &random) == 0 ? 20_000 : 10)
                let data: EventValue = ["number": .int(Int64(number)), "text": .string(text)]
                try await store.append([Event(type: "step", payload: try .json(data))], to: "s-1")
            }
            return (try contents(original), Array(try contents(original + "-wal")))
        }
    }

    func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    /// Puts files in their place.
    func lay(_ database: Data, _ log: [UInt8]) throws {
        for suffix in Sidecars.suffixes { try? FileManager.default.removeItem(atPath: path + suffix) }
        try database.write(to: URL(fileURLWithPath: path))
        try Data(log).write(to: URL(fileURLWithPath: path + "-wal"))
    }

    /// The last position, opened in a way; nil where the store is refused as damaged.
    func last(_ configuration: SQLiteConfiguration) async throws -> Int64? {
        do {
            return try await withSQLiteEventStore(configuration) { try await $0.lastPosition().value }
        } catch let error as FlxError where error.code == .corrupt {
            return nil
        }
    }
}
