import ChildProcesses
import FlxCore
import FlxFiles
import Foundation
import SharedData
import Testing

@testable import FlxCommand

/// What an import leaves alone, keeps and says, through the program.
@Suite struct LogImportTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func line(_ id: String, _ more: String = "") -> String {
        #"{"specversion":"1.0","id":"\#(id)","source":"/s","type":"t","subject":"s"\#(more)}"#
    }

    // Outputs.

    @Test func `bad lines never go into the input, the store, another store, an archive or a file with something in it`() async throws {
        let input = try folder.write(line("1") + "\n{bad}\n", to: "in.jsonl")
        try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: input)
        try FileManager.default.linkItem(atPath: input, toPath: folder.file("hard"))
        let other = FlxProgram(store: folder.file("other.db"))
        for program in [flx, other] { try await program("append", "t", "--stream", "s") }
        try await other("backup", "--incremental", folder.file("archive"))
        let part = folder.file("archive/events-000000000001.part")
        let kept = try folder.write("set aside last night\n", to: "bad.jsonl")
        let paths = [
            input, folder.file("link"), folder.file("hard"), flx.store, flx.store + "-wal", flx.store + ".lock", other.store,
            other.store + "-journal", part, folder.file("archive/new"), kept, "-", folder.path,
        ]
        let before = paths.map { try? Data(contentsOf: URL(fileURLWithPath: $0)) }
        for path in paths {
            let run = try await flx("import", input, "--skip-bad", path, expecting: 64)
            #expect(run.errors.contains("--skip-bad"), "\(run.errors)")
        }
        #expect(try await flx.shell("$FLX import - --skip-bad '\(input)' < '\(input)'").status == 64)
        for (path, data) in zip(paths, before) where data != nil {
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == data, "\(path) was changed")
        }
        #expect(try await flx("info", "--json").json()["events"] == 1)
        #expect(try await other("verify", folder.file("archive"), "--json").json()["faultCount"] == 0)
    }

    @Test func `without a bad line no file is made`() async throws {
        let input = try folder.write(line("1") + "\n", to: "in.jsonl")
        try await flx("import", input, "--skip-bad", folder.file("bad.jsonl"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("bad.jsonl")))
    }

    @Test func `lines that are too long are said not to be set aside`() async throws {
        let long = String(repeating: "x", count: TextSplitter.maximumBytes + 1)
        let run = try await flx(
            "import", "-", "--skip-bad", folder.file("bad.jsonl"), input: long + "\n{bad}\n" + line("1"), expecting: 2)
        #expect(run.errors.contains("1 bad line was set aside"))
        #expect(run.errors.contains("1 bad line is not in \(folder.file("bad.jsonl")), being longer"))
        #expect(try text(folder.file("bad.jsonl")) == "{bad}\n")
    }

    @Test(arguments: ["csv", "xes", "ocel.json"]) func `bad events are set aside in their format, and go in when they are mended`(
        _ ending: String
    ) async throws {
        let input: String
        switch ending {
        case "csv": input = "type;subject;time;n\r\na;s;2020-01-01T00:00:00Z;\"1\n2\"\r\nb;s;soon;7\r\nc;s;soon;\"x;y\"\r\n"
        case "xes":
            let event = { (type: String, time: String) in
                "<event><string key=\"concept:name\" value=\"\(type)\"/><date key=\"time:timestamp\" value=\"\(time)\"/></event>\n"
            }
            input = "<?xml version='1.0'?>\n<log xes.version='1'>\n<trace><string key='concept:name' value='s'/><int key='n' value='7'/>"
                + event("a", "2020-01-01T00:00:00Z") + event("b", "soon") + event("c", "soon") + "</trace></log>"
        default:
            let event = { (id: String, time: String) in
                #"{"id":"\#(id)","type":"\#(id)","time":"\#(time)","attributes":[{"name":"n","value":"7"}],"#
                    + #""relationships":[{"objectId":"s","qualifier":""}]}"#
            }
            input = #"{"eventTypes":[{"name":"b","attributes":[{"name":"n","type":"integer"}]}],"objectTypes":[],"objects":[],"events":["#
                + [event("a", "2020-01-01T00:00:00Z"), event("b", "soon"), event("c", "soon")].joined(separator: ",\n") + "]}"
        }
        let path = try folder.write(input, to: "in.\(ending)")
        let bad = folder.file("bad.\(ending)")
        let run = try await flx("import", path, "--skip-bad", bad, "--json", expecting: 2)
        #expect(try run.json()["imported"] == 1 && run.json()["bad"] == 2)
        #expect(run.errors.contains("2 bad lines were set aside in \(bad)") && !run.errors.contains("--format"))
        let mended = try folder.write(try text(bad).replacing("soon", with: "2020-01-02T00:00:00Z"), to: "mended.\(ending)")
        let report = try await flx("import", mended, "--json").json()
        #expect(report["imported"] == 2 && report["bad"] == 0)
        let types = try await flx("read", "-o", "jsonl").lines.map { try EventValue(json: Array($0.utf8)) }
        #expect(types.map { $0["type"] } == ["a", "b", "c"] && types.map { $0["subject"] } == ["s", "s", "s"])
        #expect(types[1]["data"].map { "\($0)".contains(":7") } == true)
    }

    // Identity.

    @Test func `extensions of others come back from every format`() async throws {
        let lines = [
            line("q1", #","sequence":"0000001""#), line("q2", #","sequence":"12","sequencetype":"Integer""#),
            line("q3", #","recordedtime":"2020-01-01T00:00:00Z","position":7,"flag":true"#),
        ]
        try await flx("import", "-", input: lines.joined(separator: "\n"))
        let original = try await flx("export").output
        for name in ["sequence\":\"0000001", "sequencetype", "recordedtime"] { #expect(original.contains(name)) }
        for (format, ending) in [("jsonl", "jsonl"), ("csv", "csv"), ("xes", "xes"), ("ocel", "ocel.json")] {
            let path = try folder.write(try await flx("export", "--format", format).output, to: "x.\(ending)")
            let other = FlxProgram(store: folder.file("\(format).db"))
            try await other("import", path)
            #expect(try await other("export").output == original, "\(format)")
            // Into the very store it came from, nothing is new, and nothing is other.
            #expect(try await flx("import", path, "--json").json()["known"] == 3, "\(format)")
        }
        let places = try folder.write(try await flx("read", "-o", "jsonl").output, to: "places.jsonl")
        #expect(try await flx("import", places, "--json").json()["known"] == 3)
    }

    @Test func `tables of two days are two tables, and the same table again adds nothing`() async throws {
        let steps = try folder.write(#"[{"copy":"/case_id","to":"subject"},{"copy":"/activity","to":"type"}]"#, to: "columns.json")
        let first = try folder.write("case_id,activity\nc1,ping\nc1,pong\n", to: "day1.csv")
        let second = try folder.write("case_id,activity\nc1,ping\nc1,halt\n", to: "day2.csv")
        #expect(try await flx("import", first, "--transform", steps, "--json").json()["imported"] == 2)
        #expect(try await flx("import", second, "--transform", steps, "--json").json()["imported"] == 2)
        let again = try await flx("import", first, "--transform", steps, "--json")
        #expect(try again.json()["known"] == 2 && again.json()["knownByPlace"] == 2)
        #expect(again.errors.contains("--origin"))
        // A table of the same name is the same one, and the warning says what to do.
        try FileManager.default.createDirectory(atPath: folder.file("other"), withIntermediateDirectories: true)
        let other = try folder.write("case_id,activity\nc1,ping\nc1,stop\n", to: "other/day1.csv")
        let warned = try await flx("import", other, "--transform", steps, "--json")
        #expect(try warned.json()["known"] == 1 && warned.json()["knownByPlace"] == 1 && warned.errors.contains("day1.csv"))
        #expect(try await flx("import", other, "--transform", steps, "--origin", "o", "--json").json()["imported"] == 2)
    }

    @Test func `ids that a transform gives to rows are told apart on demand`() async throws {
        let steps = try folder.write(#"[{"copy":"/nr","to":"id"}]"#, to: "columns.json")
        let split = try folder.write(#"[{"split":"/l","to":"/e"}]"#, to: "split.json")
        for (name, rows) in [("a.csv", "1,x\n2,y\n"), ("b.csv", "1,z\n2,y\n")] {
            let table = try folder.write("nr,who\n" + rows, to: name)
            for figure in ["imported", "known"] {
                let report = try await flx("import", table, "--stream", "s", "--transform", steps, "--id", "origin+id", "--json").json()
                #expect(report[figure] == 2 && report["knownByPlace"] == nil, "\(report)")
            }
        }
        let ids = try await flx("export").lines.map { try EventValue(json: Array($0.utf8))["id"] }
        #expect(ids == ["a.csv 1", "a.csv 2", "b.csv 1", "b.csv 2"])

        // An id that is made, and those of the parts of an event with such, stay as they are.
        let lists = try folder.write("l\n\"[1,2]\"\n", to: "lists.csv")
        #expect(try await flx("import", lists, "--stream", "s", "--transform", split, "--json").json()["imported"] == 2)
        let again = try await flx("import", lists, "--stream", "s", "--transform", split, "--id", "origin+id", "--json").json()
        #expect(again["known"] == 2 && again["knownByPlace"] == 2)
    }

    @Test func `two sources with one id are told apart on demand, and the refusal says how`() async throws {
        let lines = ["/a", "/b"].map { #"{"specversion":"1.0","id":"1","source":"\#($0)","type":"t","subject":"s"}"# }
        let input = try folder.write(lines.joined(separator: "\n"), to: "in.jsonl")
        let refused = try await flx("import", input, expecting: 1)
        #expect(refused.errors.contains("--id source+id"))
        let other = FlxProgram(store: folder.file("other.db"))
        #expect(try await other("import", input, "--id", "source+id", "--json").json()["imported"] == 2)
        #expect(try await other("import", input, "--id", "source+id", "--json").json()["known"] == 2)
    }

    // What is said.

    @Test func `what is left out is said, also to programs`() async throws {
        let log = "<log><string key='creator' value='x'/><trace><string key='concept:name' value='c'/><event/></trace></log>"
        let run = try await flx("import", try folder.write(log, to: "a.xes"), "--json")
        #expect(try run.json()["leftOut"]?["attributes of the log"] == 1)
        #expect(run.errors.contains("1 attributes of the log"))
    }

    @Test(arguments: [("<log/>", "xes"), (#"{"objectTypes":[],"eventTypes":[],"events":[{}]}"#, "ocel"), ("a;b\n1;2\n", "csv")])
    func `a log of another format is said to be one`(_ text: String, _ format: String) async throws {
        let run = try await flx("import", try folder.write(text, to: "log.json"), expecting: 1)
        #expect(run.errors.contains("try --format \(format)"), "\(run.errors)")
    }

    @Test func `a line end in a message is spelled out`() async throws {
        let run = try await flx("import", "-", input: line("y", #","time":"x\nflx: 5 events were imported""#), expecting: 1)
        #expect(run.errors.contains(#"x\nflx: 5"#) && !run.errors.contains("\nflx: 5"))
    }

    // Pipes.

    @Test func `what comes slowly is committed too`() async throws {
        let process = try flx.start(["import", "-", "--json"], input: .open)
        try await process.write(line("1") + "\n" + line("2").prefix(20))
        try await eventually { try await count() == 1 }
        try await process.write(String(line("2").dropFirst(20)) + "\n")
        try await eventually { try await count() == 2 }
        process.send(SIGINT)
        #expect(try await process.end().status == 130)
    }

    private func count() async throws -> Int64 {
        guard FileManager.default.fileExists(atPath: flx.store) else { return 0 }
        let run = try await flx.start(["info", "--json"]).end()
        return run.status == 0 ? try run.json()["events"]?.number?.int64 ?? 0 : 0
    }

    @Test func `an object of many lines is an event`() async throws {
        let pretty = "{\n  \"specversion\": \"1.0\",\n  \"id\": \"1\",\n  \"source\": \"/s\",\n"
            + "  \"type\": \"t\",\n  \"subject\": \"s\"\n}\n"
        #expect(try await flx("import", "-", "--json", input: pretty).json()["imported"] == 1)
        try await flx("append", "t", "--stream", "s", "--data", "-", input: "\u{FEFF}{\"a\":1}")
        #expect(try await flx("state", "s", "--json").json()["data"] == ["a": 1])
    }
}
