import ChildProcesses
import FlxCore
import FlxEvents
import FlxSQLite
import FlxTesting
import Foundation
import SharedData
import Testing

@testable import FlxCommand
@testable import FlxFiles

/// Backups as an operator makes them.
@Suite struct BackupTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    private func fill(_ range: ClosedRange<Int>) async throws {
        try await flx("import", "-", input: range.map { Self.line($0) }.joined(separator: "\n"))
    }

    private static func line(_ number: Int) -> String {
        #"{"specversion":"1.0","id":"e\#(number)","source":"/s","type":"t","subject":"s-\#(number % 3)","data":{"n":\#(number)}}"#
    }

    @Test func `a file is made, verified, restored and compared`() async throws {
        try await fill(1...50)
        let made = try await flx("backup", folder.file("copy.db"), "--json").json()
        #expect(made["events"] == 50 && made["lastPosition"] == 50 && made["verified"] == true && made["added"] == 50)
        #expect(try await flx("verify", folder.file("copy.db"), "--json").json()["events"] == 50)
        let drill = try await flx("restore", folder.file("copy.db"), "--drill", "--json").json()
        #expect(drill["sameAsStore"] == true && drill["events"] == 50)
        let restored = try await flx("restore", folder.file("copy.db"), "--to", folder.file("new.db"), "--at", "20", "--json").json()
        #expect(restored["events"] == 20 && restored["lastPosition"] == 20)
        let other = FlxProgram(store: folder.file("new.db"))
        let lines = try await flx("read", "--all", "-o", "jsonl").lines.prefix(20)
        #expect(try await other("read", "--all", "-o", "jsonl").lines == Array(lines))
        try await flx("restore", folder.file("copy.db"), "--to", folder.file("new.db"), expecting: 64)
        let earlier = try await flx("restore", folder.file("copy.db"), "--drill", "--in", folder.path, "--at", "3")
        #expect(earlier.output.contains("sameAsStore\ttrue"))
        // Nothing else is left, of reading neither.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["copy.db", "events.db", "new.db"])
    }

    @Test func `readers beyond the point are named, and can be left at its end`() async throws {
        try await fill(1...50)
        try await withSQLiteEventStore(.init(path: folder.file("events.db"))) { try await $0.setCheckpoint("subscription:pay", to: 40) }
        let dropped = try await flx("restore", folder.file("events.db"), "--to", folder.file("drop.db"), "--at", "20", "--json")
        #expect(try dropped.json()["readers"] == [["name": "subscription:pay", "before": 40, "after": 0, "repeats": 20]])
        #expect(dropped.errors.contains("'subscription:pay' begins anew, and repeats at most 20 events"))
        let kept = try await flx(
            "restore", folder.file("events.db"), "--to", folder.file("end.db"), "--at", "20", "--checkpoints", "end", "--json")
        #expect(try kept.json()["readers"] == [["name": "subscription:pay", "before": 40, "after": 20, "repeats": 0]])
        #expect(try kept.json()["droppedCheckpoints"] == [] && !kept.errors.contains("anew"))
        try await flx("restore", folder.file("events.db"), "--to", folder.file("x.db"), "--checkpoints", "some", expecting: 64)
    }

    @Test func `an archive grows, and tells what is new`() async throws {
        try await fill(1...50)
        try await flx("backup", "--incremental", folder.file("archive"))
        try await fill(51...60)
        let second = try await flx("backup", "--incremental", folder.file("archive"), "--json").json()
        #expect(second["added"] == 10 && second["events"] == 60)
        #expect(try await flx("restore", folder.file("archive"), "--drill", "--json").json()["sameAsStore"] == true)
        try await fill(61...62)
        #expect(try await flx("restore", folder.file("archive"), "--drill").output.contains("sameAsStore\ttrue"))
    }

    @Test func `a drill finds a backup that is of another store`() async throws {
        try await fill(1...5)
        let other = FlxProgram(store: folder.file("other.db"))
        try await other("append", "t", "--stream", "s")
        try await other("backup", folder.file("copy.db"))
        let run = try await flx("restore", folder.file("copy.db"), "--drill", "--json", expecting: 2)
        #expect(try run.json()["sameAsStore"] == false)
        // Without a store to compare with, a drill is of the backup alone.
        let alone = try await flx.shell("cd '\(folder.path)' && env -u FLX_STORE $FLX restore copy.db --drill --json")
        #expect(try alone.json()["sameAsStore"]?.isNull == true)
    }

    @Test func `damage is found, with its place`() async throws {
        try await fill(1...5)
        try await flx("backup", "--incremental", folder.file("archive"))
        let part = folder.file("archive/events-000000000001.part")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: part))
        bytes[bytes.count - 20] ^= 1
        try bytes.write(to: URL(fileURLWithPath: part))
        let run = try await flx("verify", folder.file("archive"), "--json", expecting: 2)
        #expect(try run.json()["faults"]?[0]?["position"] == 5)
        #expect(run.errors.contains("position 5"))
        let restore = try await flx("restore", folder.file("archive"), "--to", folder.file("new.db"), expecting: 1)
        #expect(restore.errors.contains("position 5"))
        try await flx("restore", folder.file("archive"), "--to", folder.file("new.db"), "--at", "4")
        try await flx("restore", folder.file("archive"), "--to", folder.file("new.db"), "--drill", expecting: 64)
        try await flx("restore", folder.file("archive"), expecting: 64)
        try await flx("backup", folder.file("b.db"), "--rate", "0", expecting: 64)
    }

    @Test func `a repair shows, asks, and mends`() async throws {
        try await fill(1...5)
        #expect(try await flx("repair", "--json").json()["changed"] == false)
        let sound = try Data(contentsOf: URL(fileURLWithPath: flx.store))
        try await withSQLiteEventStore(.init(path: flx.store)) { try await $0.setCheckpoint("ahead", to: 99) }
        let run = try await flx("verify", expecting: 2)
        #expect(run.errors.contains("'ahead'") && run.errors.contains("flx repair"))
        let dry = try await flx("repair", "--dry-run", "--json").json()
        #expect(dry["changed"] == false && dry["mended"]?[0]?.string?.contains("'ahead'") == true)
        let refused = try await flx("repair", expecting: 64)
        #expect(refused.errors.contains("--yes") && refused.errors.contains("'ahead'"))
        let mended = try await flx("repair", "--yes", "--json").json()
        #expect(mended["changed"] == true && mended["faultCount"] == 0)
        #expect(try await flx("verify", "--json").json()["faultCount"] == 0)
        #expect(try await flx("read", "--all", "-o", "jsonl").lines.count == 5)
        #expect(!sound.isEmpty)
    }

    @Test func `a copy follows to the end, and both ends have one sum`() async throws {
        try await fill(1...50)
        let first = try await flx("copy", "--to", folder.file("new.db"), "--json").json()
        #expect(first["copied"] == 50 && first["isSame"] == true && first["sourceSum"] == first["targetSum"])
        let running = try flx.start(["copy", "--to", folder.file("new.db"), "--follow", "--until-silent", "5", "--json"])
        try await fill(51...60)
        let second = try await running.end().json()
        #expect(second["copied"] == 10 && second["isSame"] == true && second["events"] == 60)
        let other = FlxProgram(store: folder.file("new.db"))
        #expect(try await other("export").output == flx("export").output)
        try await other("append", "t", "--stream", "s")
        #expect(try await flx("copy", "--to", folder.file("new.db"), expecting: 1).errors.contains("no copy of it"))
        try await flx("copy", "--to", folder.file("new.db"), "--until-silent", "1", expecting: 64)
    }
}

