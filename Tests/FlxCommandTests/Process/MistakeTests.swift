import ChildProcesses
import FlxCore
import Foundation
import SharedData
import Testing

/// What the program makes of damage, and of commands that do not mean what they say.
@Suite struct MistakeTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    /// Makes a store of events of which some carry a mark, and changes a letter of each mark in the file.
    private func fill(_ count: Int, damaged: Set<Int> = []) async throws {
        let lines = (1...count).map { number in
            let word = damaged.contains(number) ? "MARKED" : "plain"
            let head = #""specversion":"1.0","id":"e\#(number)","source":"/t","type":"t","subject":"s\#(number % 3)""#
            return #"{\#(head),"data":{"word":"\#(word)"}}"#
        }
        try await flx("import", "-", input: lines.joined(separator: "\n"))
        var bytes = try Data(contentsOf: URL(fileURLWithPath: flx.store))
        while let place = bytes.range(of: Data("MARKED".utf8)) { bytes[place.lowerBound] = UInt8(ascii: "X") }
        try bytes.write(to: URL(fileURLWithPath: flx.store))
    }

    @Test func `what is damaged ends an export behind what is sound, or is left out`() async throws {
        try await fill(2_500, damaged: [1_200, 1_201, 1_500])
        let stopped = try await flx("export", expecting: 1)
        #expect(stopped.lines.count == 1_199 && stopped.errors.contains("position 1200"))
        let saved = try await flx("export", "--skip-damaged", expecting: 2)
        #expect(saved.lines.count == 2_497 && saved.errors.contains("3 events, the first of them at position 1200"))
        // What a damaged event was cannot be known: all that stand on the way are named, whatever their stream was.
        let stream = try await flx("export", "--skip-damaged", "--stream", "s1", expecting: 2)
        #expect(stream.lines.count == 833 && stream.errors.contains("2 events, the first of them at position 1200"))
        let copy = FlxProgram(store: folder.file("saved.db"))
        try await copy("import", "-", input: saved.output)
        #expect(try await copy("info", "--json").json()["events"] == 2_497)
    }

    @Test func `a damaged first event of a stream is nothing to those who do not ask for it`() async throws {
        try await fill(30, damaged: [1])
        #expect(try await flx("read", "--stream", "s1", "--reverse", "--limit", "1").output.contains("plain"))
        #expect(try await flx("tail", "--stream", "s1", "-n", "2").lines.count == 2)
        #expect(try await flx("read", "--stream", "s1", "--from", "5", "--where", "data.word = 'none'").output.isEmpty)
        let export = try await flx("export", "--stream", "s1", "--skip-damaged", expecting: 2)
        #expect(export.lines.count == 9 && export.errors.contains("position 1 left out"))
        #expect(try await flx("read", "--stream", "s9", "--from", "5", expecting: 2).errors.contains("there is no stream"))
    }

    @Test func `a copy of an unreadable source leaves no store behind`() async throws {
        try await fill(30, damaged: [1])
        let copy = folder.file("copy.db")
        try await flx("copy", "--to", copy, expecting: 1)
        #expect(!FileManager.default.fileExists(atPath: copy))
    }

    @Test func `a file that is cut in half is found damaged, as data`() async throws {
        try await fill(2_000)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: flx.store))
        try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: flx.store))
        let found = try await flx("verify", "--json", expecting: 2)
        #expect(try found.json()["faultCount"]?.int ?? 0 > 0)
        try await flx("repair", "--yes", expecting: 2)
    }

    @Test func `an id makes append repeatable, and the system's streams are refused`() async throws {
        try await flx("append", "t", "--stream", "s", "--id", "one", "--data", "{}")
        #expect(try await flx("append", "t", "--stream", "s", "--id", "one", "--data", "{}", "--json").json()["isNew"] == false)
        try await flx("append", "t", "--stream", "s", "--id", "one", "--data", "[]", expecting: 1)
        #expect(try await flx("append", "t", "--stream", "flx-schemas", expecting: 64).errors.contains("flx-"))
    }

    @Test func `wrong paths are told of`() async throws {
        try await fill(3)
        #expect(try await flx("copy", "--to", flx.store, expecting: 64).errors.contains(flx.store))
        #expect(try await flx("import", folder.file(""), expecting: 64).errors.contains("is a folder"))
        try await flx("backup", folder.file("backup.db"))
        let other = FlxProgram(store: folder.file("nosuch.db"))
        #expect(try await other("restore", folder.file("backup.db"), "--drill", expecting: 64).errors.contains("nosuch.db"))
        try await flx("restore", folder.file("backup.db"), "--drill")
    }

    @Test func `an event that cannot be transformed is no mistake of the command line`() async throws {
        try await flx("append", "t", "--stream", "s", "--data", #"{"a":1,"b":2}"#)
        let steps = try folder.write(#"[{"rename":"/a","to":"/b"}]"#, to: "steps.json")
        #expect(try await flx("export", "--transform", steps, expecting: 1).errors.contains("cannot be transformed"))
    }
}
