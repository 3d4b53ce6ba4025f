import FlxCore
import FlxEvents
import Foundation
import SharedData
import Testing

@testable import FlxFiles

/// Logs that were made to cost more than they weigh, and events at the ends of what forms can say.
@Suite struct HostileLogTests {
    private let folder = TemporaryFolder()

    private func items(_ text: String, _ format: LogFormat) -> [TextItem] {
        var splitter = format.splitter(LogReading(origin: "log"))
        return splitter.take(Array(text.utf8)) + splitter.finish()
    }

    private func file(_ event: Event, _ writer: some LogWriter) throws -> [UInt8] {
        var writer = writer
        var bytes: [UInt8] = []
        repeat {
            try writer.survey(event)
            bytes += try writer.begin()
        } while !writer.hasBegun
        let time = Timestamp(nanoseconds: 0)
        bytes += try writer.write(RecordedEvent(event: event, version: 1, position: 1, recordedTime: time))
        return bytes + writer.end()
    }

    private var writers: [(LogFormat, any LogWriter)] { [(.csv, CSVWriter()), (.ocel, OCELWriter()), (.xes, XESWriter())] }

    private func expectSame(_ event: Event, _ format: LogFormat, _ bytes: [UInt8]) throws {
        var splitter = format.splitter()
        let items = splitter.take(bytes) + splitter.finish()
        let item = try #require(items.first)
        try #require(items.count == 1 && item.fault == nil, "\(format): \(item.fault ?? "")")
        // Long events are not shown.
        #expect(try CloudEventsJSON.decode(item.bytes, dropping: .all).isSame(as: event) == true, "\(format)")
    }

    /// The text of a trace that has a long attribute and so many events.
    private func trace(_ length: Int, events: Int) -> String {
        "<log><trace><string key=\"concept:name\" value=\"c\"/><string key=\"k\" value=\"\(String(repeating: "x", count: length))\"/>"
            + String(repeating: "<event/>", count: events) + "</trace></log>"
    }

    @Test(arguments: [64, 12_000]) func `a place in the data of very many steps is a bad event`(_ steps: Int) throws {
        let key = "data" + String(repeating: ":a", count: steps)
        let event = "<event><int key=\"flxformat\" value=\"1\"/><string key=\"\(key)\" value=\"x\"/></event>"
        let items = items("<log><trace>\(event)</trace></log>", .xes)
        #expect(items.count == 1 && items[0].fault?.contains("\(steps) steps is too deep") == true)
    }

    @Test func `a key of very many bytes is a bad event before it is taken apart`() {
        let key = "data" + String(repeating: ":", count: 1 << 17)
        let event = "<event><int key=\"flxformat\" value=\"1\"/><string key=\"\(key)\" value=\"x\"/></event>"
        let items = items("<log><trace>\(event)</trace></log>", .xes)
        #expect(items.count == 1 && items[0].fault?.contains("bytes is too long") == true, "\(items.first?.fault ?? "")")
    }

    @Test func `what would be too long to be read again is not written`() throws {
        let quotes = "[" + Array(repeating: "\"\"", count: 340_000).joined(separator: ",") + "]"
        let text = "{\"n\":12345678901234567890,\"a\":\(quotes)}"
        let event = Event(type: "t", stream: "s", payload: Payload(unchecked: Array(text.utf8), form: .json, contentType: nil))
        #expect(throws: FlxError.self) { try file(event, XESWriter()) }
        try expectSame(event, .ocel, try file(event, OCELWriter()))

        var ocel = OCELWriter()
        for number in 0..<18 {
            let names = (0..<500).map { "k\(number)_\($0)_" + String(repeating: "x", count: 950) }
            let fields = names.map { "\"\($0)\":1" }.joined(separator: ",")
            try ocel.survey(Event(type: "t", payload: Payload(unchecked: Array("{\(fields)}".utf8), form: .json, contentType: nil)))
        }
        let error = #expect(throws: FlxError.self) { try ocel.begin() }
        #expect(error?.code == .limitExceeded && error?.message.contains("the declaration of 't'") == true)
    }

    @Test func `the attributes of a trace, which each of its events has, are not all in memory at once`() throws {
        let text = Array(trace(1 << 18, events: 90).utf8)
        var splitter = LogFormat.xes.splitter()
        var (items, count) = (splitter.take(text), 0)
        while !items.isEmpty {
            #expect(items.reduce(0) { $0 + $1.bytes.count + $1.source.count } < 16 << 20)
            #expect(items.allSatisfy { $0.fault == nil })
            count += items.count
            items = splitter.take([])
        }
        #expect(count == 90 && splitter.finish() == [])
        // Whoever does not ask again has the rest at the end.
        var other = LogFormat.xes.splitter()
        #expect(other.take(text).count + other.finish().count == 90)
    }

