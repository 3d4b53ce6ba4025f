import ChildProcesses
import FlxCore
import Foundation
import SharedData
import Testing

/// How a command ends where nobody reads it, where there is little room, and where its arguments are no text.
@Suite struct EndingTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    /// Runs a command whose output nobody reads from the beginning on.
    /// - Returns: Its exit code.
    private func unread(_ command: String) async throws -> String {
        let gone = folder.file("gone")
        let (writer, reader) = ("{ read < \(gone); $FLX \(command); echo \"code $?\" >&2; }", "{ exec 0<&-; echo > \(gone); }")
        let run = try await flx.shell("rm -f \(gone); mkfifo \(gone); \(writer) | \(reader)")
        return run.errors.split(separator: "\n").last.map(String.init) ?? ""
    }

    @Test func `what was found counts, also when nobody reads it`() async throws {
        let event = #"{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"s"}"#
        let bad = try folder.write(event + "\nno event\n", to: "bad.jsonl")
        let (schema, value) = (try folder.write(#"{"type":"object"}"#, to: "schema.json"), try folder.write("1", to: "value.json"))
        try await flx("append", "t", "--stream", "s", "--id", "1", "--source", "/s")
        try await flx("backup", "--incremental", folder.file("archive"))
        let part = folder.file("archive/events-000000000001.part")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: part))
        bytes[bytes.count - 20] ^= 1
        try bytes.write(to: URL(fileURLWithPath: part))
        let cases = [
            ("import - < \(bad)", 1), ("import \(bad) --skip-bad \(folder.file("skipped"))", 2), ("verify \(folder.file("archive"))", 2),
            ("doctor --store \(folder.file("none.db"))", 2), ("read --stream none", 2), ("export --stream none", 2),
            ("schema validate \(schema) \(value)", 2), ("parked retry none --all --yes --json", 2),
            ("info", 0), ("read", 0), ("export", 0), ("tail", 0), ("verify", 0),
        ]
        for (command, code) in cases {
            #expect(try await unread(command) == "code \(code)", "\(command)")
        }
    }

    @Test(arguments: ["26", "10", "1", "0", "-5", "x", "9999999999999999999999"])
    func `help needs no room`(_ columns: String) async throws {
        for (command, code) in [("help", 0), ("import --help", 0), ("help schema add", 0), ("fly", 64), ("import", 64)] {
            let run = try await flx.shell("COLUMNS=\(columns) $FLX \(command)")
            #expect(run.status == code, "\(command): \(run.errors)")
        }
    }

    @Test func `a command whose output nobody takes ends at the first signal`() async throws {
        let events = (1...3_000).map { #"{"specversion":"1.0","id":"e\#($0)","source":"/s","type":"t","subject":"s","data":"\#($0)"}"# }
        try await flx("import", "-", input: events.joined(separator: "\n"))
        let pipe = folder.file("pipe")
        // The shell has the pipe open, and reads a byte to know that it is written to.
        for command in ["export", "read --all", "read --all -o json", "export --format xes"] {
            let start = "rm -f \(pipe); mkfifo \(pipe); exec 3<>\(pipe); $FLX \(command) >\(pipe) & head -c 1 <&3 >/dev/null; kill -TERM $!"
            let end = "for _ in {1..100}; do kill -0 $! 2>/dev/null || break; sleep 0.1; done; kill -KILL $! 2>/dev/null; wait $!; exit $?"
            #expect(try await flx.shell("\(start); \(end)").status == 130, "\(command)")
        }
    }

    @Test func `standard streams that are closed are no other files`() async throws {
        try await flx("append", "t", "--stream", "s")
        let reading = ["import -", "append t --stream s --data -"]
        for command in reading + reading.map({ $0 + " >&-" }) + reading.map({ $0 + " >&- 2>&-" }) {
            let run = try await flx.shell("timeout -s KILL 20 $FLX \(command) <&-")
            #expect(run.status == 69, "\(command): \(run.errors)")
        }
        for command in ["info", "read", "backup \(folder.file("copy.db"))", "--version", "help"] {
            let run = try await flx.shell("$FLX \(command) >&-")
            #expect(run.status == 1 && run.errors.contains("Bad file descriptor"), "\(command): \(run.errors)")
        }
        #expect(try await flx.shell("$FLX verify <&- >&- 2>&-").status == 1)
        #expect(try await flx.shell("$FLX verify <&- 2>&-").status == 0)
        #expect(try await flx("info", "--json").json()["events"] == 1)
    }

    @Test func `what is no UTF-8 leads to no other file and is no other text`() async throws {
        try await flx("append", "t", "--stream", "s")
        let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        let name = "$'\(folder.path)/\\xe4'"
        let cases = [
            "backup \(name)", "backup --incremental \(name)", "restore \(flx.store) --to \(name)", "append t --stream s --store \(name)",
            "copy --to \(name)", "verify \(name)", "append t --stream $'a\\xe4'", "append t --stream s --data $'{\"n\":\"\\xfc\"}'",
            "import - --skip-bad \(name)",
        ]
        for command in cases {
            let run = try await flx.shell("$FLX \(command)")
            #expect(run.status == 64 && run.errors.contains("is no UTF-8"), "\(command): \(run.errors)")
        }
        let run = try await flx.shell("FLX_STORE=\(name) $FLX append t --stream s")
        #expect(run.status == 64 && run.errors.contains("FLX_STORE"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == before)
        #expect(try await flx("info", "--json").json()["events"] == 1)
        try await flx("append", "t", "--stream", "ä\u{FFFD}")
    }
}
