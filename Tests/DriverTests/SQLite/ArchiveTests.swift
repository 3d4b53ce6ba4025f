import FlxCore
import FlxEvents
import FlxTesting
import Foundation
import Testing

@testable import FlxSQLite

@Suite struct ArchiveTests {
    let bench: BackupBench

    init() throws {
        bench = try BackupBench()
    }

    private var archive: String { bench.folder.file("archive") }

    private func files() throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: archive)
        return try Dictionary(uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(fileURLWithPath: "\(archive)/\($0)"))) })
    }

    private func run() async throws -> BackupReport {
        try await withSQLiteEventStore(bench.configuration) { try await $0.archive(into: archive) }
    }

    @Test func `each run adds a part, and changes none`() async throws {
        var before: [String: Data] = [:]
        for seed in 1...4 {
            let log = try await bench.fill(10, seed: UInt64(seed))
            let report = try await run()
            #expect(report.events == Int64(log.count) && report.added > 0)
            let now = try files()
            #expect(now.count == seed + 1)
            for (name, bytes) in before where name != ArchiveManifest.file { #expect(now[name] == bytes, "\(name) was changed") }
            before = now
            #expect(try await SQLiteEventStore.verify(backup: archive).events == Int64(log.count))
        }
        let still = try await run()
        #expect(still.added == 0)
        #expect(try files() == before)
    }

    @Test func `a part whose beginning a loss of power left as zeros, or incomplete, is made anew`() async throws {
        try await bench.fill(10)
        _ = try await run()
        let magic = Data(ArchivePartWriter.magic)
        for (index, left) in [Data(count: 100_000), magic.prefix(3), magic + Data(count: 50), Data()].enumerated() {
            try await bench.fill(5, seed: UInt64(index + 2))
            try left.write(to: URL(fileURLWithPath: archive + "/next.partial"))
            #expect(try await run().added > 0)
            #expect(try await SQLiteEventStore.verify(backup: archive).faults.isEmpty)
        }
        for foreign in [Data("a letter".utf8), Data(count: 3) + Data("x".utf8)] {
            try foreign.write(to: URL(fileURLWithPath: archive + "/next.partial"))
            try await bench.fill(5, seed: 9)
            let error = await #expect(throws: FlxError.self) { _ = try await run() }
            #expect(error?.message.contains("is in the way") == true)
            #expect(try Data(contentsOf: URL(fileURLWithPath: archive + "/next.partial")) == foreign)
        }
    }

    @Test func `tokens of leases go on to grow after a restore, whatever their names`() async throws {
        let names = ["work", "\u{301}x", "e\u{301}", "\u{FE0F}"]
        try await bench.fill(3)
        try await withSQLiteEventStore(bench.configuration) { store in
            for name in names + names + names { _ = try await store.acquireLease(name, owner: "a", for: .seconds(9)) }
        }
        _ = try await run()
        let path = bench.folder.file("restored.db")
        _ = try await SQLiteEventStore.restore(archive, to: path)
        try await withSQLiteEventStore(.init(path: path)) { store in
            for name in names {
                let lease = try await store.acquireLease(name, owner: "b", for: .seconds(9))
                #expect(lease?.token == 4, "\(name)")
            }
        }
    }

    @Test func `the archive of another log is left alone`() async throws {
        try await bench.fill(10)
        _ = try await run()
        let before = try files()
        let other = try BackupBench()
        for appends in [2, 30] {
            try await other.fill(appends, seed: 50)
            let error = await #expect(throws: FlxError.self) {
                try await withSQLiteEventStore(other.configuration) { try await $0.archive(into: archive) }
            }
            #expect(error?.code == .invalidValue && error?.message.contains("another log") == true)
        }
        #expect(try files() == before)
        try Data("x".utf8).write(to: URL(fileURLWithPath: other.folder.file("letter.txt")))
        let error = await #expect(throws: FlxError.self) {
            try await withSQLiteEventStore(bench.configuration) { try await $0.archive(into: other.folder.path) }
        }
        #expect(error?.message.contains("not empty") == true)
    }

    @Test func `what a killed run left is made anew`() async throws {
        let log = try await bench.fill(10)
        _ = try await run()
        // A first part that was named and not listed, and a second one half written.
        try FileManager.default.removeItem(atPath: "\(archive)/\(ArchiveManifest.file)")
        try Data("FLXpart1half".utf8).write(to: URL(fileURLWithPath: "\(archive)/next.partial"))
        #expect(try await run().added == Int64(log.count))
        #expect(try files().keys.sorted() == ["events-000000000001.part", ArchiveManifest.file])
        #expect(try await SQLiteEventStore.verify(backup: archive).faults.isEmpty)
    }

    @Test(arguments: 0..<60) func `damage anywhere is found, and never restored as if whole`(_ number: Int) async throws {
        let log = try await bench.fill(8)
        _ = try await run()
        try await bench.fill(8, seed: 8)
        _ = try await run()
        var random = SeededGenerator(seed: UInt64(number))
        let whole = try await BackupBench.log(bench.folder.store)
        let name = random.pick(try files().keys.sorted())
        var bytes = [UInt8](try #require(try files()[name]))
        let place = random.number(below: bytes.count)
        switch number % 3 {
        case 0: bytes[place] ^= 1 << UInt8(random.number(below: 8))
        case 1: bytes.removeLast(bytes.count - place)
        default: bytes.insert(0x0A, at: place)
        }
        try Data(bytes).write(to: URL(fileURLWithPath: "\(archive)/\(name)"))
        let error = await #expect(throws: FlxError.self, "\(name), byte \(place)") {
            try await SQLiteEventStore.restore(archive, to: bench.folder.file("new.db"))
        }
        #expect([.corrupt, .incompatibleFormat].contains(error?.code), "\(error as Any)")
        #expect(!FileManager.default.fileExists(atPath: bench.folder.file("new.db")))
        guard name != ArchiveManifest.file else { return }
        let faults = try await SQLiteEventStore.verify(backup: archive).faults
        let fault = try #require(faults.first?.position)
        #expect(error?.message.contains(name) == true && faults.count == 1)
        // What stands before the damage can still be had.
        guard fault > 1 else { return }
        let end = Position(unchecked: fault.value - 1)
        _ = try await SQLiteEventStore.restore(archive, to: bench.folder.file("before.db"), upTo: .position(end))
        #expect(try await BackupBench.log(bench.folder.file("before.db")) == Array(whole[..<Int(end.value)]))
        #expect(whole.count > log.count)
    }

    @Test func `a part that is missing or of another archive is found`() async throws {
        try await bench.fill(8)
        _ = try await run()
        let part = "\(archive)/events-000000000001.part"
        let bytes = try Data(contentsOf: URL(fileURLWithPath: part))
        try FileManager.default.removeItem(atPath: part)
        let fault = try await SQLiteEventStore.verify(backup: archive).faults.first
        #expect(fault?.position == 1 && fault?.message.contains("missing") == true)
        // Each record of it is right by itself; only the sum over all of them tells.
        var manifest = try #require(try ArchiveManifest.load(archive))
        let listed = manifest.parts[0]
        let lastSum = manifest.lastSum
        manifest = ArchiveManifest()
        manifest.add(.init(first: listed.first, last: listed.last, bytes: listed.bytes, checksum: listed.checksum ^ 1), lastSum: lastSum)
        try manifest.save(archive)
        try bytes.write(to: URL(fileURLWithPath: part))
        #expect(try await SQLiteEventStore.verify(backup: archive).faults.first?.message.contains("its sum does not fit") == true)
    }

    @Test func `checkpoints and tokens of names that look alike stay apart`() async throws {
        let (composed, apart) = ("caf\u{E9}", "cafe\u{301}")
        try await bench.fill(9)
        try await withSQLiteEventStore(bench.configuration) { store in
            try await store.setCheckpoint(composed, to: 9)
            try await store.setCheckpoint(apart, to: 3)
            for name in [composed, composed, apart] {
                guard let lease = try await store.acquireLease(name, owner: "a", for: .seconds(1)) else { continue }
                try await store.releaseLease(lease)
            }
        }
        _ = try await run()
        let copy = bench.folder.file("copy.db")
        _ = try await SQLiteEventStore.restore(archive, to: copy)
        let store = try await SQLiteEventStore.open(SQLiteConfiguration(path: copy))
        let positions = [try await store.checkpoint(composed), try await store.checkpoint(apart)]
        let leases = [
            try await store.acquireLease(composed, owner: "b", for: .seconds(1)),
            try await store.acquireLease(apart, owner: "b", for: .seconds(1)),
        ]
        await store.close()
        #expect(positions == [9, 3] && leases.map { $0?.token } == [3, 2])
        // A manifest that names one reader twice is none of ours.
        var manifest = ArchiveManifest()
        manifest.checkpoints = [ExactText(composed): 9, ExactText(apart): 3]
        let text = String(decoding: try manifest.text(), as: UTF8.self)
        #expect(try ArchiveManifest(Array(text.utf8)).checkpoints.count == 2)
        var lines = text.split(separator: "\n").map(String.init)
        lines[1] = lines[2]
        let body = lines.dropLast().map { $0 + "\n" }.joined()
        var sum = Checksum()
        Array(body.utf8).withUnsafeBytes { sum.mix($0) }
        let digits = String(UInt64(bitPattern: sum.value), radix: 16)
        let end = "{\"checksum\":\"\(String(repeating: "0", count: 16 - digits.count))\(digits)\"}\n"
        #expect { try ArchiveManifest(Array((body + end).utf8)) } throws: { error in
            (error as? FlxError)?.code == .corrupt && (error as? FlxError)?.message.contains("does not fit the others") == true
        }
    }

    @Test func `records keep events of every shape`() throws {
        var factory = EventFactory(seed: 11)
        var sources = TextMemo()
        for number in 1...500 as ClosedRange<Int64> {
            var event = factory.event()
            event.stream = event.stream ?? "s"
            let recorded = RecordedEvent(
                event: event, version: Version(unchecked: number), position: Position(unchecked: number * 3),
                recordedTime: Timestamp(nanoseconds: -number))
            var bytes: [UInt8] = []
            let sum = try ArchiveRecord.write(recorded, to: &bytes)
            let content = Array(bytes[4..<bytes.count - 8])
            let read = try content.withBytes { bytes throws(FlxError) in try ArchiveRecord.read(bytes, sum: sum, sources: &sources) }
            #expect(read == recorded)
        }
    }
}
