import ArgumentParser
import ChildProcesses
import Foundation
import SharedData
import Testing

@testable import FlxCommand

/// The guide's table of exit codes, walked through with every command that there is.
@Suite struct ExitCodeTests {
    private let folder = TemporaryFolder()

    /// Arguments with which each command can be run; FILE, JSON and NEW are files.
    private static let arguments: [String: [String]] = [
        "demo": ["--runs", "1"], "import": ["FILE"], "append": ["t", "--stream", "s"], "read": [], "tail": [], "export": [],
        "events ls": [], "events get": ["1"], "streams ls": [], "streams show": ["s"], "types ls": [], "project": ["types"],
        "state": ["s"], "projections ls": [], "projections show": ["v"], "projections rebuild": ["types"],
        "projections state": ["v"], "snapshots ls": [], "snapshots drop": ["--yes"], "info": [], "schema ls": [],
        "schema show": ["t"], "schema add": ["t", "JSON"], "schema check": ["t", "JSON"], "schema diff": ["t", "1", "2"],
        "schema export": [], "schema prove": [], "schema validate": ["JSON", "JSON"], "verify": [], "doctor": [],
        "bench": ["--seconds", "0.1", "--events", "1000"], "subscriptions ls": [], "subscriptions show": ["s"],
        "subscriptions pause": ["s"], "subscriptions resume": ["s"], "subscriptions rewind": ["s", "--to", "start", "--yes"],
        "subscriptions skip": ["s", "--to", "end", "--yes"], "parked ls": ["s"], "parked show": ["s", "1"],
        "parked retry": ["s", "--all", "--yes"], "parked stop": ["s"], "parked edit": ["s", "1", "--data", "1", "--yes"],
        "parked discard": ["s", "--all", "--reason", "r", "--yes"], "backup": ["NEW"], "restore": ["NEW", "--drill"],
        "repair": ["--yes"], "copy": ["--to", "NEW"],
    ]
    /// Those that make a store, or need none.
    private static let creating: Set<String> = ["import", "append", "schema add"]
    private static let storeless: Set<String> = ["demo", "bench", "doctor", "schema validate", "restore"]
    /// Those that change a store that is there.
    private static let acts = [
        "projections rebuild", "snapshots drop", "repair", "import", "append", "schema add", "subscriptions pause", "parked stop",
    ]
    /// Those that name what an empty store does not have.
    private static let naming: Set<String> = [
        "events get", "streams show", "state", "projections show", "projections state", "schema show", "schema check", "schema diff",
        "subscriptions show", "subscriptions pause", "subscriptions resume", "subscriptions rewind", "subscriptions skip", "parked ls",
        "parked show", "parked retry", "parked stop", "parked edit", "parked discard",
    ]

    private static var all: [String] {
        func leaves(_ command: any ParsableCommand.Type, _ path: [String]) -> [String] {
            let inner = command.configuration.subcommands
            return inner.isEmpty ? [path.joined(separator: " ")] : inner.flatMap { leaves($0, path + [Program.name(of: $0)]) }
        }
        return leaves(Flx.self, [])
    }

    private func run(
        _ command: String, _ more: [String] = [], on store: String, bare: Bool = false
    ) async throws -> ChildProcess.Ending {
        let files = ["FILE": folder.file("lines.jsonl"), "JSON": folder.file("schema.json"), "NEW": folder.file("new.db")]
        let words = bare ? [] : (Self.arguments[command] ?? []).map { files[$0] ?? $0 }
        return try await FlxProgram(store: folder.file(store)).start(command.split(separator: " ").map(String.init) + words + more).end()
    }