/// A real log, taken back to days of its past.
@Suite(.sharedData) struct RealLogBackupTests {
    private let folder = TemporaryFolder()

    @Test func `a log of incidents is restored to the end of a day`() async throws {
        let path = try SharedData.required("data/incident.jsonl.gz").path
        let reader = try EventReader(path)
        var events: [Event] = []
        while case let batch = reader.batch(of: 10_000), !batch.lines.isEmpty { events += batch.lines.map(\.event) }
        let clock = ManualClock()
        var configuration = SQLiteConfiguration(path: folder.file("events.db"))
        configuration.clock = clock.events
        let (file, archive) = (folder.file("copy.db"), folder.file("archive"))
        // Recorded a day at a time, as if each had been taken in at its end; half of them before the first run of the archive.
        try await withSQLiteEventStore(configuration) { store in
            var (rest, runs) = (events[...], 0)
            while let first = rest.first?.time {
                let day = Self.day(first)
                let batch = rest.prefix { $0.time.map { Self.day($0) } == day }
                rest = rest.dropFirst(batch.count)
                clock.set(Timestamp(nanoseconds: (day + 1) * 86_400_000_000_000 - 1))
                for start in stride(from: batch.startIndex, to: batch.endIndex, by: 5_000) {
                    let part = batch[start..<min(start + 5_000, batch.endIndex)]
                    _ = try await store.append(part.map { StreamWrite([$0], to: $0.stream ?? "none") }, unless: nil)
                }
                if rest.count < events.count / 2, runs == 0 {
                    runs = 1
                    _ = try await store.archive(into: archive)
                }
            }
            let report = try await store.archive(into: archive)
            #expect(report.events == Int64(events.count) && report.added < report.events)
            #expect(try await store.backup(to: file).events == Int64(events.count))
        }
        for (backup, date) in [(archive, "2012-05-01"), (file, "2010-12-31")] {
            let expected = try Self.counts(path, until: date)
            let restored = folder.file("at-\(date)-\(backup == file ? "file" : "archive").db")
            let flx = FlxProgram(store: restored)
            let report = try await flx("restore", backup, "--to", restored, "--at", "\(date)T23:59:59.999999999Z", "--json").json()
            #expect(report["events"] == .int(expected.values.reduce(0, +)))
            let rows = try #require(try await flx("types", "ls", "--json").json().array)
            let types = Dictionary(
                uniqueKeysWithValues: try rows.map { (try #require($0["type"]?.string), try #require($0["events"]?.int)) })
            #expect(types == expected)
        }
    }

    private static func day(_ time: Timestamp) -> Int64 { time.nanoseconds / 86_400_000_000_000 }

    /// Counts the types in the source by its texts alone.
    private static func counts(_ path: String, until date: String) throws -> [String: Int] {
        let source = try GzipSource(path)
        var bytes: [UInt8] = []
        while case let piece = try source.next(), !piece.isEmpty { bytes += piece }
        var counts: [String: Int] = [:]
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let event = try EventValue(json: Array(line))
            guard let type = event["type"]?.string, let time = event["time"]?.string else { continue }
            if time.prefix(10) <= date { counts[type, default: 0] += 1 }
        }
        return counts
    }
}
