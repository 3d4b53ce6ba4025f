import ChildProcesses
import FlxCore
import FlxSQLite
import Foundation
import SharedData
import Testing

/// What a command that is refused leaves behind, and what it says.
@Suite struct RefusalTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    private func run(_ words: [String], input: String = "") async throws -> ChildProcess.Ending {
        try await flx.start(words, input: .text(input)).end()
    }

    @Test func `a command that fails leaves no new store behind`() async throws {
        let bad = try folder.write(#"{"type":5}"#, to: "bad.json")
        let good = try folder.write(#"{"type":"object"}"#, to: "good.json")
        let cases: [(words: [String], status: Int32)] = [
            (["append", "t", "--stream", "s", "--expect", "5"], 1), (["append", "t", "--stream", "s", "--expect", "exists"], 1),
            (["append", "t", "--stream", "s", "--data", "{"], 64), (["append", "t", "--stream", ""], 64),
            (["schema", "add", "t", bad], 64), (["schema", "add", "t", folder.file("none.json")], 64),
            (["schema", "add", "", good], 64), (["import", "-"], 1), (["import", "-", "--skip-bad", folder.file("skipped")], 2),
            (["import", folder.file("none.jsonl")], 64), (["subscriptions", "pause", "s"], 64), (["subscriptions", "resume", "s"], 64),
            (["subscriptions", "skip", "s", "--to", "end", "--yes"], 64), (["parked", "retry", "s", "--all", "--yes"], 64),
            (["parked", "discard", "s", "--all", "--reason", "r", "--yes"], 64), (["parked", "stop", "s"], 64),
            (["parked", "edit", "s", "1", "--data", "1", "--yes"], 64), (["snapshots", "drop", "--yes"], 64),
            (["projections", "rebuild", "types"], 64), (["repair", "--yes"], 64), (["copy", "--to", folder.file("other.db")], 64),
            (["backup", folder.file("other.db")], 64),
        ]
        for (words, status) in cases {
            let end = try await run(words, input: "no event\n")
            #expect(end.status == status && !end.errors.isEmpty, "\(words): \(end.status) \(end.errors)")
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.contains(".db") }
            #expect(files.isEmpty, "\(words) left \(files)")
        }
        try await flx("append", "t", "--stream", "s", "--expect", "none")
        #expect(try await flx("append", "t", "--stream", "s", "--expect", "none", expecting: 1).errors.contains("expected was none"))
        #expect(try await flx("append", "t", "--stream", "s", "--expect", "7", expecting: 1).errors.contains("expected was 7"))
    }

    @Test func `a repair that is refused has its document`() async throws {
        let letter = try folder.write("Dear Sir", to: "letter.txt")
        try await flx("append", "t", "--stream", "s")
        try await withSQLiteEventStore(.init(path: flx.store)) { _ in
            let cases: [(words: [String], status: Int32)] = [
                (["--store", letter], 69), (["--store", folder.file("none.db")], 64), ([], 69),
            ]
            for (words, status) in cases {
                let end = try await run(["repair", "--yes", "--json", "--lock-timeout", "0"] + words)
                let sheet = try end.json()
                #expect(end.status == status && sheet["changed"] == false && sheet["mended"] == [], "\(words): \(end.errors)")
                #expect(sheet["events"]?.isNull == true && sheet["refusal"]?.string.map { end.errors.contains($0) } == true, "\(words)")
            }
        }
    }

    @Test func `an empty text is that of a variable that is not set, and is refused`() async throws {
        let service = InvoiceService(flx: flx)
        try await service.fill()
        try await service.serve()
        let discard = ["parked", "discard", "invoices", "--reason", "r", "--yes"]
        let cases = [
            ["info", "--store", ""], ["import", ""], ["import", "-", "--origin", ""], ["import", "-", "--skip-bad", ""],
            ["import", "-", "--transform", ""], ["export", "--upcasters", ""], ["backup", ""], ["verify", ""], ["restore", "", "--drill"],
            ["restore", flx.store, "--to", ""], ["restore", flx.store, "--drill", "--in", ""], ["copy", "--to", ""],
            ["copy", "--from", "", "--to", folder.file("new.db")], ["schema", "add", "t", ""], ["schema", "check", "t", ""],
            ["schema", "validate", ""], ["snapshots", "drop", "--prefix", "", "--yes"], discard + ["--error", ""],
            discard + ["--group", ""], discard + ["--all", "--operator", ""],
        ]
        for words in cases {
            let end = try await run(words)
            #expect(end.status == 64 && end.errors.contains("must not be empty"), "\(words): \(end.status) \(end.errors)")
        }
        #expect(try await run(["restore", flx.store, "--to", folder.file("new.db"), "--in", folder.path]).status == 64)
        #expect(try await flx("parked", "ls", "--json").json().array?.count == 2)
    }

    @Test func `a message of several lines has them, whatever the texts in it are`() async throws {
        let service = InvoiceService(flx: flx)
        try await service.fill()
        try await service.serve()
        let edit = try await run(["parked", "edit", "invoices", "1", "--data", #"{"total":"a\nb"}"#, "--dry-run"])
        #expect(edit.errors.contains("\n  /total: ") && !edit.errors.contains("\\n  /total"), "\(edit.errors)")
        #expect(!edit.errors.contains("\nb"))
        let look = try await run(["read", "--where", "time > 2020-01-01 or 'a\nb' = type"])
        #expect(look.status == 64 && look.errors.contains("put texts and times in quotes"))
        #expect(look.errors.contains("\n  time > 2020-01-01 or 'a\\nb' = type\n         ^\n"), "\(look.errors)")
    }

    @Test func `those who act at once wait for each other`() async throws {
        try await flx("append", "t", "--stream", "s")
        let store = flx.store
        let all = try (0..<8).map { try flx.start(["append", "t", "--stream", "s\($0)", "--lock-timeout", "60"]) }
        for process in all { #expect(try await process.end().status == 0) }
        #expect(try await flx("info", "--json").json()["events"] == 9)
        // One that waits gets its turn when the writer ends.
        let writer = try await SQLiteEventStore.open(SQLiteConfiguration(path: store))
        let waiting = try flx.start(["append", "t", "--stream", "s", "--lock-timeout", "60"])
        try await flx("append", "t", "--stream", "s", "--lock-timeout", "0.05", expecting: 69)
        #expect(!waiting.hasEnded)
        await writer.close()
        #expect(try await waiting.end().status == 0)
        try await flx("info", "--lock-timeout", "-1", expecting: 64)
    }

    @Test func `every act has one document, also a dry run and a refusal`() async throws {
        let service = InvoiceService(flx: flx)
        try await service.fill()
        try await service.serve()
        let acts = [
            ["parked", "discard", "invoices", "--all", "--reason", "r"], ["parked", "retry", "invoices", "1"],
            ["parked", "edit", "invoices", "1", "--data", #"{"total":12}"#],
            ["subscriptions", "rewind", "invoices", "--to", "start"], ["subscriptions", "skip", "invoices", "--to", "end"],
            ["snapshots", "drop"], ["projections", "rebuild", "types"],
        ]
        for act in acts {
            let dry = try await run(act + ["--dry-run", "--json"])
            let document = try dry.json()
            #expect(dry.status == 0 && document["done"] == false && document["dryRun"] == true && document["refusal"] == .null, "\(act)")
            #expect(dry.errors.contains("would: "), "\(act)")
            guard act[0] != "projections" else { continue }
            let refused = try await run(act + ["-o", "json"])
            #expect(try refused.status == 64 && refused.json()["refusal"]?.string?.contains("--yes") == true, "\(act): \(refused.output)")
        }
        for act in [["subscriptions", "pause", "nobody"], ["parked", "stop", "nobody"], ["parked", "retry", "nobody", "--all", "--yes"]] {
            let refused = try await run(act + ["--json"])
            #expect(try refused.status == 2 && refused.json()["done"] == false, "\(act)")
        }
        #expect(try await flx("parked", "ls", "--json").json().array?.count == 2)
    }

    @Test func `a pause of what is paused changes nothing`() async throws {
        let service = InvoiceService(flx: flx)
        try await service.fill()
        try await service.serve()
        #expect(try await flx("subscriptions", "resume", "invoices", "--json").json()["changed"] == false)
        let first = try await flx("subscriptions", "pause", "invoices", "--reason", "move", "--operator", "ann", "--json").json()
        #expect(first["changed"] == true && first["done"] == true)
        let end = try await flx("info", "--json").json()["lastPosition"]
        let again = try await flx("subscriptions", "pause", "invoices", "--operator", "bob", "--json").json()
        #expect(again["changed"] == false && again["pausedBy"] == "ann" && again["pauseReason"] == "move")
        #expect(again["pausedSince"] == first["pausedSince"])
        #expect(try await flx("info", "--json").json()["lastPosition"] == end)
        #expect(try await flx("subscriptions", "resume", "invoices", "--json").json()["changed"] == true)
    }
}