    init() throws {
        _ = try folder.write(#"{"specversion":"1.0","id":"1","source":"/t","type":"t","subject":"s"}"#, to: "lines.jsonl")
        _ = try folder.write(#"{"type":"string"}"#, to: "schema.json")
        _ = try folder.write(String(repeating: "no database. ", count: 500), to: "letter.db")
    }

    @Test func `every command is known here`() {
        #expect(Set(Self.all) == Set(Self.arguments.keys))
    }

    @Test func `64 says that it was not understood, or that there is no such store, and nothing is made`() async throws {
        for command in Self.all {
            let unknown = try await run(command, ["--colour"], on: "none.db", bare: true)
            #expect(unknown.status == 64 && unknown.output.isEmpty && !unknown.errors.isEmpty, "\(command): \(unknown.errors)")
            guard !Self.creating.contains(command), !Self.storeless.contains(command) else { continue }
            let missing = try await run(command, on: "none.db")
            #expect(missing.status == 64 && missing.errors.contains("none.db"), "\(command): \(missing.status) \(missing.errors)")
        }
        let lost = try await run("restore", on: "none.db")
        #expect(lost.status == 64 && lost.errors.contains("new.db"))
        let made = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("none") || $0.hasPrefix("new") }
        #expect(made.isEmpty, "\(made)")
        for words in [["help", "nope"], ["help", "parked", "nope"], ["nope"], ["info", "--json", "-o", "plain"]] {
            let end = try await FlxProgram(store: folder.file("none.db")).start(words).end()
            #expect(end.status == 64 && !end.errors.isEmpty, "\(words)")
        }
        #expect(try await FlxProgram(store: "").start(["help", "parked", "ls"]).end().output.contains("USAGE: flx parked ls"))
    }

    @Test func `69 says that the store cannot be used now`() async throws {
        for command in Self.all where !Self.storeless.contains(command) {
            let end = try await run(command, on: "letter.db")
            #expect(end.status == 69 && end.errors.contains("letter.db"), "\(command): \(end.status) \(end.errors)")
        }
        let flx = FlxProgram(store: folder.file("busy.db"))
        try await flx("append", "t", "--stream", "s")
        // An import that waits for its input holds the store.
        let writer = try flx.start(["import", "-", "--lock-timeout", "600"], input: .open)
        try await eventually {
            try await flx("append", "t", "--stream", "s", "--lock-timeout", "0", expecting: nil).status == 69
        }
        for command in Self.acts where !Self.naming.contains(command) {
            let end = try await run(command, ["--lock-timeout", "0"], on: "busy.db")
            #expect(end.status == 69, "\(command): \(end.status) \(end.errors)")
        }
        writer.send(SIGTERM)
        #expect(try await writer.end().status == 130)
    }

    @Test func `2 says that there is nothing by that name`() async throws {
        let flx = FlxProgram(store: folder.file("empty.db"))
        try await flx("schema", "add", "other", folder.file("schema.json"))
        for command in Self.naming.sorted() where command != "events get" {
            let end = try await run(command, on: "empty.db")
            #expect(end.status == 2 && end.errors.contains("flx: "), "\(command): \(end.status) \(end.errors)")
        }
        let others = [
            ["events", "get", "99"], ["events", "get", "no-such-id"], ["read", "--stream", "typo"], ["tail", "--stream", "typo"],
            ["export", "--stream", "typo"], ["snapshots", "drop", "--prefix", "typo", "--yes"], ["parked", "ls", "--group", "typo"],
            ["projections", "rebuild", "types", "--discard", "--yes"], ["state", "flx-schemas", "--at", "9"],
            ["state", "--prefix", "flx-", "--at", "9"],
        ]
        for words in others {
            let end = try await flx.start(words).end()
            #expect(end.status == 2 && end.errors.contains("flx: "), "\(words): \(end.status) \(end.errors)")
        }
    }

    @Test func `1 says that the output could not be written`() async throws {
        guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
        let flx = FlxProgram(store: folder.file("events.db"))
        try await flx("append", "t", "--stream", "s")
        for command in ["info", "read", "export", "types ls", "events get 1", "verify", "streams ls --json"] {
            let end = try await flx.shell("$FLX \(command) >/dev/full")
            #expect(end.status == 1 && end.errors.contains("cannot be written"), "\(command): \(end.status) \(end.errors)")
        }
    }

    @Test(arguments: ["csv", "ocel"]) func `1 says that a log is too wide for the format of an export`(_ format: String) async throws {
        let flx = FlxProgram(store: folder.file("wide.db"))
        let lines = (0..<200).map { number in
            let names = (0..<60).map { #","x\#(number * 60 + $0)":"v""# }.joined()
            return #"{"specversion":"1.0","id":"\#(number)","source":"/t","type":"t","subject":"s"\#(names)}"#
        }
        try await flx("import", "-", input: lines.joined(separator: "\n"))
        #expect(try await flx("export", "--format", format, expecting: 1).errors.contains("flx: "))
    }

    @Test func `help fits a terminal of 80 columns, line for line as it was written`() {
        func texts(_ command: any ParsableCommand.Type) -> [String] {
            let configuration = command.configuration
            return [configuration.discussion] + configuration.subcommands.flatMap(texts)
        }
        for line in texts(Flx.self).flatMap({ $0.split(separator: "\n") }) {
            // The parser of arguments parts lines of 80.
            #expect(line.count <= 79, "\(line)")
        }
    }
}
