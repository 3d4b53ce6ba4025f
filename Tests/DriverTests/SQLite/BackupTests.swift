import FlxCore
import FlxEvents
import FlxTesting
import Foundation
import Synchronization
import Testing

@testable import FlxSQLite

@Suite struct BackupTests {
    let bench: BackupBench

    init() throws {
        bench = try BackupBench()
    }

    private func file(_ name: String) -> String { bench.folder.file(name) }

    private func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).sorted() }

    @Test func `a backup is the store, in one file`() async throws {
        let log = try await bench.fill(60)
        let report = try await withSQLiteEventStore(bench.configuration) { store in
            try await store.setCheckpoint("reader", to: 5)
            return try await store.backup(to: file("copy.db"))
        }
        #expect(report.events == Int64(log.count) && report.lastPosition == log.last?.position)
        #expect(try files() == ["copy.db", "events.db"])
        #expect(report.bytes == Int64(try Data(contentsOf: URL(fileURLWithPath: file("copy.db"))).count))
        #expect(try await BackupBench.log(file("copy.db")) == log)
        #expect(try await SQLiteEventStore.verify(backup: file("copy.db")).faults.isEmpty)
        let checkpoint = try await withSQLiteEventStore(.readOnly(path: file("copy.db"))) { try await $0.checkpoint("reader") }
        #expect(checkpoint == 5)
        // Reading it leaves nothing beside it.
        #expect(try files() == ["copy.db", "events.db"])
    }

    @Test func `another connection's writes during the copy are not in it, and do not stop it`() async throws {
        let log = try await bench.fill(300)
        try await withSQLiteEventStore(bench.configuration) { store in
            let copy = try PageCopy(from: file("events.db"), to: file("copy.db"))
            var state = try await copy.step()
            #expect(copy.last == Int64(log.count))
            // Steps of a copy that began anew with each commit would not come to an end here.
            var seed: UInt64 = 1
            while !state.isFinished {
                seed += 1
                try await bench.fill(store, 3, seed: seed)
                state = try await copy.step()
            }
            copy.close()
            try await bench.fill(store, 3, seed: 99)
        }
        #expect(try await BackupBench.log(file("copy.db")) == log)
    }

    @Test func `a newer backup takes the place of an older one, and nothing else's`() async throws {
        try await bench.fill(5)
        _ = try await withSQLiteEventStore(bench.configuration) { try await $0.backup(to: file("copy.db")) }
        let log = try await bench.fill(5, seed: 8)
        try await withSQLiteEventStore(bench.configuration) { store in
            _ = try await store.backup(to: file("copy.db"))
            #expect(try await BackupBench.log(file("copy.db")) == log)

            // A store that was written to, such as that of a service, is no backup, also when nobody has it open.
            try await withSQLiteEventStore(.init(path: file("other.db"))) { _ = try await $0.append([Event(type: "t")], to: "s") }
            let before = try Data(contentsOf: URL(fileURLWithPath: file("other.db")))
            for path in ["other.db", "events.db"] {
                let error = await #expect(throws: FlxError.self) { try await store.backup(to: file(path)) }
                #expect([.invalidValue, .locked].contains(error?.code))
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: file("other.db"))) == before)
            try Data("a letter, not a database, and longer than the head of one would be".utf8)
                .write(to: URL(fileURLWithPath: file("letter.txt")))
            let error = await #expect(throws: FlxError.self) { try await store.backup(to: file("letter.txt")) }
            #expect(error?.code == .invalidValue && error?.message.contains("is not a backup") == true)
        }
    }

    @Test func `a backup of another log is not replaced`() async throws {
        let copy = file("copy.db")
        func backup(of path: String) async throws {
            _ = try await withSQLiteEventStore(.init(path: path)) { try await $0.backup(to: copy) }
        }
        func append(to path: String) async throws {
            try await withSQLiteEventStore(.init(path: path)) { _ = try await $0.append([Event(type: "t")], to: "s") }
        }
        // A backup without events is of any log.
        try await backup(of: file("empty.db"))
        let log = try await bench.fill(20)
        try await backup(of: bench.folder.store)
        try await append(to: file("other.db"))
        let before = try Data(contentsOf: URL(fileURLWithPath: copy))
        for (path, words) in [("other.db", "is a backup of another log"), ("empty.db", "has events, and the store has none")] {
            let error = await #expect(throws: FlxError.self) { try await backup(of: file(path)) }
            #expect(error?.code == .invalidValue && error?.message.contains(words) == true, "\(String(describing: error))")
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: copy)) == before)
        // A log that was restored to an earlier point, and went on from there, is the same one.
        _ = try await SQLiteEventStore.restore(copy, to: file("restored.db"), upTo: .position(log[4].position))
        try await append(to: file("restored.db"))
        try await backup(of: file("restored.db"))
        #expect(try await BackupBench.log(copy).prefix(5) == log.prefix(5))
    }

    @Test func `a damaged store makes no backup, and the earlier one stays`() async throws {
        let log = try await bench.fill(20)
        _ = try await withSQLiteEventStore(bench.configuration) { try await $0.backup(to: file("copy.db")) }
        Database(file("events.db")).run("UPDATE events SET payload = x'7b7d' WHERE position = 7")
        let error = await #expect(throws: FlxError.self) {
            try await withSQLiteEventStore(bench.configuration) { try await $0.backup(to: file("copy.db")) }
        }
        #expect(error?.code == .corrupt && error?.message.contains("position 7") == true)
        #expect(try await BackupBench.log(file("copy.db")) == log)
        #expect(try files() == ["copy.db", "events.db"])
    }

    @Test func `a cancelled backup leaves nothing`() async throws {
        try await bench.fill(50)
        try await withSQLiteEventStore(bench.configuration) { store in
            var options = BackupOptions()
            options.bytesPerSecond = 1
            options.clock = ManualClock()
            let slow = options
            let clock = try #require(slow.clock as? ManualClock)
            let work = Task { try await store.backup(to: file("copy.db"), slow) }
            defer { work.cancel() }
            // The copy of a few pages ends in one step; it is the archive that pauses.
            _ = try? await work.value
            let archive = Task { try await store.archive(into: file("archive"), slow) }
            try await clock.sleepers(reach: 1)
            archive.cancel()
            let outcome = await archive.result
            #expect(throws: FlxError.self) { try outcome.get() }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: file("archive")).isEmpty)
    }

    @Test(arguments: [false, true]) func `a copy takes as long as its rate asks`(_ isArchive: Bool) async throws {
        let clock = ManualClock()
        try await withSQLiteEventStore(bench.configuration) { store in
            let text = EventValue.string(String(repeating: "x", count: 900_000))
            for _ in 0..<4 { try await store.append([Event(type: "large", data: text)], to: "s") }
            var options = BackupOptions()
            (options.bytesPerSecond, options.clock) = (200_000, clock)
            let slow = options
            let isDone = Mutex(false)
            let place = file("copy")
            async let report = {
                defer { isDone.withLock { $0 = true } }
                return try await isArchive ? store.archive(into: place, slow) : store.backup(to: place, slow)
            }()
            while !isDone.withLock({ $0 }) {
                if clock.sleepers > 0 { clock.advance(by: .milliseconds(250)) } else { await Task.yield() }
            }
            #expect(try await report.events == 4)
        }
        // The last step of a file is followed by no pause: of 3.6 MB, the first 2 MB ask for ten seconds.
        #expect(clock.now.offset >= .seconds(isArchive ? 18 : 10))
        #expect(clock.now.offset <= .seconds(19))
    }

    @Test(arguments: [
        (100, 0.5, 0, nil), (100, 2.0, 0, nil), (100, 0.9, 0, 0.1), (1_000, 0.0, 0, 0.25), (1_000, 0.0, 50, nil),
    ] as [(Int64, Double, Int64, Double?)])
    func `a copy is held back by its rate, until the log is large`(
        _ bytes: Int64, _ elapsed: Double, _ log: Int64, _ pause: Double?
    ) {
        var options = BackupOptions()
        options.logBytes = 50
        #expect(Pace(options).pause(after: bytes, in: .seconds(elapsed), log: log) == nil)
        options.bytesPerSecond = elapsed == 0.5 ? 200 : 100
        let found = Pace(options).pause(after: bytes, in: .seconds(elapsed), log: log)
        #expect(found.map { ($0 / .seconds(1) * 1_000).rounded() / 1_000 } == pause)
    }
}
