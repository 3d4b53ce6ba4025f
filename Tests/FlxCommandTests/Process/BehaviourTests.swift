import ChildProcesses
import FlxCore
import FlxSQLite
import Foundation
import SharedData
import Testing

/// What holds for the program as a whole: exit codes, streams, signals, and what it says of stores that cannot be used.
@Suite struct BehaviourTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    static let commands: [[String]] = [
        [], ["demo"], ["bench"], ["import"], ["export"], ["append"], ["read"], ["events"], ["events", "ls"], ["events", "get"], ["tail"],
        ["streams"], ["streams", "ls"], ["streams", "show"], ["types"], ["types", "ls"], ["project"], ["info"], ["verify"], ["doctor"],
        ["backup"], ["restore"], ["repair"], ["copy"], ["subscriptions"], ["subscriptions", "ls"], ["subscriptions", "pause"],
        ["subscriptions", "rewind"], ["subscriptions", "skip"], ["parked"], ["parked", "ls"], ["parked", "show"], ["parked", "retry"],
        ["parked", "stop"], ["parked", "edit"], ["parked", "discard"], ["projections"], ["projections", "rebuild"], ["snapshots"],
    ]

    @Test(arguments: commands) func `help begins with an example`(_ command: [String]) async throws {
        let process = try flx.start(command + ["--help"])
        let run = try await process.end()
        #expect(run.status == 0 && run.errors.isEmpty)
        let example = try #require(run.output.range(of: "Example"))
        let usage = try #require(run.output.range(of: "USAGE"))
        #expect(example.lowerBound < usage.lowerBound)
    }

    @Test func `what is not understood is exit 64 and a message`() async throws {
        for arguments in [["fly"], ["info", "--colour"], ["read", "--limit", "0"], ["read", "--since", "soon"], ["append", "t"]] {
            let process = try flx.start(arguments)
            let run = try await process.end()
            #expect(run.status == 64, "\(arguments)")
            #expect(run.output.isEmpty && !run.errors.isEmpty)
        }
        #expect(try await flx("--version").output == "0.1.0\n")
        #expect(try await flx("--generate-completion-script", "bash").output.contains("complete"))
    }

    @Test func `a store that is not there is named, and not made`() async throws {
        let run = try await flx("info", expecting: 64)
        #expect(run.errors.contains(flx.store) && run.output.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: flx.store))
    }

    @Test func `a file of something else says so and stays as it is`() async throws {
        let text = String(repeating: "this is a letter, not a database. ", count: 100)
        _ = try folder.write(text, to: "events.db")
        for command in ["info", "verify"] { #expect(try await flx(command, expecting: 69).errors.contains("events.db")) }
        try await flx("append", "t", "--stream", "s", expecting: 69)
        #expect(try String(contentsOfFile: flx.store, encoding: .utf8) == text)
    }

    /// Changes a big-endian number in the header of the database file.
    private func setHeader(_ offset: Int, _ value: UInt32) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: flx.store))
        bytes.replaceSubrange(offset..<offset + 4, with: withUnsafeBytes(of: value.bigEndian) { Data($0) })
        try bytes.write(to: URL(fileURLWithPath: flx.store))
    }

    @Test func `a SQLite file of another program, and a newer format, say what to do`() async throws {
        try await flx("append", "t", "--stream", "s")
        try setHeader(60, 99)
        #expect(try await flx("info", expecting: 69).errors.contains("newer"))
        #expect(try await flx("append", "t", "--stream", "s", expecting: 69).errors.contains("99"))
        try setHeader(68, 0x1234_5678)
        #expect(try await flx("info", expecting: 69).errors.contains("another program"))
    }

    @Test func `a store that another process writes can be read, and is not written`() async throws {
        let store = try await SQLiteEventStore.open(SQLiteConfiguration(path: flx.store))
        try await store.append([Event(type: "t")], to: "s")
        let run = try await flx("append", "t", "--stream", "s", "--lock-timeout", "0", expecting: 69)
        #expect(run.errors.contains(String(ProcessInfo.processInfo.processIdentifier)))
        #expect(try await flx("info", "--json").json()["events"] == 1)
        await store.close()
        try await flx("append", "t", "--stream", "s")
    }

    @Test func `tail goes on with what comes, and ends with 130 at an interrupt`() async throws {
        try await flx("append", "first", "--stream", "s")
        let tail = try flx.start(["tail", "-f", "-o", "jsonl"])
        try await eventually { tail.output.contains("first") }
        try await flx("append", "second", "--stream", "s")
        try await eventually { tail.output.contains("second") }
        tail.send(SIGINT)
        #expect(try await tail.end().status == 130)
        #expect(tail.output.split(separator: "\n").count == 2)
    }

    @Test func `an import from an idle pipe ends with 130 at an interrupt`() async throws {
        try await flx("append", "t", "--stream", "s")
        let process = try flx.start(["import", "-", "--lock-timeout", "600"], input: .open)
        // The store is opened for writing before the first byte is waited for. Those who ask may be in its way for some time.
        try await eventually { try await flx("append", "t", "--stream", "s", "--lock-timeout", "0", expecting: nil).status == 69 }
        process.send(SIGINT)
        #expect(try await process.end().status == 130)
    }

    @Test func `an import from a named pipe waits for its writer, and ends with 130 at an interrupt`() async throws {
        try await flx("append", "t", "--stream", "s")
        let pipe = folder.file("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        let process = try flx.start(["import", pipe, "--lock-timeout", "600"])
        try await eventually { try await flx("append", "t", "--stream", "s", "--lock-timeout", "0", expecting: nil).status == 69 }
        process.send(SIGINT)
        #expect(try await process.end().status == 130)
        let event = #"{"specversion":"1.0","id":"1","source":"/t","type":"t","subject":"pipe"}"#
        let run = try await flx.shell("$FLX import \(pipe) --json & echo '\(event)' > \(pipe); wait $!")
        #expect(try run.status == 0 && run.json()["imported"] == 1, "\(run.errors)")
    }

    @Test func `a reader that has seen enough is no error`() async throws {
        let lines = (0..<3000).map { #"{"specversion":"1.0","id":"e\#($0)","source":"/t","type":"t","subject":"s"}"# }
        try await flx("import", "-", input: lines.joined(separator: "\n"))
        let run = try await flx.shell("$FLX export | head -n 1")
        #expect(run.status == 0 && run.errors.isEmpty && run.lines.count == 1)
    }

    @Test func `control characters of events never reach the reader`() async throws {
        try await flx("append", "t", "--stream", "s", "--data", "\"\u{9B}31m\u{202E}\u{7F}\"")
        for format in ["plain", "table"] {
            let output = try await flx("read", "-o", format).output
            #expect(output.contains("\\u{9B}31m\\u{202E}\\u{7F}"))
        }
        // On a terminal, JSON too: `script` gives the program one.
        guard FileManager.default.fileExists(atPath: "/usr/bin/script") else { return }
        let run = try await flx.shell("script -qec '$FLX read -o jsonl' /dev/null")
        #expect(run.output.contains("\\u009b31m\\u202e\\u007f"))
        #expect(!run.output.unicodeScalars.contains("\u{9B}"))
    }

    @Test func `colours are for terminals that want them`() async throws {
        guard FileManager.default.fileExists(atPath: "/usr/bin/script") else { return }
        try await flx("append", "t", "--stream", "s")
        #expect(try await flx.shell("script -qec 'TERM=xterm $FLX types ls' /dev/null").output.contains("\u{1B}[1m"))
        #expect(try await !flx.shell("script -qec 'TERM=xterm NO_COLOR=1 $FLX types ls' /dev/null").output.contains("\u{1B}["))
        #expect(try await !flx("types", "ls", "-o", "table").output.contains("\u{1B}["))
    }
}
