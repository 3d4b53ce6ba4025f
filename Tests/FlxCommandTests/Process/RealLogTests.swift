import ChildProcesses
import FlxCore
import FlxFiles
import Foundation
import SharedData
import Testing

@testable import FlxCommand

/// Logs of real processes, from the file to the store and back.
@Suite(.sharedData) struct RealLogTests {
    private let folder = TemporaryFolder()

    /// What plain counting finds in a file.
    private struct Source {
        var lines: [EventValue] = []
        var types: [String: Int] = [:]
        var streams: [String: Int] = [:]

        init(_ path: String) throws {
            let source = try GzipSource(path)
            var bytes: [UInt8] = []
            while case let piece = try source.next(), !piece.isEmpty { bytes += piece }
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                let event = try EventValue(json: Array(line))
                types[try #require(event["type"]?.string), default: 0] += 1
                streams[try #require(event["subject"]?.string), default: 0] += 1
                lines.append(event)
            }
        }
    }

    @Test(arguments: ["receipt", "incident"]) func `a real log comes back as it was`(_ name: String) async throws {
        let path = try SharedData.required("data/\(name).jsonl.gz").path
        let source = try Source(path)
        let flx = FlxProgram(store: folder.file("events.db"))
        let report = try await flx("import", path, "--json").json()
        #expect(report["imported"] == .int(source.lines.count))
        let verified = try await flx("verify", "--json").json()
        #expect(verified["events"] == .int(source.lines.count) && verified["faultCount"] == 0)

        // Counted by the store's indexes, and by replaying.
        for listing in [try await flx("types", "ls", "--json"), try await flx("project", "types", "--json")] {
            #expect(try counts(listing, "type") == source.types)
        }
        for listing in [try await flx("streams", "ls", "--json"), try await flx("project", "streams", "--json")] {
            #expect(try counts(listing, "stream") == source.streams)
        }

        // The same events, in the same order; only times are written in one form.
        let exported = try await flx("export").output
        let events = try exported.split(separator: "\n").map { try EventValue(json: Array($0.utf8)) }
        #expect(events.count == source.lines.count)
        #expect(zip(events, source.lines).allSatisfy { Self.same($0, $1) })

        let other = FlxProgram(store: folder.file("other.db"))
        try await other("import", try folder.write(exported, to: "export.jsonl"))
        #expect(try await other("export").output == exported)
    }

    private func counts(_ run: ChildProcess.Ending, _ key: String) throws -> [String: Int] {
        let rows = try #require(try run.json().array)
        return Dictionary(uniqueKeysWithValues: try rows.map { (try #require($0[key]?.string), try #require($0["events"]?.int)) })
    }

    private static func same(_ left: EventValue, _ right: EventValue) -> Bool {
        var (left, right) = (left, right)
        let times = [left, right].map { $0["time"]?.string.flatMap { try? Timestamp($0) } }
        (left["time"], right["time"]) = (nil, nil)
        return times[0] == times[1] && left == right
    }
}
