import FlxCore
import FlxTesting
import Foundation
import Testing

@testable import FlxFiles

/// Files of a grammar that goes wrong now and then: nothing traps, and each event of the file is an item, good or bad.
@Suite struct LogGrammarTests {
    private static let texts = [
        "", "a", "1", "-0", "1e999999999999999999", "é", "e\u{301}", "\u{301}", "null", "[1]", "{", "\"",
        "a,b;c\td|e", "soon", "2020-01-01",
        "2020-01-01T00:00:00Z", "\u{FEFF}", "\u{1F600}", String(repeating: "x", count: 300),
    ]

    /// A file and how many events it has.
    private static func file(_ format: LogFormat, _ random: inout SeededGenerator) -> (bytes: [UInt8], events: Int) {
        let count = random.number(in: 0...12)
        let events = (0..<count).map { _ in event(format, &random) }
        switch format {
        case .jsonl: return (Array(events.map { $0 + random.pick(["\n", "\r\n", "\n\n", "\n\u{FEFF}"]) }.joined().utf8), count)
        case .csv:
            let mark = random.pick(["", "flxformat,"])
            let header = mark + "id,type,subject,time,\(random.pick(["/a/b", "a", "x\u{301}"])),c\r\n"
            return (Array((header + events.map { (mark.isEmpty ? "" : "1,") + $0 }.joined(separator: "\n")).utf8), count)
        case .xes:
            let parts = events.map { random.once(in: 4) ? $0 : "<trace><string key=\"concept:name\" value=\"c\"/>\($0)</trace>" }
            return (Array("<log>\(parts.joined(separator: "\n"))</log>".utf8), count)
        case .ocel: return (Array("{\"objects\":[],\"events\":[\(events.joined(separator: ",\n"))]}".utf8), count)
        }
    }

    private static func event(_ format: LogFormat, _ random: inout SeededGenerator) -> String {
        func text() -> String { random.pick(texts) }
        func json() -> String { EventValue.string(text()).description }
        func xml() -> String { XMLText.escaped(text().replacing("\u{FEFF}", with: "")) }
        switch format {
        case .jsonl:
            let members = [
                "\"specversion\":\"1.0\"", "\"id\":\(json())", "\"source\":\"/s\"", "\"type\":\(json())", "\"subject\":\(json())",
                "\"time\":\(json())", "\"data\":\(random.pick(["1", "{\"a\":1}", "[", "1e9999999999", json()]))", "\"flxposition\":\"1\"",
            ]
            return "{" + members.filter { _ in !random.once(in: 9) }.joined(separator: ",") + (random.once(in: 9) ? "" : "}")
        case .csv:
            // The first cell is never blank, so that the row is an event.
            let cells = (0..<random.number(in: 1...5)).map { _ in "\"" + text().replacing("\"", with: "\"\"") + "\"" }
            return (["i"] + cells).joined(separator: ",")
        case .xes:
            let kinds = ["string", "int", "float", "boolean", "date", "id", "foo"]
            func attribute(_ depth: Int) -> String {
                let key = random.pick(["concept:name", "time:timestamp", "identity:id", "a", "a", "data", "data:x", "flxformat"])
                guard depth < 4, random.once(in: 3) else { return "<\(random.pick(kinds)) key=\"\(key)\" value=\"\(xml())\"/>" }
                let inner = (0..<random.number(in: 0...3)).map { _ in attribute(depth + 1) }.joined()
                switch random.number(below: 3) {
                case 0: return "<list key=\"\(key)\"><values>\(inner)</values></list>"
                case 1: return "<container key=\"\(key)\">\(inner)</container>"
                default: return "<string key=\"\(key)\" value=\"\(xml())\">\(inner)</string>"
                }
            }
            return "<event>" + (0..<random.number(in: 0...4)).map { _ in attribute(1) }.joined() + "</event>"
        case .ocel:
            let name = random.pick(["a", "a", "/b", "flxformat", "source", "data", "flxnotime"])
            let attributes = (0..<random.number(in: 0...4)).map { _ in
                "{\"name\":\"\(name)\",\"value\":\(random.pick([json(), "1", "null", "{}"]))}"
            }
            return "{\"id\":\(json()),\"type\":\(json()),\"time\":\(json()),\"attributes\":[\(attributes.joined(separator: ","))],"
                + "\"relationships\":[{\"objectId\":\(json()),\"qualifier\":\"q\"}]}"
        }
    }

    @Test(arguments: LogFormat.allCases) func `each event of a file is an item, whatever is in it`(_ format: LogFormat) throws {
        let seed = ProcessInfo.processInfo.environment["FLX_SEED"].flatMap(UInt64.init) ?? SeededGenerator.freshSeed()
        print("seed of the grammar of \(format): \(seed)")
        var random = SeededGenerator(seed: seed)
        let rounds = ProcessInfo.processInfo.environment["FLX_FULL"] == nil ? 300 : 30_000
        var (good, bad) = (0, 0)
        for round in 0..<rounds {
            let (bytes, count) = Self.file(format, &random)
            var splitter = format.splitter(LogReading(origin: "log", zone: random.pick([nil, ZoneOffset(argument: "Z")])))
            var (items, start) = ([TextItem](), 0)
            while start < bytes.count {
                let end = min(bytes.count, start + random.number(in: 1...200))
                items += splitter.take(Array(bytes[start..<end]))
                start = end
            }
            items += splitter.finish()
            #expect(items.count == count, "round \(round), seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
            for item in items {
                let isGood = item.fault == nil && (try? CloudEventsJSON.decode(item.bytes, dropping: .all)) != nil
                if isGood { good += 1 } else { bad += 1 }
                #expect(!item.source.isEmpty, "seed \(seed)")
            }
        }
        #expect(good > 10 && bad > 10, "seed \(seed): \(good) good, \(bad) bad")
    }
}
