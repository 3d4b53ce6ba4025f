import FlxCore
import FlxTesting
import Foundation
import Synchronization
import Testing

@testable import FlxSQLite

/// A damaged write-ahead log costs no commit without a word: all but the last one, which nothing tells from an unfinished one.
@Suite struct WriteAheadLogTests {
    private let store: CrashedStore

    init() throws {
        store = try CrashedStore()
    }

    private var path: String { store.path }

    @Test func `a sound one is read, cut off anywhere`() async throws {
        let (database, log) = try await store.crashed(12)
        for _ in 0..<2 {
            try store.lay(database, log)
            #expect(try await store.last(.readOnly(path: path)) == 12)
            #expect(try await store.last(.init(path: path)) == 12)
        }
        var positions: Set<Int64> = []
        for length in stride(from: 0, through: log.count, by: 1_999) {
            try store.lay(database, Array(log[..<length]))
            #expect(WriteAheadLog.rest(beside: path) == .nothing)
            positions.insert(try #require(try await store.last(.init(path: path))))
        }
        #expect(positions.count > 6)
    }

    @Test(arguments: [false, true])
    func `one damaged byte costs the last commit alone, or the store is refused`(_ isNew: Bool) async throws {
        let (database, log) = try await store.crashed(12, isNew: isNew)
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
                try store.lay(database, damaged)
                let last = try await store.last(configuration)
                #expect(last ?? 12 >= 11, "byte \(place), seed \(seed)")
                if last == nil { refused += 1 }
            }
        }
        #expect(refused > 50)
    }

    @Test func `damaged blocks are found, and a refusal changes nothing`() async throws {
        let (database, log) = try await store.crashed(40)
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<30 {
            var damaged = log
            let start = Int.random(in: 0..<log.count / 2, using: &random) / 512 * 512
            for place in start..<start + 4_096 { damaged[place] = UInt8.random(in: 0...255, using: &random) }
            try store.lay(database, damaged)
            #expect(try await store.last(.readOnly(path: path)) == nil, "at \(start), seed \(seed)")
            #expect(try await store.last(.init(path: path)) == nil, "at \(start), seed \(seed)")
            #expect(try Array(store.contents(path + "-wal")) == damaged && store.contents(path) == database)
        }
    }

    @Test func `a repair says what is lost, and a dry run keeps it`() async throws {
        let (database, log) = try await store.crashed(12)
        var damaged = log
        damaged[32 + 30 * 4_120 + 100] ^= 0xFF
        try store.lay(database, damaged)
        let told = try await SQLiteEventStore.repair(path, isDryRun: true)
        #expect(told.mended.first?.contains("commits behind a damaged place of the write-ahead log are lost") == true)
        #expect(try Array(store.contents(path + "-wal")) == damaged)
        #expect(try await store.last(.init(path: path)) == nil)

        let done = try await SQLiteEventStore.repair(path, expecting: told)
        #expect(done == told && done.faults.isEmpty)
        let events = try #require(try await store.last(.init(path: path)))
        #expect(events > 0 && events < 12 && events == done.events)
        #expect(try await SQLiteEventStore.repair(path).mended.isEmpty)

        let (empty, first) = try await CrashedStore().crashed(12, isNew: true)
        damaged = first
        damaged[32 + 3 * 4_120 + 100] ^= 0xFF
        try store.lay(empty, damaged)
        let error = await #expect(throws: FlxError.self) { try await SQLiteEventStore.repair(path) }
        #expect(error?.code == .corrupt && error?.message.contains("before the first commit") == true)
        #expect(try Array(store.contents(path + "-wal")) == damaged)
    }

    @Test func `a repair says where a reader keeps the damaged end of the log in place`() async throws {
        let (database, log) = try await store.crashed(12)
        var damaged = log
        damaged[32 + 30 * 4_120 + 100] ^= 0xFF
        try store.lay(database, damaged)
        let reader = Mutex<Database?>(nil)
        let report = try await SQLiteEventStore.repair(path) { [path] _ in
            reader.withLock { reader in
                guard reader == nil else { return }
                reader = Database(path)
                reader?.run("BEGIN; SELECT count(*) FROM events")
            }
        }
        #expect(report.faults.count == 1 && report.faults.first?.message.contains("repair again") == true, "\(report)")
        reader.withLock { $0 = nil }
        #expect(try await SQLiteEventStore.repair(path).faults.isEmpty)
        #expect(try await store.last(.readOnly(path: path)) == report.events)
    }

    /// After a loss of power, a log whose commits are not flushed may look like a damaged one.
    @Test func `with relaxed durability the writer goes on, and leaves nothing that looks like damage`() async throws {
        let (database, log) = try await store.crashed(12)
        var torn = log
        torn[32 + 3 * 4_120 + 100] ^= 0xFF
        try store.lay(database, torn)
        #expect(try await store.last(.init(path: path)) == nil)
        let kept = try #require(try await store.last(store.relaxed))
        #expect(kept < 12)
        try store.lay(database, torn)
        try await withSQLiteEventStore(store.relaxed) { open in
            try await open.append([Event(type: "step", payload: try .json(["number": 1] as EventValue))], to: "s-1")
            let crashed = (try store.contents(path), Array(try store.contents(path + "-wal")))
            #expect(WriteAheadLog.rest(beside: path) == .nothing)
            try store.lay(crashed.0, crashed.1)
        }
        #expect(try await store.last(.init(path: path)) == kept + 1)
    }

    /// The pages of the last commit reach the disk in any order.
    @Test func `a last commit that was not finished is none`() async throws {
        let (database, log) = try await withSQLiteEventStore(.init(path: store.original)) { open in
            try await open.append([Event(type: "step", payload: try .json(["number": 1] as EventValue))], to: "s-1")
            let text = String(repeating: "x", count: 40_000)
            try await open.append([Event(type: "step", payload: try .json(["text": .string(text)] as EventValue))], to: "s-1")
            return (try store.contents(store.original), Array(try store.contents(store.original + "-wal")))
        }
        var torn = log
        let frames = (log.count - 32) / 4_120
        for place in (32 + (frames - 6) * 4_120)..<(32 + (frames - 5) * 4_120) { torn[place] = 0 }
        for _ in 0..<2 {
            try store.lay(database, torn)
            #expect(WriteAheadLog.rest(beside: path) == .remains)
            #expect(try await store.last(.readOnly(path: path)) == 1)
            #expect(try await store.last(.init(path: path)) == 1)
        }
    }
}
