import FlxCore
import FlxTesting
import Foundation
import Testing

@testable import FlxFiles

/// Logs in the formats of others, written and read in the process.
@Suite struct LogFormatTests {
    private static func seed(_ name: String = #function) -> UInt64 {
        let seed = ProcessInfo.processInfo.environment["FLX_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...UInt64.max)
        print("seed of \(name): \(seed)")
        return seed
    }

    private static func recorded(_ event: Event, _ position: Int64) -> RecordedEvent {
        RecordedEvent(
            event: event, version: Version(unchecked: position), position: Position(unchecked: position),
            recordedTime: Timestamp(nanoseconds: 1_750_000_000_000_000_000))
    }

    private static func file(_ events: [Event], _ writer: some LogWriter) throws -> [UInt8] {
        var writer = writer
        var bytes: [UInt8] = []
        repeat {
            for event in events { try writer.survey(event) }
            bytes += try writer.begin()
        } while !writer.hasBegun
        for (index, event) in events.enumerated() { bytes += try writer.write(recorded(event, Int64(index + 1))) }
        return bytes + writer.end()
    }

    /// The items of a file that comes in pieces of random sizes.
    private static func items(_ bytes: [UInt8], _ format: LogFormat, _ random: inout SeededGenerator) -> [TextItem] {
        var splitter = format.splitter()
        var items: [TextItem] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + random.number(in: 1...(random.once(in: 3) ? 4 : 3000)))
            items += splitter.take(Array(bytes[start..<end]))
            start = end
        }
        return items + splitter.finish()
    }

    private static func items(_ text: String, _ format: LogFormat) -> [TextItem] {
        var splitter = format.splitter()
        return splitter.take(Array(text.utf8)) + splitter.finish()
    }

    private static func event(_ item: TextItem) throws -> Event {
        try #require(item.fault == nil, "line \(item.line): \(item.fault ?? "")")
        return try CloudEventsJSON.decode(item.bytes, dropping: .all)
    }

    /// Events of every shape, with data of many more.
    private static func events(_ count: Int, _ factory: inout EventFactory) throws -> [Event] {
        let data = [
            #"{"a":"42","b":42,"c":null,"d":"null","e":"","f":" x ","g":"\"q\"","h":[1,{"i":2}],"j":{}}"#,
            #"{"deep":{"er":{"x":1.50,"y":"a,b\nc"}}}"#,
            #"{"b":1,"a":2}"#, #"{"a":2,"b":1}"#, #"[1,2]"#, #""text""#, "1e400", #"{"<&>\"'":"<&>\"'\t\r\n"}"#,
            #"{"é/~":18446744073709551616}"#,
            "{}",
            #"{"t":true,"u":"true","v":"[1]","w":"{","x":-0,"y":1e2,"z":"007"}"#, #"{"a":{"b":1},"c":2,"a2":{"b":"\u00e9"}}"#,
        ]
        return try (0..<count).map { _ in
            var event = factory.event()
            if event.payload.form == .json {
                let type = factory.random.pick(["application/json", nil])
                event.payload = try .json(Array(factory.random.pick(data).utf8), contentType: type)
            }
            return event
        }
    }

    @Test func `random events come back from a table and an object-centric log as they were`() throws {
        var factory = EventFactory(seed: Self.seed())
        let events = try Self.events(300, &factory)
        for (format, bytes) in [
            (LogFormat.csv, try Self.file(events, CSVWriter())), (.ocel, try Self.file(events, OCELWriter())),
            (.jsonl, try Self.file(events, JSONLinesWriter(places: true))),
        ] {
            let items = Self.items(bytes, format, &factory.random)
            try #require(items.count == events.count, "\(format)")
            for (item, event) in zip(items, events) {
                #expect(try Self.event(item) == event, "\(format): \(String(decoding: item.bytes, as: UTF8.self))")
            }
        }
    }

    @Test func `a log of ours that is cut off anywhere has whole events alone`() throws {
        var factory = EventFactory(seed: Self.seed())
        var events = try Self.events(40, &factory)
        for index in events.indices where events[index].payload.form == .text { events[index].payload = .none }
        for (format, bytes) in [
            (LogFormat.csv, try Self.file(events, CSVWriter())), (.ocel, try Self.file(events, OCELWriter())),
            (.jsonl, try Self.file(events, JSONLinesWriter(places: true))), (.xes, try Self.file(events, XESWriter())),
        ] {
            for _ in 0..<150 {
                let end = factory.random.number(in: 0...bytes.count - 1)
                var splitter = format.splitter()
                let items = splitter.take(Array(bytes[..<end])) + splitter.finish()
                for (item, event) in zip(items, events) where item.fault == nil {
                    // A line of JSON that was cut off is none.
                    guard let found = try? CloudEventsJSON.decode(item.bytes, dropping: .all) else { continue }
                    #expect(found == event, "\(format) at \(end) of \(bytes.count)")
                }
            }
        }
    }

    @Test func `random events come back from XES, or are refused for a character that XML does not have`() throws {
        var factory = EventFactory(seed: Self.seed())
        var kept: [Event] = []
        var refused = 0
        for event in try Self.events(300, &factory) {
            do {
                var writer = XESWriter()
                _ = try writer.write(Self.recorded(event, 1))
                kept.append(event)
            } catch {
                #expect(error.message.contains("event \(event.id)") && event.payload.form == .text)
                refused += 1
            }
        }
        #expect(kept.count > 150 && refused > 10)
        let items = Self.items(try Self.file(kept, XESWriter()), .xes, &factory.random)
        try #require(items.count == kept.count)
        for (item, event) in zip(items, kept) {
            #expect(try Self.event(item) == event, "\(String(decoding: item.bytes, as: UTF8.self))")
        }
    }

    @Test func `a table of others is read by the names of its columns`() throws {
        let text = "case,activity,cost,note,time\r\n1,\"Register, \"\"fast\"\"\",12.50,007,2026-01-01T00:00:00Z\n2,Pay,,\"a\nb\",\n"
        let items = Self.items(text, .csv)
        let events = try items.map(Self.event)
        #expect(items.map(\.line) == [2, 3])
        #expect(events[0].payload.bytes == Array(#"{"case":1,"activity":"Register, \"fast\"","cost":12.50,"note":"007"}"#.utf8))
        #expect(events[0].time?.description == "2026-01-01T00:00:00Z" && events[1].time == nil)
        #expect(events[1].payload.bytes == Array(#"{"case":2,"activity":"Pay","note":"a\nb"}"#.utf8))
        #expect(try Self.items(text, .csv).map(Self.event).map(\.id) == events.map(\.id))
        #expect(events[0].id != events[1].id)
    }

    @Test(arguments: [
        ("a,b\n\"x,1\n", "do not end"), ("a,b\nx\"y,1\n", "inside a cell"), ("a,b\n\"x\"y,1\n", "closing quote"),
        ("a,b\n1,2,3\n", "3 cells"),
        ("a,a\n1,2\n", "two columns"), ("a,\n1,2\n", "no name"), ("a,b\r1,2\n", "carriage return"), ("a\n\u{FFFD}\n", nil),
    ] as [(String, String?)])
    func `a broken table says what is wrong`(_ text: String, _ reason: String?) {
        let faults = Self.items(text, .csv).compactMap(\.fault)
        #expect(faults.isEmpty == (reason == nil))
        if let reason { #expect(faults.contains { $0.contains(reason) }, "\(faults)") }
    }

    @Test func `XES of others is read: attributes, their kinds, those of the trace`() throws {
        let text = """
            <?xml version='1.0' encoding='utf-8'?><!-- a log -->
            <log xes.version="1.0"><extension name="Concept" prefix="concept" uri="x"/>
              <global scope="event"><string key="concept:name" value="none"/></global>
              <string key="creator" value="x > y"/>
              <trace><string key="concept:name" value="case &#49;&amp;2"/><int key="amount" value="7"/>
                <event><string key="concept:name" value='A "b"'/><date key="time:timestamp" value="2026-01-01T01:00:00.000+01:00"/>
                  <float key="cost" value="1.5"/><boolean key="ok" value="true"/><string key="org:resource" value="42"/>
                  <list key="l"><values><string key="inner" value="hidden"/></values></list></event>
                <event/>
              </trace><![CDATA[ <trace> ]]>
            </log>
            """
        let events = try Self.items(text, .xes).map(Self.event)
        try #require(events.count == 2)
        #expect(events[0].type.description == "A \"b\"" && events[0].stream?.description == "case 1&2")
        #expect(events[0].time?.description == "2026-01-01T00:00:00Z")
        #expect(
            events[0].payload.bytes == Array(#"{"case:amount":7,"cost":1.5,"ok":true,"org:resource":"42","l":[{"inner":"hidden"}]}"#.utf8))
        #expect(events[1].stream?.description == "case 1&2" && events[1].type == "event")
        #expect(try Self.items(text, .xes).map(Self.event).map(\.id) == events.map(\.id))
    }

    @Test(arguments: [
        ("<!DOCTYPE log [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><log/>", "document type"),
        ("<log><trace>", "cut off"), ("<html/>", "no log"),
        ("<log></trace></log>", "no opening tag"), ("<log><a b='&x;'/></log>", "entity"), ("<log><a b=c/></log>", "quotes"), ("", "no log"),
        ("<?xml version='1.0' encoding='latin1'?><log/>", "encoding"), ("<log><a b='1' b='2'/></log>", "twice"),
        ("<log><a <b/></log>", "inside a tag"),
        (String(repeating: "<log>", count: 2), "cut off"), ("<log/><log/>", "no log"),
        ("<log>" + String(repeating: "<a>", count: 40), "deeper"),
    ])
    func `a broken or dangerous document says what is wrong`(_ text: String, _ reason: String) {
        let faults = Self.items(text, .xes).compactMap(\.fault)
        #expect(faults.count == 1 && faults[0].contains(reason), "\(faults)")
    }

    @Test(arguments: [1, 2, 7, 1_000]) func `OCEL is the same however few names are in memory`(_ names: Int) throws {
        var factory = EventFactory(seed: Self.seed())
        let events = try Self.events(100, &factory)
        let bytes = try Self.file(events, OCELWriter(names: names))
        #expect(bytes == (try Self.file(events, OCELWriter())))
        let objects = try #require(try EventValue(json: bytes)["objects"]?.array).map { $0["id"]?.string ?? "" }
        #expect(objects.count > 7 && objects == Set(objects).sorted())
        #expect(try EventValue(json: Self.file([], OCELWriter(names: names)))["objects"] == [])
    }

    @Test func `OCEL of others is read: its objects are stream and tags`() throws {
        let text = #"""
            {"objectTypes":[{"name":"order","attributes":[]}],"eventTypes":[],"objects":[{"id":"o1","type":"order"}],
             "events":[{"id":"e1","type":"place","time":"2026-01-01T00:00:00Z",
               "attributes":[{"name":"price","value":12.5},{"name":"n","value":"7"}],
               "relationships":[{"objectId":"o1","qualifier":"placed"},{"objectId":"i 1","qualifier":"item"}]},
              {"id":"e2","type":"pay","time":"2026-01-02T00:00:00Z"}],"x":{"events":[1]}}
            """#
        let events = try Self.items(text, .ocel).map(Self.event)
        try #require(events.count == 2)
        #expect(events[0].stream == "o1" && events[0].tags.map(\.description) == ["o1", "i 1"])
        #expect(events[0].payload.bytes == Array(#"{"price":12.5,"n":"7"}"#.utf8))
        #expect(events[1].stream == nil && events[1].type == "pay")
    }

    @Test(arguments: [
        ("[]", "no object"), ("{}", "no list of events"), (#"{"events":[1]}"#, "is no object"), (#"{"events":["#, "cut off"),
        (#"{"events":[{}}"#, "cut off"),
        (#"{"events":[]}{}"#, "no object"), ("{\"a\":" + String(repeating: "[", count: 200), "deeper"),
        (#"{"events":[{"id":1,}]}"#, "at byte"),
    ])
    func `a broken object-centric log says what is wrong`(_ text: String, _ reason: String) {
        let faults = Self.items(text, .ocel).map { $0.fault ?? "" }
        #expect(!faults.isEmpty && faults.contains { $0.contains(reason) }, "\(faults)")
    }

    @Test func `mutated files trap nowhere`() throws {
        var factory = EventFactory(seed: Self.seed())
        let events = try Self.events(40, &factory).filter { $0.payload.form != .text }
        let files = [
            (LogFormat.csv, try Self.file(events, CSVWriter())), (.xes, try Self.file(events, XESWriter())),
            (.ocel, try Self.file(events, OCELWriter())),
        ]
        for _ in 0..<60 {
            for (format, bytes) in files {
                var changed = bytes
                for _ in 0..<8 {
                    let place = factory.random.number(below: changed.count)
                    switch factory.random.number(below: 4) {
                    case 0: changed[place] = factory.random.pick(Array("<>&\"',/\r\n{}[]:\\".utf8))
                    case 1: changed[place] = UInt8(factory.random.number(below: 256))
                    case 2: changed.removeSubrange(place..<min(changed.count, place + 20))
                    default: changed.insert(contentsOf: changed[place..<min(changed.count, place + 30)], at: place)
                    }
                }
                for item in Self.items(changed, format, &factory.random) where item.fault == nil {
                    _ = try? CloudEventsJSON.decode(item.bytes, dropping: .all)
                }
            }
        }
    }

    @Test func `a file's name tells its format`() {
        #expect(LogFormat(path: "a.CSV.gz") == .csv && LogFormat(path: "b.xes") == .xes && LogFormat(path: "c.ocel.json") == .ocel)
        #expect(LogFormat(path: "d.json") == .jsonl && LogFormat(path: "-") == nil && LogFormat(path: "csv") == nil)
    }

    @Test(arguments: ["/a~2", "/a~", "/~x/b"])
    func `a column whose name is no JSON pointer is refused`(name: String) {
        let table = "flxformat,id,source,type,subject,\(name)\r\n1,0190163d-8694-739b-aea5-966c26f8ad91,/s,a,s-1,5\r\n"
        #expect(Self.items(table, .csv).contains { $0.fault?.contains("is no JSON pointer") == true })
    }
}
