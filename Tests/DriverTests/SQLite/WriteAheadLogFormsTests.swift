import ChildProcesses
import FlxCore
import FlxTesting
import Foundation
import Testing

@testable import FlxSQLite

/// Write-ahead logs of every form, and what stands around them: a damaged one is told, and a sound one is never called damaged.
@Suite struct WriteAheadLogFormsTests {
    private let store: CrashedStore

    init() throws {
        store = try CrashedStore()
    }

    private var path: String { store.path }

    /// The sums of a log of another order of bytes, from SQLite's description of the format.
    private func reversed(_ log: [UInt8], _ pageBytes: Int) -> [UInt8] {
        var log = log
        log[3] ^= 1
        var sum = (UInt32(0), UInt32(0))
        func number(_ place: Int) -> UInt32 {
            let bytes = log[place..<place + 4]
            return (log[3] & 1 == 1 ? Array(bytes) : bytes.reversed()).reduce(0) { $0 << 8 | UInt32($1) }
        }
        func add(_ places: Range<Int>) {
            for place in stride(from: places.lowerBound, to: places.upperBound, by: 8) {
                sum.0 &+= number(place) &+ sum.1
                sum.1 &+= number(place + 4) &+ sum.0
            }
        }
        func put(_ place: Int) {
            for (index, value) in [sum.0, sum.1].enumerated() {
                for byte in 0..<4 { log[place + 4 * index + byte] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * byte)) }
            }
        }
        add(0..<24)
        put(24)
        for frame in stride(from: 32, to: log.count, by: 24 + pageBytes) {
            add(frame..<frame + 8)
            add(frame + 24..<frame + 24 + pageBytes)
            put(frame + 16)
        }
        return log
    }

    @Test(arguments: [512, 1_024, 4_096, 65_536], [false, true])
    func `each size of pages and order of bytes`(_ pageSize: Int, _ isReversed: Bool) async throws {
        let (database, given) = try await store.crashed(12, pageSize: pageSize)
        let log = isReversed ? reversed(given, pageSize) : given
        let frame = 24 + pageSize
        let frames = (log.count - 32) / frame
        #expect((log.count - 32) % frame == 0 && frames >= 24)
        try store.lay(database, log)
        #expect(WriteAheadLog.rest(beside: path) == .nothing)
        #expect(try await store.last(.readOnly(path: path)) == 12)
        // In the head, and in the head and the page of an early frame.
        for place in [9, 17, 28, 32 + frame + 1, 32 + frame + 12, 32 + frame + 18, 32 + frame + 24 + pageSize / 2] {
            var damaged = log
            damaged[place] ^= 4
            try store.lay(database, damaged)
            #expect(try await store.last(.readOnly(path: path)) == nil, "byte \(place)")
            #expect(try await store.last(.init(path: path)) == nil, "byte \(place)")
        }
        // Cut off within any frame it is one with fewer commits.
        for number in stride(from: 0, to: frames, by: 5) {
            try store.lay(database, Array(log[..<(32 + number * frame + Int.random(in: 1..<frame))]))
            #expect(WriteAheadLog.rest(beside: path) == .nothing)
            #expect(try await store.last(.init(path: path)) != nil)
        }
    }

    @Test func `one that began anew has frames of earlier commits behind its own`() async throws {
        var configuration = SQLiteConfiguration(path: store.original)
        configuration.checkpointPages = 64
        let (database, log, count) = try await withSQLiteEventStore(configuration) { open in
            var (first, count) = ([UInt8](), Int64(0))
            while true {
                count += 1
                try await open.append([Event(type: "step", payload: try .json(["number": .int(count)] as EventValue))], to: "s-1")
                let log = Array(try store.contents(store.original + "-wal"))
                if first.isEmpty { first = Array(log[16..<24]) }
                // Some commits after it began anew.
                if Array(log[16..<24]) != first, (0..<8).allSatisfy({ log[32 + $0 * 4_120 + 11] == log[19] }) {
                    return (try store.contents(store.original), log, count)
                }
            }
        }
        #expect(log.count > 32 + 20 * 4_120)
        try store.lay(database, log)
        #expect(WriteAheadLog.rest(beside: path) == .nothing)
        #expect(try await store.last(.readOnly(path: path)) == count)
        // Torn in its last commit, or damaged before it.
        let frames = (0..<(log.count - 32) / 4_120).count { log[32 + $0 * 4_120 + 11] == log[19] }
        var torn = log
        torn[32 + (frames - 1) * 4_120 + 100] ^= 1
        try store.lay(database, torn)
        #expect(WriteAheadLog.rest(beside: path) == .remains)
        #expect(try await store.last(.init(path: path)) == count - 1)
        var damaged = log
        damaged[32 + 100] ^= 1
        try store.lay(database, damaged)
        #expect(try await store.last(.readOnly(path: path)) == nil)
    }

    /// The sectors of the last commit reach the medium in any order. The head of a log that begins anew is flushed before its frames.
    @Test(arguments: [16, 2_000]) func `a loss of power in the last commit is never called damage`(_ checkpointPages: Int) async throws {
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed: seed)
        var configuration = SQLiteConfiguration(path: store.original)
        configuration.checkpointPages = checkpointPages
        var states: [(database: Data, before: [UInt8], after: [UInt8])] = []
        try await withSQLiteEventStore(configuration) { open in
            for number in 1...60 {
                // The writer copies the log after its answer. It answers this one when that is done.
                _ = try await open.append([StreamWrite([], to: "s-1")], unless: nil)
                let (database, before) = (try store.contents(store.original), Array(try store.contents(store.original + "-wal")))
                let text = String(repeating: "x", count: number % 3 == 0 ? 30_000 : 10)
                try await open.append([Event(type: "step", payload: try .json(["text": .string(text)] as EventValue))], to: "s-1")
                states.append((database, before, Array(try store.contents(store.original + "-wal"))))
            }
        }
        var finished: Set<Int64> = []
        for (index, state) in states.enumerated() {
            var torn = state.before + Array(repeating: 0, count: max(0, state.after.count - state.before.count))
            torn.replaceSubrange(0..<32, with: state.after[0..<32])
            for sector in stride(from: 0, to: state.after.count, by: 512) where Bool.random(using: &random) {
                let places = sector..<min(sector + 512, state.after.count)
                torn.replaceSubrange(places, with: state.after[places])
            }
            if Bool.random(using: &random) {
                torn.removeLast(Int.random(in: 0...max(0, torn.count - max(state.before.count, 32)), using: &random))
            }
            try store.lay(state.database, torn)
            for access in [SQLiteConfiguration.Access.readOnly, .readWrite] {
                var configuration = SQLiteConfiguration(path: path)
                configuration.access = access
                let last = try await store.last(configuration)
                #expect(last == Int64(index) || last == Int64(index) + 1, "append \(index + 1), seed \(seed)")
                finished.insert((last ?? 0) - Int64(index))
            }
        }
        #expect(finished.contains(0))
    }

    @Test func `a file of any size is not read where it has holes`() async throws {
        let (database, log) = try await store.crashed(12)
        for head in [log, Array(log[..<32]), Array(repeating: 0, count: 32)] {
            try store.lay(database, head)
            #expect(truncate(path + "-wal", 1 << 42) == 0)
            #expect(WriteAheadLog.rest(beside: path) != .commits(2))
            #expect(try await store.last(.readOnly(path: path)) == (head.count > 32 ? 12 : 0))
        }
        var damaged = log
        damaged[32 + 100] ^= 1
        try store.lay(database, damaged)
        #expect(truncate(path + "-wal", 1 << 42) == 0)
        #expect(try await store.last(.readOnly(path: path)) == nil)
    }

    @Test func `one behind a link is looked at as well`() async throws {
        let (database, log) = try await store.crashed(12)
        var damaged = log
        damaged[32 + 100] ^= 1
        try store.lay(database, damaged)
        let other = store.folder.file("elsewhere")
        try FileManager.default.moveItem(atPath: path + "-wal", toPath: other)
        try FileManager.default.createSymbolicLink(atPath: path + "-wal", withDestinationPath: other)
        #expect(try await store.last(.readOnly(path: path)) == nil)
        #expect(try Array(store.contents(other)) == damaged)
    }

    @Test func `reading does not take away the log of a file that is empty`() async throws {
        let (_, log) = try await store.crashed(12)
        try store.lay(Data(), log)
        for configuration in [SQLiteConfiguration.readOnly(path: path), .init(path: path)] {
            let error = await #expect(throws: FlxError.self) { try await SQLiteEventStore.open(configuration).close() }
            #expect(error?.code == .invalidValue)
        }
        await #expect(throws: FlxError.self) { try await SQLiteEventStore.repair(path) }
        #expect(try Array(store.contents(path + "-wal")) == log)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can become somebody else"))
    func `who may not write is told of damage, too`() async throws {
        let (database, log) = try await store.crashed(12)
        var damaged = log
        damaged[32 + 100] ^= 1
        for (bytes, isSound) in [(log, true), (damaged, false)] {
            try store.lay(database, bytes)
            try Data(count: 32_768).write(to: URL(fileURLWithPath: path + "-shm"))
            for suffix in ["", "-wal", "-shm"] { chmod(path + suffix, 0o644) }
            chmod(store.folder.path, 0o755)
            let ending = try await ChildProcess(FaultProgram.path, ["deed", "read", path, "none", "65534"]).end()
            #expect(ending.output.contains("corrupt") != isSound, "\(ending)")
            #expect(ending.output.contains("ok done 12") == isSound, "\(ending)")
        }
    }

    // MARK: Beside other processes

    @Test func `beside a process that has the store open nothing is looked through`() async throws {
        let (database, log) = try await store.crashed(12)
        try store.lay(database, log)
        let looks = Looks([.commits(5), .commits(5)])
        try await withSQLiteEventStore(.init(path: path)) { _ in
            #expect(Sidecars.isIndexInUse(path))
            try WriteAheadLog.requireNoLoss(beside: path, look: looks.next)
        }
        let child = try ChildProcess(FaultProgram.path, ["write", store.folder.file("other.db"), "1", "full"])
        _ = try await child.firstWords()
        try WriteAheadLog.requireNoLoss(beside: store.folder.file("other.db"), look: looks.next)
        child.send(SIGKILL)
        try await child.end()
        #expect(looks.count == 0)
        #expect(throws: FlxError.self) { try WriteAheadLog.requireNoLoss(beside: path, look: looks.next) }
        #expect(looks.count == 2)
    }

    @Test func `what is seen while a process comes and goes is no damage`() throws {
        let looks = Looks([.commits(5), .nothing])
        try WriteAheadLog.requireNoLoss(beside: path, look: looks.next)
        #expect(looks.count == 2)
    }

    /// A log that grows, is copied and begins anew while others open the store.
    @Test func `nobody who opens the store of a living writer is told of damage`() async throws {
        let live = store.folder.file("live.db")
        for _ in 0..<4 {
            let child = try ChildProcess(FaultProgram.path, ["write", live, "1", "full"])
            _ = try await child.firstWords()
            for _ in 0..<40 {
                try await SQLiteEventStore.open(.readOnly(path: live)).close()
            }
            child.send(SIGKILL)
            try await child.end()
            #expect(try await withSQLiteEventStore(.readOnly(path: live)) { try await $0.lastPosition() } > .start)
        }
    }
}

/// What looks at a log see, one after the other.
private final class Looks {
    private let rests: [WriteAheadLog.Rest]
    private(set) var count = 0

    init(_ rests: [WriteAheadLog.Rest]) {
        self.rests = rests
    }

    func next(_ path: String) -> WriteAheadLog.Rest {
        defer { count += 1 }
        return rests[min(count, rests.count - 1)]
    }
}
