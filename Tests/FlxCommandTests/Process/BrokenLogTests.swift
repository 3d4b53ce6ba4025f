import ChildProcesses
import FlxCore
import Foundation
import SharedData
import Testing

@testable import FlxCommand
@testable import FlxFiles

/// Inputs that cannot be read to their end, or are no log at all.
@Suite struct BrokenLogTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    private static func line(_ id: String, source: String = "/s") -> String {
        #"{"specversion":"1.0","id":"\#(id)","source":"\#(source)","type":"t","subject":"s"}"#
    }

    private static func ocel(_ events: [String]) -> String {
        #"{"objectTypes":[],"eventTypes":[],"objects":[],"events":[\#(events.joined(separator: ","))]}"#
    }

    private static func ocelEvent(
        _ id: String, attributes: String = "[]", relations: String = #"[{"objectId":"s","qualifier":""}]"#
    ) -> String {
        #"{"id":"\#(id)","type":"t","time":"2020-01-01T00:00:00Z","attributes":\#(attributes),"relationships":\#(relations)}"#
    }

    /// Logs of two events and more, that are broken behind the first one (in csv, before it).
    static let broken: [(name: String, text: String)] = {
        let event = "<event><string key='concept:name' value='a'/></event>"
        let xes = { (middle: String) in "<log><trace><string key='concept:name' value='s'/>\(event)\(middle)\(event)</trace></log>" }
        return [
            ("entity.xes", xes("<event><string key='k' value='&nbsp;'/></event>")), ("tag.xes", xes("</event>")),
            ("cut.xes", String(xes("").dropLast(8))), ("twice.csv", "id,subject,x,x\n1,s,1,2\n2,s,1,2\n"),
            ("joined.json", "[\(line("1"))][\(line("2"))]"),
            ("cut.json", "[\(line("1")),\n"), ("text.ocel.json", ocel([ocelEvent("1"), #""2""#, ocelEvent("3")])),
            ("list.ocel.json", ocel([ocelEvent("1"), "[\(ocelEvent("2"))]", ocelEvent("3")])),
            ("number.ocel.json", ocel([ocelEvent("1"), "2", ocelEvent("3")])),
            ("cut.ocel.json", String(ocel([ocelEvent("1"), ocelEvent("2")]).dropLast(2))),
        ]
    }()

    @Test(arguments: broken) func `what a broken log keeps back is told of`(_ name: String, _ text: String) async throws {
        let path = try folder.write(text, to: name)
        let format = LogFormat(path: path)?.rawValue ?? "jsonl"
        let checked = try await flx("import", path, expecting: 1)
        #expect(checked.errors.contains("is broken at line") && checked.errors.contains("nothing was imported"), "\(checked.errors)")
        #expect(!checked.errors.contains("--skip-bad") && !FileManager.default.fileExists(atPath: flx.store))
        let piped = FlxProgram(store: folder.file("piped.db"))
        for (program, input, more) in [(flx, path, ["--skip-bad", folder.file("bad")]), (piped, "-", ["--format", format])] {
            let run = try await program.start(["import", input, "--json"] + more, input: .text(text)).end()
            #expect(run.status == 1 && run.errors.contains("nothing behind it was read"), "\(run.status) \(run.errors)")
            #expect(try run.json()["imported"]?.int ?? 9 < 3 && run.json()["bad"] == 1)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("bad")), "a part that nothing can be made of was set aside")
    }

    @Test func `attributes and relations of OCEL that are no lists are not lost`() async throws {
        let events = [
            Self.ocelEvent("1", attributes: #"{"n":"5"}"#), Self.ocelEvent("2", attributes: #""n""#),
            Self.ocelEvent("3", relations: #"{"s":"stream"}"#), Self.ocelEvent("4", relations: #"["s"]"#),
            Self.ocelEvent("5", attributes: "null"),
        ]
        let path = try folder.write(Self.ocel(events), to: "a.ocel.json")
        let run = try await flx(
            "import", path, "--stream", "other", "--skip-bad", folder.file("bad.ocel.json"), "--json", expecting: 2)
        #expect(try run.json()["imported"] == 1 && run.json()["bad"] == 4)
        #expect(run.errors.contains("'attributes' is no list") && run.errors.contains("'relationships' is no list"))
        let types = #"{"eventTypes":[{"name":"t","attributes":{"n":"integer"}}],"events":[]}"#
        #expect(try await flx("import", "-", "--format", "ocel", input: types, expecting: 1).errors.contains("'attributes' is no list"))
    }

    @Test func `what is no log is named with what helps, and nothing is made`() async throws {
        let store = FlxProgram(store: folder.file("store.db"))
        try await store("append", "t", "--stream", "s")
        let utf16 = try #require(Self.line("1").data(using: .utf16LittleEndian))
        let files: [(kind: FileKind, bytes: Data, words: String)] = [
            (.sqlite, try Data(contentsOf: URL(fileURLWithPath: store.store)), "flx copy --from"),
            (.xz, Data([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 4]), "xz -dc"), (.zstandard, Data([0x28, 0xB5, 0x2F, 0xFD, 4]), "zstd -dc"),
            (.bzip2, Data("BZh91AY".utf8), "bzip2 -dc"), (.zip, Data([0x50, 0x4B, 3, 4, 20]), "unzip -p"),
            (.utf16, utf16, "iconv -f UTF-16"), (.utf16, Data([0xFF, 0xFE]) + utf16, "iconv -f UTF-16"),
        ]
        for (kind, bytes, words) in files {
            #expect(FileKind(beginning: Array(bytes)) == kind)
            for format in ["jsonl", "csv", "xes", "ocel"] {
                try bytes.write(to: URL(fileURLWithPath: folder.file("input")))
                let run = try await flx("import", folder.file("input"), "--format", format, expecting: 64)
                #expect(run.errors.contains(words) && run.errors.split(separator: "\n").count == 1, "\(run.errors)")
            }
            let piped = try await flx.shell("$FLX import - < \(folder.file("input"))")
            #expect(piped.status == 64 && piped.errors.contains(words), "\(piped.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: flx.store))
        for text in ["", "{", "[1]", "a,b", "<log>", "\u{FEFF}{}", "BZ", "BZh,a", "BZh1,a", "PK,a"] {
            #expect(FileKind(beginning: Array(text.utf8)) == nil, "\(text)")
        }
    }

    @Test func `what is said of bad lines fits their number and where they are`() async throws {
        let input = try folder.write("{bad}\n" + Self.line("1") + "\n", to: "in.jsonl")
        let one = try await flx("import", input, expecting: 1)
        #expect(one.errors.contains("1 of 2 lines is bad"))
        let device = try await flx("import", input, "--skip-bad", "/dev/null", expecting: 2)
        #expect(device.errors.contains("1 bad line was set aside in /dev/null") && !device.errors.contains("import that file"))
        let time = Self.line("2").dropLast() + #","time":"soon"}"#
        #expect(try await flx("import", "-", input: String(time), expecting: 1).errors.contains("-:1: 'time': 'soon' is no time"))
    }

    @Test func `the way to tell sources apart is named only where they differ`() async throws {
        try await flx("import", "-", input: Self.line("1"))
        let other = try await flx("import", "-", input: Self.line("1", source: "/o"), expecting: 1)
        #expect(other.errors.contains("--id source+id"))
        let same = try await flx("import", "-", input: Self.line("1").dropLast() + #","data":1}"#, expecting: 1)
        #expect(same.errors.contains("is recorded at position 1") && !same.errors.contains("--id"))
    }
}