    @Test(arguments: [(3, true), (30, false)])
    func `the attributes of a trace do not make a short log long without a bound`(_ events: Int, _ isRead: Bool) {
        var splitter = XESSplitter(mostSpread: 2)
        let items = splitter.take(Array(trace(100_000, events: events).utf8)) + splitter.finish()
        #expect(items.count { $0.fault == nil } == (isRead ? events : 4))
        #expect(isRead || items.last?.endsLog == true && items.last?.fault?.contains("2 times as long as the log") == true)
    }

    @Test(arguments: [0, 3]) func `all events of a log that is handed out in parts are read`(_ more: Int) throws {
        let path = folder.file("log.xes")
        try Data((trace(1 << 18, events: 60) + String(repeating: "<!---->", count: more)).utf8).write(to: URL(fileURLWithPath: path))
        let reader = try EventReader(path, .init(format: .xes))
        var count = 0
        while true {
            let batch = reader.batch(of: 30)
            #expect(batch.bad.isEmpty && batch.failure == nil)
            count += batch.lines.count
            if batch.isLast { break }
        }
        #expect(count == 60)
    }

    @Test func `a list of a document of OCEL that stands there twice is refused`() {
        for name in ["events", "objects", "eventTypes", "objectTypes"] {
            let items = items("{\"\(name)\":[],\"events\":[{}],\"\(name)\":[]}", .ocel)
            #expect(items.last?.fault?.contains("twice") == true && items.last?.endsLog == true, "\(items)")
        }
    }

    @Test(.timeLimit(.minutes(5))) func `a tag of very many attributes is refused before they are compared`() {
        let attributes = (0..<40_000).map { " a\($0)=''" }.joined()
        let items = items("<log\(attributes)/>", .xes)
        #expect(items.count == 1 && items[0].fault?.contains("more than") == true, "\(items.first?.fault ?? "")")
    }

    @Test func `a column whose name no event can have as a field is refused`() {
        for (count, isGood) in [(1024, true), (1025, false)] {
            let items = items(String(repeating: "n", count: count) + "\n1\n2\n", .csv)
            #expect(items.count == (isGood ? 2 : 1))
            #expect(items.allSatisfy { $0.fault == nil } == isGood && items.last?.endsLog == !isGood, "\(items.last?.fault ?? "")")
        }
    }

    @Test(arguments: [(300, true), (400, false)])
    func `columns deep inside the data, which cost each row, are bounded together`(_ columns: Int, _ isRead: Bool) {
        let names = (0..<columns).map { "/c\($0)" + String(repeating: "/a", count: 62) }
        let items = items(names.joined(separator: ",") + "\n1\n", .csv)
        #expect(items.count == 1 && (items[0].fault == nil) == isRead)
        #expect(isRead || items[0].fault?.contains("25200 steps together") == true, "\(items.first?.fault ?? "")")
    }

    @Test func `members of gzip that are nearly empty come together`() throws {
        let member = Gzip.pack([UInt8(ascii: "x")])
        let path = folder.file("members.gz")
        try Data((0..<5_000).flatMap { _ in member }).write(to: URL(fileURLWithPath: path))
        let source = try GzipSource(path)
        var (pieces, bytes) = (0, 0)
        while case let piece = try source.next(), !piece.isEmpty { (pieces, bytes) = (pieces + 1, bytes + piece.count) }
        #expect(bytes == 5_000 && pieces < 50, "\(pieces)")
    }

    @Test func `data with long names deep inside comes back`() throws {
        for letter in ["k", "~", "\"", "é"] {
            let name = String(repeating: letter, count: letter == "k" || letter == "~" ? 1024 : 512)
            var data: EventValue = [:]
            data[name] = 1
            for _ in 0..<9 {
                var outer: EventValue = ["a": 1]
                outer[name] = data
                data = outer
            }
            let event = Event(type: "t", stream: "s", payload: try .json(data))
            for (format, writer) in writers { try expectSame(event, format, file(event, writer)) }
        }
    }

    @Test func `data with a long name above many fields comes back`() throws {
        var inner: EventValue = [:]
        for number in 0..<9_000 { inner["a\(number)"] = 1 }
        var data: EventValue = [:]
        data[String(repeating: "k", count: 950)] = inner
        let event = Event(type: "t", stream: "s", payload: try .json(data))
        for (format, writer) in writers {
            try expectSame(event, format, file(event, writer))
        }
    }

