import ChildProcesses
import FlxCore
import FlxEvents
import FlxSQLite
import Foundation
import SharedData
import Testing

/// What the guide for operators promises to scripts is what the program does.
@Suite struct ContractTests {
    private static let guide = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../Sources/FlxEvents/FlxEvents.docc/Operating-a-store.md").standardizedFileURL

    /// The rows of the guide's table: a command, and the fields of its JSON.
    private static func rows() throws -> [(command: [String], fields: [String])] {
        let lines = try String(contentsOf: guide, encoding: .utf8).split(separator: "\n")
        return lines.filter { $0.hasPrefix("| `flx ") }.map { line in
            let codes = line.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
            return (codes[0].split(separator: " ").dropFirst().map(String.init), Array(codes.dropFirst()))
        }
    }

    @Test func `each command has the fields that the guide lists`() async throws {
        let folder = TemporaryFolder()
        let flx = FlxProgram(store: folder.file("events.db"))
        let service = InvoiceService(flx: flx)
        try await service.fill()
        try await service.serve()
        try await addSnapshot(to: flx.store)
        _ = try folder.write(#"{"type":"object"}"#, to: "order.json")
        _ = try folder.write(#"{"type":"array"}"#, to: "other.json")
        _ = try folder.write(ImportTests.lines(3).joined(separator: "\n"), to: "more.jsonl")
        let rows = try Self.rows()
        #expect(rows.count >= 38)
        for (command, fields) in rows {
            // Names of files in the guide lead into the folder.
            let run = try await flx.shell("cd '\(folder.path)' && $FLX \(command.joined(separator: " ")) --json")
            #expect(run.status == 0 || run.status == 2, "\(command): \(run.errors)")
            let document = try run.json()
            let object = try #require(document.array == nil ? document : document[0], "\(command): \(run.output)")
            for field in fields where !field.hasPrefix("flx ") && !field.hasPrefix("--") {
                #expect(object[field] != nil, "\(command) has no \(field)")
            }
        }
    }

    private func addSnapshot(to path: String) async throws {
        try await withSQLiteEventStore(.init(path: path)) { store in
            let snapshot = Snapshot(
                name: "aggregate:order-1", position: 1, version: 1, fingerprint: 1, reducer: 1, time: Timestamp(nanoseconds: 0), state: [])
            try await store.save(snapshot)
        }
    }

    @Test func `an import and a demonstration have theirs`() async throws {
        let folder = TemporaryFolder()
        let flx = FlxProgram(store: folder.file("events.db"))
        let imported = try await flx("import", "-", "--json", input: ImportTests.lines(3).joined(separator: "\n")).json()
        for field in ["imported", "known", "bad", "lastPosition", "seconds", "eventsPerSecond"] { #expect(imported[field] != nil) }
        let demo = try await flx("demo", "--runs", "50", "--json").json()
        let meanwhile = try #require(demo["publishedMeanwhile"]?.int)
        #expect(demo["published"] == 105 && demo["stored"] == .int(117 + meanwhile) && demo["replayed"] == .int(104 + meanwhile))
        #expect(demo["rebuiltEqual"] == true && (demo["rebuilt"]?.int ?? 0) >= 51)
        #expect(demo["sameState"] == true && demo["faults"] == 0 && demo["billed"] == 215 && demo["parked"] == 0)
    }

    @Test func `the demonstration tells its story and leaves nothing behind`() async throws {
        let folder = TemporaryFolder()
        let run = try await FlxProgram(store: folder.file("events.db")).shell("TMPDIR=\(folder.path) $FLX demo --runs 50")
        let chapters = ["Publish", "Project", "Park", "Record", "Rebuild", "Replay", "Verify"]
        for word in chapters + ["the same in both", "the same state", "0 faults"] {
            #expect(run.output.contains(word), "\(word) is missing")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        #expect(run.status == 0 && run.errors.isEmpty)
    }

    @Test func `bench measures and removes its store`() async throws {
        let folder = TemporaryFolder()
        let flx = FlxProgram(store: folder.file("events.db"))
        let rows = try #require(try await flx("bench", "--seconds", "0.1", "--events", "1000", "--json").json().array)
        #expect(rows.count == 5 && rows.allSatisfy { $0["eventsPerSecond"]?.int ?? 0 > 0 })
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
