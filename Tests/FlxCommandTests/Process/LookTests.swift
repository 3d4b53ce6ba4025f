import ChildProcesses
import FlxCore
import Foundation
import SharedData
import Testing

@testable import FlxCommand

/// What the commands that look find, and what they say they do not show.
@Suite struct LookTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    @Test func `an event is found by an id of digits, also where a position is the same number`() async throws {
        for id in ["7", "1", "0", "99999999999999999999"] { try await flx("append", "t", "--stream", "s", "--id", id) }
        let place = { (run: ChildProcess.Ending) in try run.json()["flxposition"]?.string }
        #expect(try await place(flx("events", "get", "7", "--json")) == "1")
        #expect(try await place(flx("events", "get", "99999999999999999999", "--json")) == "4")
        #expect(try await place(flx("events", "get", "0", "--json")) == "3")
        let both = try await flx("events", "get", "1", "--json")
        #expect(try place(both) == "1" && both.errors.contains("--id"))
        #expect(try await place(flx("events", "get", "1", "--id", "--json")) == "2")
        #expect(try await flx("events", "get", "2", "--json").errors.isEmpty)
        try await flx("events", "get", "12", expecting: 2)
        try await flx("events", "get", "2", "--id", expecting: 2)
    }

    @Test func `data that is nested as deeply as can be is shown in every way`() async throws {
        let data = "{\"x\":" + String(repeating: "[", count: 63) + String(repeating: "]", count: 63) + "}"
        let event = #"{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"s","data":\#(data)}"#
        try await flx("import", "-", input: event)
        for format in ["table", "plain", "json", "jsonl"] {
            for command in [["state", "s"], ["events", "get", "1"], ["read"]] {
                let run = try await flx.start(command + ["-o", format]).end()
                #expect(run.status == 0 && run.output.contains("[[[[]]]]"), "\(command) \(format): \(run.errors)")
            }
        }
    }

    @Test func `a star that stands for nothing is told of`() async throws {
        try await flx("append", "order.placed", "--stream", "s")
        for pattern in ["ord*", "order.pla*", "te\u{301}*", "order.#x"] {
            let run = try await flx("read", "--type", pattern)
            #expect(run.lines.isEmpty && run.errors.contains("stand for whole segments"), "\(pattern): \(run.errors)")
        }
        for pattern in ["order.*", "#", "*", "order.#", "*.placed"] {
            let run = try await flx("read", "--type", pattern)
            #expect(run.lines.count == 1 && run.errors.isEmpty, "\(pattern): \(run.errors)")
        }
    }

    @Test func `the state has all fields, or says how many it left out`() async throws {
        func line(_ id: Int, _ range: Range<Int>) -> String {
            let fields = range.map { "\"f\($0)\":\($0)" }.joined(separator: ",")
            return #"{"specversion":"1.0","id":"\#(id)","source":"/s","type":"t","subject":"s","data":{\#(fields)}}"#
        }
        try await flx("import", "-", input: line(1, 0..<9_000))
        #expect(try await flx("state", "s", "--json").json()["data"]?.object.map { Array($0).count } == 9_000)
        #expect(try await flx("state", "s", "--json").json()["fieldsLeftOut"] == nil)
        try await flx("import", "-", input: line(2, 8_000..<10_500) + "\n" + line(3, 10_400..<10_600))
        let state = try await flx("state", "s", "--json").json()
        #expect(state["data"]?.object.map { Array($0).count } == 10_000 && state["fieldsLeftOut"] == 600)
    }

    @Test func `data in any known content type is looked into, and other data is counted`() async throws {
        let json = #"{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"s","data":{"n":7}}"#
        let text = #"{"specversion":"1.0","id":"4","source":"/s","type":"t","subject":"s","datacontenttype":"text/plain","data":"n"}"#
        let base64 = #"{"specversion":"1.0","id":"5","source":"/s","type":"t","subject":"s","data_base64":"eyJuIjo3fQ==","#
            + #""datacontenttype":"application/json"}"#
        try await flx("import", "-", input: [json, text, base64].joined(separator: "\n"))
        for (id, type) in [("2", "cbor"), ("3", "messagePack")] {
            let steps = try folder.write(#"[{"convert":"\#(type)"}]"#, to: "\(type).json")
            try await flx("import", "-", "--transform", steps, input: json.replacing(#""id":"1""#, with: #""id":"\#(id)""#))
        }
        let found = try await flx("read", "--where", "data.n = 7", "-o", "jsonl").lines.map { try EventValue(json: Array($0.utf8))["id"] }
        #expect(found == ["1", "5", "2", "3"])
        let state = try await flx("state", "s", "--json").json()
        #expect(state["data"] == ["n": 7] && state["eventsWithoutFields"] == 1)
    }

    @Test func `tail ends with the program that reads its output`() async throws {
        try await flx("append", "t", "--stream", "s")
        // The shell waits for both: without an end of tail the limit of the child ends the test.
        let run = try await flx.shell("$FLX tail -f -n 1 | head -1")
        #expect(run.status == 0 && run.lines.count == 1 && run.errors.isEmpty)
    }

    @Test func `the demonstration writes into no store that has events`() async throws {
        try await flx("append", "t", "--stream", "s")
        let run = try await flx("demo", "--store", flx.store, "--runs", "1", expecting: 64)
        #expect(run.errors.contains("has events"))
        #expect(try await flx("info", "--json").json()["events"] == 1)
    }
}