    @Test func `a long text that looks like JSON comes back as it was`() throws {
        let text = "\"" + String(repeating: "\n", count: 600_000) + "\""
        let event = Event(type: "t", stream: "s", payload: try .text(text))
        try expectSame(event, .csv, file(event, CSVWriter()))
        try expectSame(event, .ocel, file(event, OCELWriter()))
        let data: EventValue = ["a": .string(String(repeating: "\u{FFFF}", count: 200_000))]
        let rare = Event(type: "t", stream: "s", payload: try .json(data))
        try expectSame(rare, .csv, file(rare, CSVWriter()))
        try expectSame(rare, .xes, file(rare, XESWriter()))
    }

    @Test(arguments: ["schemaversion", "userid", "tags", "correlationid", "traceparent"])
    func `an extension with the name of a property and a value that is none comes back, or is refused`(_ name: String) throws {
        for value in ["\"5\"", "\"true\"", "\"\"", "true", "5", "0"] {
            let text = #"{"specversion":"1.0","id":"i","source":"/s","type":"t","subject":"s","\#(name)":\#(value)}"#
            let event = try CloudEventsJSON.decode(Array(text.utf8))
            for (format, writer) in writers {
                guard let bytes = try? file(event, writer) else { continue }
                try expectSame(event, format, bytes)
            }
        }
    }

