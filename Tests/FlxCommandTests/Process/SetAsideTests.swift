import ChildProcesses
import FlxCore
import Foundation
import SharedData
import Testing

/// Bad lines that were set aside can be mended and imported, whatever they came from.
@Suite struct SetAsideTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    /// Imports a log, mends what was set aside by putting one text for another, and imports that.
    /// - Returns: What was set aside, and the events of the store.
    private func mend(
        _ log: String, _ ending: String, _ wrong: String, _ right: String, _ options: String = "", bad: Int
    ) async throws -> (file: String, events: [EventValue]) {
        let (input, path) = (try folder.write(log, to: "in.\(ending)"), folder.file("bad.\(ending)"))
        let run = try await flx.shell("$FLX import '\(input)' \(options) --skip-bad '\(path)' --json")
        #expect(try run.status == 2 && run.json()["bad"] == .int(bad), "\(run.status) \(run.errors)")
        let file = try String(contentsOfFile: path, encoding: .utf8)
        let mended = try folder.write(file.replacing(wrong, with: right), to: "mended.\(ending)")
        let report = try await flx("import", mended, "--json").json()
        #expect(report["imported"] == .int(bad) && report["bad"] == 0)
        return (file, try await flx("export").lines.map { try EventValue(json: Array($0.utf8)) })
    }

    @Test(arguments: [("sep=:\n", ":", ""), ("", " ", "--delimiter ' '"), ("", ";", ""), ("sep=;\n", ";", "")])
    func `records of a table have its delimiter`(_ told: String, _ delimiter: String, _ options: String) async throws {
        let rows = ["id:type:subject:x", "1:t:s:5", "2:t:s:5:6"].map { $0.replacing(":", with: delimiter) }
        let wrong = "5\(delimiter)6"
        let (file, events) = try await mend(told + rows.joined(separator: "\n") + "\n", "csv", wrong, "6", options, bad: 1)
        // A record of names that is read with another delimiter has a line before it.
        let head = delimiter == ";" ? "" : "sep=\(delimiter)\n"
        #expect(file == head + rows[0] + "\n" + rows[2] + "\n")
        #expect(events.map { $0["type"] } == ["t", "t"] && events.map { $0["data"]?["x"] } == [5, 6])
    }

    private static let attributes = #""specversion":"1.0","source":"/s","type":"t","subject":"s","id":"#

    private func line(_ id: String, _ data: String) -> String { "{\(Self.attributes)\"\(id)\",\"data\":\(data)}" }

    @Test func `elements of an array, and objects, that have several lines`() async throws {
        let array = "[{\"id\":\"1\"},\n{\n \"id\":\"2\"\n},\n\(line("0", "1"))]\n"
        let (file, events) = try await mend(array, "json", "\"id\":", Self.attributes, bad: 2)
        #expect(file == "[\n{\"id\":\"1\"},\n{\n \"id\":\"2\"\n}\n]\n")
        #expect(events.map { $0["id"] } == ["0", "1", "2"])
    }

    @Test func `objects of many lines that follow each other`() async throws {
        let objects = "{\n \"id\":\"1\"\n}\n{\"id\":\"2\"}\n{\n \"id\":\"3\"\n}\n"
        let (_, events) = try await mend(objects, "json", "\"id\":", Self.attributes, bad: 3)
        #expect(events.map { $0["id"] } == ["1", "2", "3"])
    }

    @Test func `events of OCEL have the declarations of their types, however long these are`() async throws {
        let names = (0..<1_300).map { "\($0)" + String(repeating: "x", count: 900) }
        let attributes = names.map { #"{"name":"\#($0)","type":"integer"}"# }.joined(separator: ",")
        let event = #"{"id":"1","type":"t","time":"soon","attributes":[{"name":"\#(names[7])","value":"5"}],"#
            + #""relationships":[{"objectId":"s","qualifier":""}]}"#
        let log = #"{"objectTypes":[],"eventTypes":[{"name":"t","attributes":[\#(attributes)]}],"events":[\#(event)]}"#
        let (_, events) = try await mend(log, "ocel.json", "soon", "2020-01-02T00:00:00Z", bad: 1)
        #expect(events.map { $0["data"]?[names[7]] } == [5])
    }

    @Test func `a line of which a transform makes several events is one line`() async throws {
        let steps = try folder.write(#"[{"split":"/l","to":"/e"}]"#, to: "split.json")
        try await flx("import", "-", "--transform", steps, input: line("1", #"{"l":[1,2,3]}"#))
        let (other, path) = (line("1", #"{"l":[4,5,6]}"#), folder.file("bad.jsonl"))
        let run = try await flx("import", "-", "--transform", steps, "--skip-bad", path, "--json", input: other, expecting: 2)
        #expect(try run.json()["bad"] == 1 && run.errors.contains("1 bad line was set aside"))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == other + "\n")
        let input = try folder.write(line("2", #"{"l":[1,2,3]}"#) + "\n{bad}\n", to: "in.jsonl")
        #expect(try await flx("import", input, "--transform", steps, expecting: 1).errors.contains("1 of 2 lines is bad"))
    }

    @Test func `equal elements of one line are several lines`() async throws {
        let run = try await flx("import", "-", "--skip-bad", folder.file("bad.json"), "--json", input: "[{},{},{}]", expecting: 2)
        #expect(try run.json()["bad"] == 3)
        #expect(try String(contentsOfFile: folder.file("bad.json"), encoding: .utf8) == "[\n{},\n{},\n{}\n]\n")
    }
}
