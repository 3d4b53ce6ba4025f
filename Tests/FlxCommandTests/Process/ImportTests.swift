import ChildProcesses
import FlxCore
import FlxTesting
import Foundation
import SharedData
import Synchronization
import Testing

@testable import FlxCommand
@testable import FlxFiles

@Suite struct ImportTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    /// Events of some streams, one a line.
    static func lines(_ count: Int, streams: Int = 7) -> [String] {
        (0..<count).map { number in
            #"{"specversion":"1.0","id":"e-\#(number)","source":"/test","type":"t.\#(number % 3)","subject":"s-\#(number % streams)","#
                + #""time":"2026-01-01T00:00:00Z","data":{"number":\#(number)}}"#
        }
    }

    @Test func `lines and arrays, packed and plain, give the same events in the same order`() async throws {
        let lines = Self.lines(2500)
        let text = lines.joined(separator: "\n") + "\n"
        let array = "[\n" + lines.joined(separator: ",\n  ") + "]"
        let packed = Gzip.pack(Array(text.utf8))
        for (name, content) in [("a.jsonl", Array(text.utf8)), ("b.json", Array(array.utf8)), ("c.gz", packed)] {
            try Data(content).write(to: URL(fileURLWithPath: folder.file(name)))
            let flx = FlxProgram(store: folder.file(name + ".db"))
            let report = try await flx("import", folder.file(name), "--json").json()
            #expect(report["imported"] == 2500 && report["known"] == 0 && report["bad"] == 0 && report["lastPosition"] == 2500)
            #expect(try await flx("export").output == text)
        }
    }

    @Test func `importing again changes nothing`() async throws {
        let file = try folder.write(Self.lines(100).joined(separator: "\n"), to: "a.jsonl")
        try await flx("import", file)
        let report = try await flx("import", file, "--json").json()
        #expect(report["imported"] == 0 && report["known"] == 100 && report["lastPosition"] == 100)
    }

    @Test func `the streams of the system take nothing from a log of somebody, but what they have or the operator wants`() async throws {
        let lines = Self.lines(3)
        let pause = #"{"specversion":"1.0","id":"p","source":"/test","type":"flx.subscription.paused","subject":"flx-subscription-bills","#
            + #""data":{"operator":"somebody"}}"#
        let file = try folder.write((lines[..<2] + [pause, lines[2]]).joined(separator: "\n"), to: "a.jsonl")
        try await flx("import", "-", input: lines[0])
        let piped = try await flx("import", "-", input: (lines[..<2] + [pause, lines[2]]).joined(separator: "\n"), expecting: 1)
        #expect(piped.errors.contains("-:3: its stream is reserved for the system"), "\(piped.errors)")
        #expect(try await flx("export").output == lines[..<2].joined(separator: "\n") + "\n")
        #expect(try await flx("import", file, expecting: 1).errors.contains("--system"))
        let skipped = try await flx("import", file, "--skip-bad", folder.file("bad.jsonl"), "--json", expecting: 2)
        let report = try EventValue(json: Array(skipped.output.utf8))
        #expect(report["imported"] == 1 && report["known"] == 2 && report["bad"] == 1)
        #expect(try String(contentsOfFile: folder.file("bad.jsonl"), encoding: .utf8) == pause + "\n")
        #expect(try await flx("import", folder.file("bad.jsonl"), "--system", "--json").json()["imported"] == 1)
        #expect(try await flx("import", file, "--json").json()["known"] == 4)
        #expect(try await flx("import", "-", "--stream", "flx-a", input: pause.replacing(#""p""#, with: #""q""#), expecting: 1).status == 1)

        // A store without events is what its log was.
        let other = FlxProgram(store: folder.file("other.db"))
        try await other("import", "-", input: try await flx("export").output)
        #expect(try await other("export").output == flx("export").output)
    }

    @Test func `marks of what subscriptions have done are taken as streams of the system are`() async throws {
        let lines = Self.lines(2)
        let mark = #"{"specversion":"1.0","id":"m","source":"/test","type":"t","subject":"s","tags":"a,flx-once:bills:1"}"#
        try await flx("import", "-", input: lines[0])
        let refused = try await flx("import", "-", input: [lines[0], mark, lines[1]].joined(separator: "\n"), expecting: 1)
        #expect(refused.errors.contains("-:2: a tag of it is reserved for the system"), "\(refused.errors)")
        #expect(try await flx("import", "-", "--system", "--json", input: mark).json()["imported"] == 1)
        #expect(try await flx("import", "-", "--json", input: mark).json()["known"] == 1)
        let append = try await flx("append", "t", "--stream", "s", "--tag", "flx-once:bills:1", expecting: 64)
        #expect(append.errors.contains("--tag"))
        let other = FlxProgram(store: folder.file("other.db"))
        try await other("import", "-", input: try await flx("export").output)
        #expect(try await other("export").output == flx("export").output)
    }

    @Test func `events that repeat in a batch cost no transactions of their own`() async throws {
        let store = CountingStore()
        let lines = Self.lines(50).flatMap { [$0, $0] } + [Self.lines(1)[0]]
        let file = try folder.write(lines.joined(separator: "\n"), to: "twice.jsonl")
        var tally = Importer.Tally()
        let importer = Importer(store: store, batchSize: 1000, stopsAtBad: true, takesSystem: false)
        try await importer.run(try EventReader(file)) { Issue.record("line \($0.number): \($0.reason)") } onProgress: { done, _ in
            tally = done
        }
        #expect(tally.imported == 50 && tally.known == 51 && tally.bad == 0)
        #expect(store.appends == 1)

        // The same id with other content is still a bad line.
        let odd = Self.lines(2) + [Self.lines(2)[1].replacing(#""number":1"#, with: #""number":2"#), Self.lines(3)[2]]
        let other = try folder.write(odd.joined(separator: "\n"), to: "odd.jsonl")
        var bad: [Int64] = []
        let lenient = Importer(store: MemoryEventStore(), batchSize: 1000, stopsAtBad: false, takesSystem: false)
        try await lenient.run(try EventReader(other)) { bad.append($0.number) } onProgress: { done, _ in tally = done }
        #expect(bad == [3] && tally.imported == 3 && tally.known == 0)
    }

    @Test func `a store that was never finished takes the import`() async throws {
        try Data().write(to: URL(fileURLWithPath: flx.store))
        let report = try await flx("import", "-", "--json", input: Self.lines(3).joined(separator: "\n")).json()
        #expect(report["imported"] == 3)
    }

    @Test func `exported places are left out again`() async throws {
        try await flx("import", "-", input: Self.lines(10).joined(separator: "\n"))
        let places = try await flx("export", "--places")
        #expect(places.lines.first?.contains(#""flxposition":"1""#) == true)
        let other = FlxProgram(store: folder.file("other.db"))
        try await other("import", "-", input: places.output)
        #expect(try await other("export").output == flx("export").output)
    }

    private static let badLines = [
        "{", #"{"specversion":"1.0"}"#, #"{"specversion":"1.0","id":"x","source":"/t","type":"t"}"#, "\u{1B}[31m",
        #"{"specversion":"1.0","id":"x","source":"/t","type":"t","subject":"s","time":"soon"}"#,
    ]

    @Test(arguments: badLines) func `a bad line of a file is named, and nothing is imported`(_ bad: String) async throws {
        var lines = Self.lines(30)
        lines.insert(bad, at: 20)
        let file = try folder.write(lines.joined(separator: "\n"), to: "a.jsonl")
        let run = try await flx("import", file, expecting: 1)
        #expect(run.errors.contains("a.jsonl:21: ") && !run.errors.contains("\u{1B}"))
        #expect(!FileManager.default.fileExists(atPath: flx.store))
    }

    @Test func `a bad line of a pipe ends the import, and what stands before it is kept`() async throws {
        var lines = Self.lines(30)
        lines.insert("{", at: 20)
        let run = try await flx("import", "-", "--json", input: lines.joined(separator: "\n"), expecting: 1)
        #expect(run.errors.contains("-:21: "))
        #expect(try run.json()["imported"] == 20)
        #expect(try await flx("info", "--json").json()["events"] == 20)
        try await flx("import", "-", input: Self.lines(30).joined(separator: "\n"))
        #expect(try await flx("export").lines.map(String.init) == Self.lines(30))
    }

    @Test func `bad lines are set aside, as they stood`() async throws {
        var lines = Self.lines(2000)
        let places = [0, 999, 1000, 1003, 2003]
        for (place, bad) in zip(places, Self.badLines) { lines.insert(bad, at: place) }
        let file = try folder.write(lines.joined(separator: "\n"), to: "a.jsonl")
        let run = try await flx("import", file, "--skip-bad", folder.file("bad"), "--json", expecting: 2)
        #expect(try run.json()["imported"] == 2000 && run.json()["bad"] == 5)
        for place in places { #expect(run.errors.contains("a.jsonl:\(place + 1): ")) }
        #expect(try String(contentsOfFile: folder.file("bad"), encoding: .utf8) == Self.badLines.joined(separator: "\n") + "\n")
        #expect(try await flx("export").lines.map(String.init) == Self.lines(2000))
    }

    @Test func `of many bad lines the first twenty are shown`() async throws {
        let text = (Self.lines(30) + [String](repeating: "{", count: 30)).joined(separator: "\n")
        let run = try await flx("import", "-", "--skip-bad", folder.file("bad"), "--json", input: text, expecting: 2)
        #expect(try run.json()["bad"] == 30)
        let shown = run.errors.split(separator: "\n").count { $0.hasPrefix("-:") }
        #expect(shown == 20 && run.errors.contains("further bad lines are not shown"), "\(run.errors)")
    }

    @Test func `JSON with and without its media type is the same event`() async throws {
        let line = Self.lines(1)[0]
        let typed = line.replacing(#","data""#, with: #","datacontenttype":"application/json","data""#)
        try await flx("import", "-", input: line)
        #expect(try await flx("import", "-", "--json", input: typed).json()["known"] == 1)
        let other = typed.replacing("application/json", with: "application/x+json")
        try await flx("import", "-", input: other, expecting: 1)
    }

    @Test func `an id with other content is a bad line, also within one file`() async throws {
        var lines = Self.lines(1500)
        lines[700] = lines[3].replacing(#"{"number":3}"#, with: #"{"number":"three"}"#)
        lines[900] = lines[5]
        let text = lines.joined(separator: "\n")
        let run = try await flx("import", "-", "--skip-bad", folder.file("bad"), "--json", input: text, expecting: 2)
        #expect(try run.json()["imported"] == 1498 && run.json()["known"] == 1 && run.json()["bad"] == 1)
        #expect(run.errors.contains("-:701: ") && run.errors.contains("other content"))
        let other = FlxProgram(store: folder.file("other.db"))
        #expect(try await other("import", "-", "--json", input: text, expecting: 1).json()["imported"] == 700)
    }

    @Test func `events without a subject go where the option says`() async throws {
        let line = #"{"specversion":"1.0","id":"x","source":"/t","type":"t"}"#
        try await flx("import", "-", input: line, expecting: 1)
        try await flx("import", "-", "--stream", "rest", input: line)
        #expect(try await flx("streams", "ls").output == "rest\t1\t1\n")
    }

    @Test func `an import that was killed goes on, and the log is as the file`() async throws {
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed: seed)
        let lines = Self.lines(10_000, streams: 97).map { $0 + "\n" }
        let file = try folder.write(lines.joined(), to: "a.jsonl")
        for _ in 1...3 {
            // The input stays open, so that the program is there to be killed however fast it is, and at work on what it has not read.
            let process = try flx.start(["import", "-", "--batch", "20"], input: .open)
            try await process.write(lines.prefix(random.number(in: 3_000...lines.count)).joined())
            process.send(SIGKILL)
            #expect(try await process.end().status == -SIGKILL, "seed \(seed)")
        }
        // A file has an end: the program may have reached it, wherever that is known to be so.
        let process = try flx.start(["import", file, "--batch", "20"])
        let goal = min(Int64(lines.count), try await count() + Int64(random.number(in: 1...1_000)))
        try await eventually { try await count() >= goal || process.hasEnded }
        process.send(SIGKILL)
        try await process.end()
        let kept = try await count()
        #expect(kept >= goal && kept % 20 == 0, "a batch is there as a whole or not at all; seed \(seed)")
        #expect(try await flx("verify", "--json").json()["faultCount"] == 0, "seed \(seed)")

        let report = try await flx("import", file, "--json").json()
        #expect(report["known"] == .int(Int(kept)) && report["imported"] == .int(lines.count - Int(kept)), "seed \(seed)")
        #expect(try await flx("export").output == lines.joined(), "seed \(seed)")
        #expect(try await flx("import", file, "--json").json()["imported"] == 0)
    }

    private func count() async throws -> Int64 {
        guard FileManager.default.fileExists(atPath: flx.store) else { return 0 }
        let run = try await flx.start(["info", "--json"]).end()
        // The very first moments of a store have no tables to read.
        guard run.status == 0 else { return 0 }
        return try run.json()["events"]?.number?.int64 ?? 0
    }

    @Test func `an interrupted import keeps its batches and says how to go on`() async throws {
        let text = Self.lines(100).joined(separator: "\n") + "\n"
        let process = try flx.start(["import", "-", "--batch", "10"], input: .open)
        try await process.write(text)
        try await eventually { try await count() == 100 }
        process.send(SIGINT)
        let run = try await process.end()
        // The export may have events of the system, and the store is no longer empty.
        #expect(run.status == 130 && run.errors.contains("again") && run.errors.contains("--system"), "\(run.errors)")
        #expect(try await flx("export").output == text)
    }
}

/// A store that counts what is asked of it.
private final class CountingStore: EventStore {
    private let inner = MemoryEventStore()
    private let count = Mutex(0)

    var appends: Int { count.withLock { $0 } }

    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        count.withLock { $0 += 1 }
        return try await inner.append(writes, unless: boundary)
    }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        try await inner.read(selection, direction, limit: limit)
    }

    func wait(after position: Position) async throws(FlxError) { try await inner.wait(after: position) }
    func lastPosition() async throws(FlxError) -> Position { try await inner.lastPosition() }
    func event(_ id: EventID) async throws(FlxError) -> RecordedEvent? { try await inner.event(id) }
    func close() async { await inner.close() }
}
