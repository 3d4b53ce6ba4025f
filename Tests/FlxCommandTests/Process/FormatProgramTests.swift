import ChildProcesses
import FlxCore
import FlxFiles
import Foundation
import SharedData
import Testing

@testable import FlxCommand

/// `flx export --format` and `flx import` of what it wrote, on the real logs.
@Suite(.sharedData) struct FormatProgramTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    /// Writes the store as a file and gives its path.
    private func export(_ format: String, _ ending: String) async throws -> String {
        let path = folder.file("log.\(ending)")
        let run = try await flx.shell("$FLX export --format \(format) > '\(path)'")
        #expect(run.status == 0, "\(run.errors)")
        return path
    }

    /// How many events and cases there are, by plain counting.
    private static func counts(_ name: String) throws -> (events: Int, cases: Int) {
        let source = try GzipSource(try SharedData.required("data/\(name).jsonl.gz").path)
        var bytes: [UInt8] = []
        while case let piece = try source.next(), !piece.isEmpty { bytes += piece }
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        return (lines.count, Set(try lines.map { try EventValue(json: Array($0))["subject"]?.string }).count)
    }

    /// The greater log takes minutes in a debug build.
    private static let logs = [("receipt", ["csv", "xes", "ocel.json"])]
        + (ProcessInfo.processInfo.environment["FLX_FULL"] == nil ? [] : [("incident", ["xes"])])

    @Test(arguments: logs)
    func `each format has all events and cases, and comes back as it was`(_ name: String, _ endings: [String]) async throws {
        let (events, cases) = try Self.counts(name)
        try await flx("import", try SharedData.required("data/\(name).jsonl.gz").path)
        let original = try await flx("export").lines.sorted()
        #expect(original.count == events)
        for ending in endings {
            let format = String(ending.prefix { $0 != "." })
            let path = try await export(format, ending)
            let other = FlxProgram(store: folder.file("\(format).db"))
            let report = try await other("import", path, "--json").json()
            #expect(report["imported"] == .int(events) && report["bad"] == 0)
            #expect(try await other("export").lines.sorted() == original, "\(format)")
            #expect(try await other("streams", "ls", "--json").json().array?.count == cases)
            // Again, nothing is new.
            #expect(try await other("import", path, "--json").json()["known"] == .int(events))
        }
    }

    @Test(.enabled(if: python != nil, "left out: FLX_PYTHON names no Python with pm4py"), arguments: ["receipt", "incident"])
    func `pm4py counts the same cases and events`(_ name: String) async throws {
        let (events, cases) = try Self.counts(name)
        try await flx("import", try SharedData.required("data/\(name).jsonl.gz").path)
        let xes = try await export("xes", "xes")
        let ocel = try await export("ocel", "ocel.json")
        let csv = try await export("csv", "csv")
        let script = """
            import sys, warnings
            warnings.filterwarnings("ignore")
            import pandas, pm4py
            log = pm4py.read_xes(sys.argv[1], variant="iterparse")
            print(len(log), log["case:concept:name"].nunique())
            ocel = pm4py.read_ocel2_json(sys.argv[2])
            print(len(ocel.events), len(ocel.objects))
            table = pandas.read_csv(sys.argv[3])
            print(len(table), table["subject"].nunique())
            """
        let file = try folder.write(script, to: "count.py")
        let run = try await flx.shell("'\(try #require(Self.python))' '\(file)' '\(xes)' '\(ocel)' '\(csv)' 2>'\(folder.file("py"))'")
        #expect(run.output.split(separator: "\n").map(String.init) == Array(repeating: "\(events) \(cases)", count: 3), "\(run.errors)")
    }

    private static let python = ProcessInfo.processInfo.environment["FLX_PYTHON"]

    @Test func `a transform changes what is imported and exported`() async throws {
        let table = try folder.write("case,activity,secret\r\nc-1,Open,x\r\nc-1,Close,y\r\n", to: "table.csv")
        let steps = try folder.write(
            #"[{"copy":"/case","to":"subject"},{"rename":"/activity","to":"/name"},{"copy":"/name","to":"type"},{"drop":"/case"}]"#,
            to: "in.json")
        let report = try await flx("import", table, "--transform", steps, "--json").json()
        #expect(report["imported"] == 2)
        #expect(try await flx("streams", "ls", "-o", "json").json()[0]?["stream"] == "c-1")
        let out = try folder.write(#"[{"drop":"/secret"},{"when":"Close","do":[{"retype":"closed","version":2}]}]"#, to: "out.json")
        let lines = try await flx("export", "--transform", out).lines.map { try EventValue(json: Array($0.utf8)) }
        #expect(lines.map { $0["data"] } == [["name": "Open"], ["name": "Close"]])
        #expect(lines.map { $0["type"] } == ["Open", "closed"] && lines[1]["schemaversion"] == 2)

        let bad = try folder.write(#"[{"drop":"/a","to":"/b"}]"#, to: "bad.json")
        #expect(try await flx("export", "--transform", bad, expecting: 64).errors.contains("step 1"))
        #expect(try await flx("export", "--transform", folder.file("none.json"), expecting: 64).errors.contains("none.json"))
        #expect(try await flx("export", "--places", "--format", "csv", expecting: 64).errors.contains("--places"))
    }

    @Test func `the steps that the help shows can be done`() async throws {
        let help = try await flx("import", "--help").output
        let start = try #require(help.range(of: "such as ")?.upperBound)
        let end = try #require(help.range(of: "}].", range: start..<help.endIndex)?.upperBound)
        let steps = try folder.write(String(help[start..<end].dropLast()), to: "steps.json")
        let table = try folder.write("case,activity\nc-1,Open\n", to: "table.csv")
        try await flx("import", table, "--stream", "s", "--transform", steps)
        #expect(try await flx("export", "--type", "Open").lines.count == 1)
    }

    @Test func `an export as one document of JSON is an array that is imported again`() async throws {
        #expect(try await flx("append", "t", "--stream", "s", "--data", "[1]").status == 0)
        try await flx("append", "t", "--stream", "s")
        let document = try await flx("export", "-o", "json")
        #expect(try document.json().array?.count == 2 && document.json()[0]?["data"] == [1])
        #expect(try await flx("import", "-", "--json", input: document.output).json()["known"] == 2)
        #expect(try await flx("export", "--json", "--prefix", "none").json() == [])
        #expect(try await flx("export", "-o", "json", "--places").json()[1]?["flxposition"] == "2")
        #expect(try await flx("export", "--format", "csv", "-o", "json", expecting: 64).errors.contains("-o"))
    }

    @Test func `a bad record of a table is named by its line, and nothing is imported`() async throws {
        let table = try folder.write("flxformat,id,source,type,subject\r\n1,1,/s,a,s-1\r\n1,,/s,,s-1\r\n", to: "table.csv")
        let run = try await flx("import", table, expecting: 1)
        #expect(run.errors.contains("table.csv:3:"), "\(run.errors)")
        let document = try folder.write("<!DOCTYPE x><log/>", to: "x.xes")
        #expect(try await flx("import", document, expecting: 1).errors.contains("document type"))
    }
}
