import ChildProcesses
import FlxCore
import Foundation
import SharedData
import Testing

/// Each command, run as a process on a store of its own.
@Suite struct CommandTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    private func fill() async throws {
        try await flx("append", "order.placed", "--stream", "order-1", "--data", #"{"total":120}"#, "--tag", "c:1", "--time", "2026-01-01")
        try await flx("append", "order.paid", "--stream", "order-1", "--data", #"{"by":"card"}"#, "--time", "2026-01-02")
        try await flx("append", "order.placed", "--stream", "order-2", "--data", #"{"total":80}"#, "--tag", "c:2", "--time", "2026-01-03")
    }

    @Test func `append tells the place, and recognises a repetition`() async throws {
        let first = try await flx(
            "append", "t", "--stream", "s", "--id", "one", "--data", "-", "--time", "2026-01-01", "--json", input: "{}").json()
        #expect(first["position"] == 1 && first["version"] == 1 && first["isNew"] == true && first["id"] == "one")
        let again = try await flx("append", "t", "--stream", "s", "--id", "one", "--data", "{}", "--time", "2026-01-01", "--json").json()
        #expect(again["isNew"] == false && again["position"] == 1)
        let other = try await flx("append", "u", "--stream", "s", "--id", "one", expecting: 1)
        #expect(other.errors.contains("other content"))
    }

    @Test func `append checks the version`() async throws {
        try await flx("append", "t", "--stream", "s", "--expect", "none")
        let refused = try await flx("append", "t", "--stream", "s", "--expect", "none", expecting: 1)
        #expect(refused.errors.contains("version 1"))
        try await flx("append", "t", "--stream", "s", "--expect", "1")
        try await flx("append", "t", "--stream", "s", "--expect", "soon", expecting: 64)
        try await flx("append", "t", "--stream", "s", "--data", "{", expecting: 64)
    }

    @Test func `info is a contract`() async throws {
        try await fill()
        let info = try await flx("info", "-o", "json").json()
        #expect(info["events"] == 3 && info["streams"] == 2 && info["types"] == 2 && info["lastPosition"] == 3)
        #expect(info["bytes"]?.int ?? 0 > 0)
        #expect(try await flx("--json", "info").output == flx("info", "--json").output)
    }

    @Test(arguments: [
        ([], ["1", "2", "3"]), (["--stream", "order-1"], ["1", "2"]), (["--prefix", "order-2"], ["3"]), (["--type", "order.paid"], ["2"]),
        (["--type", "order.*", "--reverse"], ["3", "2", "1"]), (["--tag", "c:1"], ["1"]), (["--since", "2026-01-02"], ["2", "3"]),
        (["--until", "2026-01-02"], ["1"]), (["--where", "data.total > 100"], ["1"]), (["--from", "1", "--limit", "1"], ["2"]),
        (["--where", "not exists(data.total) and type = 'order.paid'"], ["2"]), (["--all"], ["1", "2", "3"]),
        (["--type", "order.*", "--where", "data.total < 100"], ["3"]),
    ])
    func `read selects`(_ options: [String], _ positions: [String]) async throws {
        try await fill()
        let process = try flx.start(["read", "-o", "plain"] + options)
        #expect(try await process.end().lines.map { String($0.prefix { $0 != "\t" }) } == positions)
    }

    @Test func `read says that there is more, and in JSON what the events are`() async throws {
        try await fill()
        let run = try await flx("events", "ls", "--limit", "2", "--json")
        #expect(run.errors.contains("--from 2"))
        let events = try #require(try run.json().array)
        #expect(events.map { $0["flxposition"] } == ["1", "2"])
        #expect(events.first?["data"]?["total"] == 120)
        #expect(events.first?["tags"] == "c:1")
        let lines = try await flx("read", "-o", "jsonl").lines
        #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix(#"{"specversion":"1.0""#) })
    }

    @Test func `get finds one event by position and by id`() async throws {
        try await fill()
        let byPosition = try await flx("events", "get", "2", "--json").json()
        #expect(byPosition["type"] == "order.paid")
        let id = try #require(byPosition["id"]?.string)
        #expect(try await flx("events", "get", id, "--json").json() == byPosition)
        #expect(try await flx("events", "get", "2").output.contains("order-1"))
        try await flx("events", "get", "4", expecting: 2)
        try await flx("events", "get", "nobody", expecting: 2)
    }

    @Test func `streams and types are listed and shown`() async throws {
        try await fill()
        #expect(try await flx("streams", "ls").output == "order-1\t2\t2\norder-2\t1\t3\n")
        #expect(try await flx("streams", "ls", "--prefix", "order-2", "--json").json()[0]?["lastPosition"] == 3)
        let shown = try await flx("streams", "show", "order-1", "--json").json()
        #expect(shown["events"] == 2 && shown["types"]?["order.paid"] == 1 && shown["firstTime"] == "2026-01-01T00:00:00Z")
        try await flx("streams", "show", "order-3", expecting: 2)
        #expect(try await flx("types", "ls").output == "order.paid\t1\norder.placed\t2\n")
    }

    @Test func `projections count`() async throws {
        try await fill()
        #expect(try await flx("project", "types").output == "order.placed\t2\norder.paid\t1\n")
        #expect(try await flx("project", "streams", "--prefix", "order-1").output == "order-1\t2\n")
        #expect(try await flx("project", "types", "--to", "1").output == "order.placed\t1\n")
        #expect(try await flx("project", "types", "--from", "2").output == "order.placed\t1\n")
        #expect(try await flx("project", "types", "--until", "2026-01-02").output == "order.placed\t1\n")
    }

    @Test func `verify and doctor find nothing where nothing is`() async throws {
        try await fill()
        let report = try await flx("verify", "--json").json()
        #expect(report["events"] == 3 && report["faultCount"] == 0)
        let doctor = try await flx.start(["doctor", "--json"]).end()
        let findings = try #require(try doctor.json().array)
        #expect(findings.contains { $0["check"] == "store" && $0["result"] == "ok" })
        // A machine may really have something: then the code says so.
        #expect(doctor.status == (findings.allSatisfy { $0["result"] == "ok" } ? 0 : 2))
    }

    @Test func `tail shows the last events`() async throws {
        try await fill()
        #expect(try await flx("tail", "-n", "2").lines.map { $0.prefix(1) } == ["2", "3"])
        #expect(try await flx("tail", "-n", "1", "--type", "order.placed", "--json").json()[0]?["flxposition"] == "3")
    }
}
