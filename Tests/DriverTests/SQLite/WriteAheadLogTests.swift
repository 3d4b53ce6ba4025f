import FlxCore
import FlxTesting
import Foundation
import Testing

@testable import FlxSQLite

/// A damaged write-ahead log costs no commit without a word: all but the last one, which nothing tells from an unfinished one.
@Suite struct WriteAheadLogTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private var path: String { folder.file("crashed.db") }

    /// The files of a store as a crash leaves them, after a number of commits, some of which have more than one page.
    /// - Parameter isNew: Whether the first commit, which makes the tables, is still in the log.
    private func crashed(_ commits: Int, isNew: Bool = false) async throws -> (database: Data, log: [UInt8]) {
        var random = SeededGenerator(seed: 1)
        if !isNew { try await SQLiteEventStore.open(.init(path: folder.store)).close() }
        return try await withSQLiteEventStore(.init(path: folder.store)) { store in
            for number in 0..<commits {
                let text = String(repeating: "x", count: Int.random(in: 0..<10, using: &random) == 0 ? 20_000 : 10)
                let data: EventValue = ["number": .int(Int64(number)), "text": .string(text)]
                try await store.append([Event(type: "step", payload: try .json(data))], to: "s-1")
            }
            return (try contents(folder.store), Array(try contents(folder.store + "-wal")))
        }
    }

    private func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    private func lay(_ database: Data, _ log: [UInt8]) throws {
        for suffix in Sidecars.suffixes { try? FileManager.default.removeItem(atPath: path + suffix) }
        try database.write(to: URL(fileURLWithPath: path))
        try Data(log).write(to: URL(fileURLWithPath: path + "-wal"))
    }

    /// The last position, opened in a way; nil where the store is refused as damaged.
    private func last(_ configuration: SQLiteConfiguration) async throws -> Int64? {
        do {
            return try await withSQLiteEventStore(configuration) { try await $0.lastPosition().value }
        } catch let error as FlxError where error.code == .corrupt {
            return nil
        }
    }

    private var relaxed: SQLiteConfiguration {
        var configuration = SQLiteConfiguration(path: path)
        configuration.durability = .relaxed
        return configuration
    }

    @Test func `a sound one is read, cut off anywhere`() async throws {
        let (database, log) = try await crashed(12)
        for _ in 0..<2 {
            try lay(database, log)
            #expect(try await last(.readOnly(path: path)) == 12)
            #expect(try await last(.init(path: path)) == 12)
        }
        var positions: Set<Int64> = []
        for length in stride(from: 0, through: log.count, by: 1_999) {
            try lay(database, Array(log[..<length]))
            #expect(WriteAheadLog.rest(beside: path) == .nothing)
            positions.insert(try #require(try await last(.init(path: path))))
        }
        #expect(positions.count > 6)
    }

    @Test(arguments: [false, true])
    func `one damaged byte costs the last commit alone, or the store is refused`(_ isNew: Bool) async throws {
        let (database, log) = try await crashed(12, isNew: isNew)
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed: seed)
        var refused = 0
        for round in 0..<120 {
            // The head of the log and of its frames more often than their share.
            let frame = 32 + Int.random(in: 0..<(log.count - 32) / 4_120, using: &random) * 4_120
            let place =
                switch round % 4 {
                case 0: Int.random(in: 0..<32, using: &random)
                case 1: frame + Int.random(in: 0..<24, using: &random)
                default: Int.random(in: 0..<log.count, using: &random)
                }
            var damaged = log
            damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            for configuration in [SQLiteConfiguration.readOnly(path: path), .init(path: path)] {
                try lay(database, damaged)
                let last = try await last(configuration)
                #expect(last ?? 12 >= 11, "byte \(place), seed \(seed)")
                if last == nil { refused += 1 }
            }
        }
        #expect(refused > 50)
    }

    @Test func `damaged blocks are found, and a refusal changes nothing`() async throws {
        let (database, log) = try await crashed(40)
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<30 {
            var damaged = log
            let start = Int.random(in: 0..<log.count / 2, using: &random) / 512 * 512
            for place in start..<start + 4_096 { damaged[place] = UInt8.random(in: 0...255, using: &random) }
            try lay(database, damaged)
            #expect(try await last(.readOnly(path: path)) == nil, "at \(start), seed \(seed)")
            #expect(try await last(.init(path: path)) == nil, "at \(start), seed \(seed)")
            #expect(try Array(contents(path + "-wal")) == damaged && contents(path) == database)
        }
    }

    @Test func `a repair says what is lost, and a dry run keeps it`() async throws {
        let (database, log) = try await crashed(12)
        var damaged = log
        damaged[32 + 30 * 4_120 + 100] ^= 0xFF
        try lay(database, damaged)
        let told = try await SQLiteEventStore.repair(path, isDryRun: true)
        #expect(told.mended.first?.contains("commits behind a damaged place of the write-ahead log are lost") == true)
        #expect(try Array(contents(path + "-wal")) == damaged)
        #expect(try await last(.init(path: path)) == nil)

        let done = try await SQLiteEventStore.repair(path, expecting: told)
        #expect(done == told && done.faults.isEmpty)
        let events = try #require(try await last(.init(path: path)))
        #expect(events > 0 && events < 12 && events == done.events)
        #expect(try await SQLiteEventStore.repair(path).mended.isEmpty)

        let (empty, first) = try await WriteAheadLogTests().crashed(12, isNew: true)
        damaged = first
        damaged[32 + 3 * 4_120 + 100] ^= 0xFF
        try lay(empty, damaged)
        let error = await #expect(throws: FlxError.self) { try await SQLiteEventStore.repair(path) }
        #expect(error?.code == .corrupt && error?.message.contains("before the first commit") == true)
        #expect(try Array(contents(path + "-wal")) == damaged)
    }

    /// After a loss of power, a log whose commits are not flushed may look like a damaged one.
    @Test func `with relaxed durability the writer goes on, and leaves nothing that looks like damage`() async throws {
        let (database, log) = try await crashed(12)
        var torn = log
        torn[32 + 3 * 4_120 + 100] ^= 0xFF
        try lay(database, torn)
        #expect(try await last(.init(path: path)) == nil)
        let kept = try #require(try await last(relaxed))
        #expect(kept < 12)
        try lay(database, torn)
        try await withSQLiteEventStore(relaxed) { store in
            try await store.append([Event(type: "step", payload: try .json(["number": 1] as EventValue))], to: "s-1")
            let crashed = (try contents(path), Array(try contents(path + "-wal")))
            #expect(WriteAheadLog.rest(beside: path) == .nothing)
            try lay(crashed.0, crashed.1)
        }
        #expect(try await last(.init(path: path)) == kept + 1)
    }

    /// The pages of the last commit reach the disk in any order.
    @Test func `a last commit that was not finished is none`() async throws {
        let (database, log) = try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append([Event(type: "step", payload: try .json(["number": 1] as EventValue))], to: "s-1")
            let text = String(repeating: "x", count: 40_000)
            try await store.append([Event(type: "step", payload: try .json(["text": .string(text)] as EventValue))], to: "s-1")
            return (try contents(folder.store), Array(try contents(folder.store + "-wal")))
        }
        var torn = log
        let frames = (log.count - 32) / 4_120
        for place in (32 + (frames - 6) * 4_120)..<(32 + (frames - 5) * 4_120) { torn[place] = 0 }
        for _ in 0..<2 {
            try lay(database, torn)
            #expect(WriteAheadLog.rest(beside: path) == .remains)
            #expect(try await last(.readOnly(path: path)) == 1)
            #expect(try await last(.init(path: path)) == 1)
        }
    }
}