    @Test func `a table of more columns than can be read is refused`() throws {
        var (writer, count) = (CSVWriter(), 0)
        let error = #expect(throws: FlxError.self) {
            for number in 0..<10_100 {
                try writer.survey(Event(type: "t", stream: "s", extensions: [try ExtensionName("x\(number)"): "v"]))
                count += 1
            }
        }
        #expect(error?.code == .limitExceeded && error?.message.contains("jsonl") == true)
        // The names of a log are not all in memory first.
        #expect(count < 10_000)
    }

    @Test func `a long cell does not make those behind it take memory`() {
        var splitter = CSVSplitter()
        #expect(splitter.take(Array("a,b\n".utf8)) == [])
        #expect(splitter.take(Array((String(repeating: "x", count: 1 << 18) + String(repeating: ",", count: 200)).utf8)) == [])
        #expect(splitter.cells.count == 200 && splitter.cells.reduce(0) { $0 + $1.capacity } < 1 << 20)
    }

    @Test func `declarations of OCEL that are long together are neither read nor written`() throws {
        #expect(OCELSplitter.maximumTypes == 16 << 20)
        let most = 1 << 12
        let name = String(repeating: "n", count: 250)
        let types = (0..<17).map { #"{"name":"t\#($0)","attributes":[{"name":"\#(name)","type":"integer"}]}"# }
        for (count, isGood) in [(10, true), (17, false)] {
            var splitter = OCELSplitter(mostDeclared: most)
            let text = "{\"eventTypes\":[\(types[..<count].joined(separator: ","))],\"events\":[]}"
            let read = splitter.take(Array(text.utf8)) + splitter.finish()
            #expect(read.count == (isGood ? 0 : 1))
            #expect(isGood || read[0].endsLog && read[0].fault?.contains("declarations have more than \(most)") == true)
        }

        var writer = OCELWriter(mostDeclared: most)
        for number in 0..<3 {
            var data: EventValue = [:]
            for field in 0..<10 { data["\(number)-\(field)-" + String(repeating: "x", count: 250)] = 1 }
            try writer.survey(Event(type: try EventType("t\(number)"), payload: try .json(data)))
        }
        let error = #expect(throws: FlxError.self) { try writer.begin() }
        #expect(error?.code == .limitExceeded && error?.message.contains("the declarations have") == true)
    }

    @Test func `broken rows that are long fill a part of a log too`() throws {
        let path = folder.file("rows.csv")
        let row = "1,\"x\"" + String(repeating: "a", count: 3 << 20) + "\n"
        try Data(("id,a\n" + String(repeating: row, count: 4)).utf8).write(to: URL(fileURLWithPath: path))
        let reader = try EventReader(path, .init(format: .csv))
        let first = reader.batch(of: 1000)
        #expect(first.bad.count == 3 && !first.isLast, "\(first.bad.count)")
        let second = reader.batch(of: 1000)
        #expect(second.bad.count == 1 && second.isLast)
    }

    @Test func `attributes that a transform makes fill a part of a log too`() throws {
        let path = folder.file("events.jsonl")
        let text = String(repeating: "x", count: 9_000)
        let head = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"subject\":\"s\""
        let line = head + ",\"data\":{\"t\":\"\(text)\"}}\n"
        try Data(String(repeating: line, count: 20).utf8).write(to: URL(fileURLWithPath: path))
        let transform: Transform = [.compute("userid", .concat, of: Array(repeating: "/t", count: 100)), .drop("")]
        let batch = try EventReader(path, .init(transform: transform)).batch(of: 1000)
        #expect((1..<20).contains(batch.lines.count) && batch.bad.isEmpty && !batch.isLast, "\(batch.lines.count)")
    }

    @Test(arguments: [";", "|", "\t"]) func `names with what parts the cells of other tables come back`(_ mark: String) throws {
        for count in [2, 20] {
            let fields = (0..<8).map { "\"\($0)\(String(repeating: mark == "\t" ? "\\t" : mark, count: count))x\":\($0)" }
            let bytes = Array("{\(fields.joined(separator: ","))}".utf8)
            let event = Event(type: "t", stream: "s", payload: try .json(bytes))
            for (format, writer) in writers { try expectSame(event, format, file(event, writer)) }
        }
    }

    @Test func `data with a character that XML does not have comes back, or is refused where it is told as a whole`() throws {
        var event = Event(type: "t", stream: "s", payload: try .json(Array("{\"a\":\"\u{FFFE}\",\"b\":[\"\u{FFFF}\"]}".utf8)))
        for (format, writer) in writers { try expectSame(event, format, try file(event, writer)) }
        event.payload = try .json(Array("[\"\u{FFFE}\"]".utf8))
        for (format, writer) in writers where format != .xes { try expectSame(event, format, try file(event, writer)) }
        let error = #expect(throws: FlxError.self) { try file(event, XESWriter()) }
        #expect(error?.message.contains("XML has no place for a character of 'data'") == true)
    }

    @Test func `data as deep as data can be comes back`() throws {
        for (opening, closing) in [("[", "]"), ("{\"k\":", "}")] {
            for levels in [63, 64] {
                let inner = String(repeating: opening, count: levels - 1) + "1" + String(repeating: closing, count: levels - 1)
                let event = Event(type: "t", stream: "s", payload: try .json(Array("{\"x\":\(inner)}".utf8)))
                for (format, writer) in writers { try expectSame(event, format, file(event, writer)) }
            }
        }
    }

    @Test func `equal events between the traces of a log are all events`() throws {
        let event = "<event><string key=\"concept:name\" value=\"A\"/></event>"
        let trace = "<trace>\(event)\(event)</trace>"
        let items = items("<log>\(event)\(trace)\(event)\(event)\(trace)\(event)</log>", .xes)
        #expect(items.count == 8 && items.allSatisfy { $0.fault == nil })
        let ids = try items.map { try CloudEventsJSON.decode(Array("{\"subject\":\"s\",".utf8) + $0.bytes.dropFirst()).id }
        #expect(Set(ids).count == 8, "\(ids)")
    }

    @Test(.timeLimit(.minutes(5)), arguments: [LogFormat.csv, .xes]) func `a long token that comes byte by byte is looked at once`(
        _ format: LogFormat
    ) throws {
        let long = String(repeating: "n", count: 400_000)
        let text = switch format {
        case .csv: "a,\"" + (0..<900).map { "\(long.prefix(400))\($0)" }.joined(separator: "\",\"") + "\"\n1,2\n"
        default: "<log><!--\(long)--><trace><event><string key=\"k\" value=\"\(long)\"/></event></trace></log>"
        }
        var splitter = format.splitter(LogReading(origin: "log"))
        var items: [TextItem] = []
        for byte in text.utf8 { items += splitter.take([byte]) }
        items += splitter.finish()
        #expect(items.count == 1 && items[0].fault == nil)
        #expect(items.map(\.bytes) == self.items(text, format).map(\.bytes))
    }

    @Test func `the names of columns that joined tables have in the middle are no event`() {
        var splitter = LogFormat.csv.splitter(LogReading(origin: "log"))
        let items = splitter.take(Array("a,b\n1,2\na,b\n3,4\na,c\n".utf8)) + splitter.finish()
        #expect(items.count == 3 && items.allSatisfy { $0.fault == nil })
        #expect(splitter.leftOut.counts.map { $0.count } == [1])
        // A list of words may have the name of its column in it.
        #expect(self.items("word\nhello\nword\n", .csv).count == 2)
    }
}
