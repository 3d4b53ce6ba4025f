import FlxCore
import Foundation
import Testing

@testable import FlxFiles

/// Logs of others: what they mean, what they cannot say, and what is none.
@Suite struct ForeignLogTests {
    private func read(
        _ text: String, _ format: LogFormat, _ reading: LogReading = LogReading(origin: "log")
    ) -> (items: [TextItem], leftOut: [String: Int64]) {
        var splitter = format.splitter(reading)
        let items = splitter.take(Array(text.utf8)) + splitter.finish()
        return (items, Dictionary(uniqueKeysWithValues: splitter.leftOut.counts.map { ($0.what, $0.count) }))
    }

    private func events(_ text: String, _ format: LogFormat, _ reading: LogReading = LogReading(origin: "log")) throws -> [Event] {
        try read(text, format, reading).items.map { item in
            try #require(item.fault == nil, "\(item.fault ?? "")")
            return try CloudEventsJSON.decode(item.bytes, dropping: .all)
        }
    }

    private func data(_ event: Event) -> String { String(decoding: event.payload.bytes, as: UTF8.self) }

    private func xes(_ attributes: String, trace: String = "") -> String {
        "<log><trace><string key=\"concept:name\" value=\"c\"/>\(trace)<event><string key=\"concept:name\" value=\"a\"/>"
            + "\(attributes)</event></trace></log>"
    }

    @Test(arguments: [
        (#"<list key="l"><values><int key="a" value="1"/><int key="a" value="2"/></values></list>"#, #"{"l":[{"a":1},{"a":2}]}"#),
        (#"<list key="l"><int key="a" value="1"/><int key="a" value="2"/></list>"#, #"{"l":[{"a":1},{"a":2}]}"#),
        (#"<list key="l"><values/></list>"#, #"{"l":[]}"#),
        (#"<list key="l"><string key="x" value="y"/><values><int key="a" value="1"/></values></list>"#,
            #"{"l":[{"a":1}],"l:attributes":{"x":"y"}}"#),
        (#"<list key="l"><values><list key="m"><values><int key="a" value="1"/></values></list></values></list>"#,
            #"{"l":[{"m":[{"a":1}]}]}"#),
        (#"<container key="c"><int key="a" value="1"/><container key="d"><boolean key="b" value="true"/></container></container>"#,
            #"{"c":{"a":1,"d":{"b":true}}}"#),
        (#"<string key="k" value="v"><int key="n" value="5"><float key="m" value="1.5"/></int></string>"#,
            #"{"k":"v","k:attributes":{"n":5,"n:attributes":{"m":1.5}}}"#),
        (#"<string key="/x/y" value="1"/><string key="x" value="2"/>"#, #"{"/x/y":"1","x":"2"}"#),
        (#"<string key="source" value="Web Portal"/><string key="id" value="7"/><string key="data" value="[1]"/>"#,
            #"{"source":"Web Portal","id":"7","data":"[1]"}"#),
        (#"<string key="n" value="null"/><float key="f" value="NaN"/>"#, #"{"n":"null","f":"NaN"}"#),
    ])
    func `all attributes of an event of XES are in its data`(_ attributes: String, _ expected: String) throws {
        let event = try #require(try events(xes(attributes), .xes).first)
        #expect(data(event) == expected)
        #expect(event.source == "/import" && event.stream == "c" && event.type == "a")
    }

    @Test func `a log whose elements have a prefix of their namespace is read, and its bad events are set aside with it`() throws {
        let plain = "<log xmlns=\"http://www.xes-standard.org/\"><trace>T<event>E<list key=\"l\"><values>V</values></list></event></trace>"
            + "</log>"
        let attribute = { (name: String, key: String, value: String) in "<\(name) key=\"\(key)\" value=\"\(value)\"/>" }
        for prefix in ["xes:", "p-1.:"] {
            var text = plain.replacing(/<(\/?)/) { "<\($0.output.1)\(prefix)" }.replacing("xmlns=", with: "xmlns:\(prefix.dropLast())=")
            text = text.replacing("T", with: attribute(prefix + "string", "concept:name", "c"))
                .replacing("E", with: attribute(prefix + "string", "concept:name", "a") + attribute(prefix + "int", "n", "5"))
            let good = text.replacing("V", with: attribute(prefix + "int", "x", "1"))
            let found = try #require(try events(good, .xes).first)
            #expect(found.type == "a" && found.stream == "c" && data(found) == #"{"n":5,"l":[{"x":1}]}"#)
            // What is set aside is a log with the same prefix.
            let bad = try #require(read(text.replacing("V", with: "<\(prefix)int key=\"x\"/>"), .xes).items.first)
            #expect(bad.fault == "the attribute 'x' has no value")
            let aside = String(decoding: bad.head + bad.source + (bad.tail ?? LogFormat.xes.tail), as: UTF8.self)
            let again = read(aside, .xes).items
            #expect(again.count == 1 && again.first?.fault == bad.fault, "\(aside)")
        }
        // A prefix that stands for nothing is no XML with namespaces, and one of another namespace is no log.
        for text in ["<x:log/>", "<x:log xmlns:y=\"u\"/>", "<log:log/>", "<x:y:log xmlns:x=\"u\"/>", "<:log xmlns:=\"u\"/>"] {
            #expect(read(text, .xes).items.first?.fault?.contains("is no log of XES") == true, "\(text)")
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a long list of XES takes time in proportion`() throws {
        let values = String(repeating: #"<int key="a" value="1"/>"#, count: 40_000)
        let items = read(xes("<list key=\"l\"><values>\(values)</values></list>"), .xes).items
        #expect(items.count == 1 && items.first?.fault == nil && items.first?.bytes.count ?? 0 > 300_000)
    }

    @Test func `traces of one name are one stream, and the log says how many there are`() {
        let trace = "<trace><string key=\"concept:name\" value=\"c\"/><event><string key=\"concept:name\" value=\"a\"/></event></trace>"
        let other = trace.replacing("\"c\"", with: "\"d\"")
        #expect(read("<log>\(trace)\(other)\(trace)\(trace)</log>", .xes).leftOut == ["borders between traces of one name": 2])
        #expect(read("<log>\(trace)</log>", .xes).leftOut == [:])
    }

    @Test(arguments: [
        ("2010-10-02T07:20:39.266+0200", "2010-10-02T05:20:39.266Z"), ("2010-10-02 07:20:39+02", "2010-10-02T05:20:39Z"),
        ("2010-10-02 07:20:39-0330", "2010-10-02T10:50:39Z"), ("2010-10-02 07:20 UTC", "2010-10-02T07:20:00Z"),
        ("2010-10-02T07:20:39+02:00", "2010-10-02T05:20:39Z"), ("2010-10-02T07:20:39+2", nil), ("2010-10-02T07:20:39+020", nil),
        ("2010-10-02T07:20:39+9900", nil), ("2010-10-02+02", nil), ("2010-10-02-0300", nil), ("soon UTC", nil), (" UTC", nil), ("+02", nil),
        ("2010-10-02T07:20:39\u{301}+02", nil),
    ])
    func `a zone as other programs write it is one`(_ text: String, _ time: String?) throws {
        let item = try #require(read(xes(#"<date key="time:timestamp" value="\#(text)"/>"#), .xes).items.first)
        let event = item.fault == nil ? try? CloudEventsJSON.decode(item.bytes, dropping: .all) : nil
        #expect(event?.time?.description == time)
    }

    @Test func `a table of a spreadsheet may say its delimiter, and have empty columns without names`() throws {
        for end in ["\n", "\r\n"] {
            let table = ["sep=;", "id;subject;a,b;;", "1;s;x,y;;", "2;s;z"].joined(separator: end)
            let found = try events(table, .csv)
            #expect(found.map { data($0) } == [#"{"a,b":"x,y"}"#, #"{"a,b":"z"}"#])
        }
        #expect(read("sep=;\nid;subject\n1;s;\"\n", .csv).items.map(\.line) == [3])
        let texts = read("id,subject,\n1,s,x\n2,s,\n", .csv).items
        #expect(texts.map(\.fault) == ["column 3 has no name, and a text in it", nil])
        #expect(read("sep=\n1\n", .csv).items.count == 1)
    }

    @Test func `nested attributes of a trace are in the data, too`() throws {
        let text = xes("", trace: #"<string key="k" value="v"><int key="n" value="5"/></string>"#)
        #expect(data(try #require(try events(text, .xes).first)) == #"{"case:k":"v","case:k:attributes":{"n":5}}"#)
    }

    @Test(arguments: [
        (#"<string key="a" value="1"/><int key="a" value="2"/>"#, "twice"), (#"<string value="1"/>"#, "no key"),
        (#"<string key="a"/>"#, "no value"), (#"<container key="c"><int key="a" value="1"/><int key="a" value="2"/></container>"#, "twice"),
        (#"<list key="l"><values/><string key="a" value="1"/><string key="a" value="2"/></list>"#, "twice"),
    ])
    func `an attribute that cannot be kept makes its event a bad line`(_ attributes: String, _ reason: String) throws {
        let items = read(xes(attributes), .xes).items
        #expect(items.count == 1 && items[0].fault?.contains(reason) == true, "\(items)")
        #expect(!items[0].source.isEmpty)
    }

    @Test func `what events have no place for is counted`() throws {
        let text = """
            <log><extension name="C" prefix="c" uri="x"/><global scope="event"><string key="a" value="b"/></global>
            <string key="creator" value="x"/><foo><bar/></foo><trace><string key="concept:name" value="c"/><event>text</event><baz/>
            <string key="late" value="1"/></trace>
            <event><string key="concept:name" value="alone"/></event></log>
            """
        let (items, leftOut) = read(text, .xes)
        #expect(items.count == 2 && items.allSatisfy { $0.fault == nil })
        #expect(
            leftOut == [
                "defaults of attributes": 1, "attributes of the log": 1, "unknown elements": 2, "texts between the elements": 1,
                "attributes of traces that follow their events": 1,
            ])
        // An event outside of the traces names no stream, and is not left out.
        #expect(try events(text, .xes).map(\.stream) == ["c", nil])
    }

    @Test(arguments: [
        "<log>\u{1}</log>", "<log a='\u{1}'/>", "<log a='&#1;'/>", "<log a='&#xFFFE;'/>", "<log a='&#+65;'/>", "<1log/>", "<log 1a='x'/>",
        "<log a='1' a='2'/>", "<log><!-- a -- b --></log>", "<log><!-- a ---></log>", "text<log/>", "<log/>text", "<log>&nbsp;</log>",
        "<log>&amp</log>", "<log a='&undefined;'/>", "<?xml version='1.0' encoding='utf-16'?><log/>", "<?xml encoding='utf-8'?><log/>",
        "<?xml version='2.0'?><log/>", " <?xml version='1.0'?><log/>", "<log><?xml version='1.0'?></log>", "<?XML version='1.0'?><log/>",
        "<?xml version='1.0' encoding='us-ascii'?><log a='é'/>", "<log>]]></log>", "<log></log a='1'>", "<log></log/>", "< log/>",
        "<log a='1'b='2'/>", "<log a/>", "<log a=1/>", "<log a='<'/>", "<![CDATA[x]]><log/>", "<log/><![CDATA[x]]>", "<log><a></log></a>",
        "<log>", "<log/><log/>", "<log a='\u{FFFF}'/>", "<?xml version='1.0' standalone='maybe'?><log/>", "<log><? x?></log>",
    ])
    func `what is no XML is refused`(_ text: String) {
        for size in [1, 7, 10_000] {
            var splitter = LogFormat.xes.splitter()
            var items: [TextItem] = []
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                items += splitter.take(Array(bytes[start..<min(bytes.count, start + size)]))
            }
            items += splitter.finish()
            #expect(items.count == 1 && items[0].fault != nil, "in pieces of \(size): \(items)")
        }
    }

    @Test(arguments: [
        "\u{FEFF}<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n<!-- a - b --><?pi x?><log a=\"'&lt;&#x41;&#65;\">&amp;</log>\n",
        "<log><![CDATA[ <a> ]]><!----></log>", "<log xml:lang='en' a.b-c_d='1'></log\n>",
        "<?xml version='1.0' encoding='us-ascii'?><log\n/>\n<?x?>",
        "<log>" + String(repeating: "x\u{E9}&#233;", count: 100) + "</log>",
    ])
    func `what is XML is read, whatever its parts`(_ text: String) {
        for size in [1, 3, 10_000] {
            var splitter = LogFormat.xes.splitter()
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                #expect(splitter.take(Array(bytes[start..<min(bytes.count, start + size)])) == [])
            }
            #expect(splitter.finish() == [], "in pieces of \(size)")
        }
    }

    @Test func `times without a zone get the one that is given, and are refused without one`() throws {
        let attributes = #"<date key="time:timestamp" value="2006-07-24T00:00:00.000"/>"#
        #expect(read(xes(attributes), .xes).items[0].fault?.contains("--zone") == true)
        let zone = LogReading(origin: "log", zone: ZoneOffset(argument: "+01:00"))
        #expect(try events(xes(attributes), .xes, zone)[0].time?.description == "2006-07-23T23:00:00Z")
        // A time with a zone keeps its own.
        #expect(try events(xes(attributes.replacing(".000", with: "Z")), .xes, zone)[0].time?.description == "2006-07-24T00:00:00Z")
        let ocel = #"{"events":[{"id":"e","type":"t","time":"2020-01-01 10:00:00"}]}"#
        #expect(try events(ocel, .ocel, zone)[0].time?.description == "2020-01-01T09:00:00Z")
        #expect(try events("type,time\na,2020-01-01\n", .csv, zone)[0].time?.description == "2019-12-31T23:00:00Z")
        #expect(read("type,time\na,2020-01-01 10:00\n", .csv).items[0].fault?.contains("--zone") == true)
    }

    @Test(arguments: ["Z", "UTC", "+00:00", "-05:30"]) func `a zone is an offset`(_ text: String) {
        #expect(ZoneOffset(argument: text) != nil)
    }

    @Test(arguments: ["", "+1:00", "+01", "01:00", "+24:00", "+01:60", "Europe/Berlin", "+0a:00", "+01:00 "])
    func `anything else is no zone`(_ text: String) {
        #expect(ZoneOffset(argument: text) == nil)
    }

    @Test func `OCEL of others: declared kinds, no mark of ours, and what is left out`() throws {
        let text = #"""
            {"eventTypes":[{"name":"t",
               "attributes":[{"name":"n","type":"integer"},{"name":"b","type":"boolean"},{"name":"s","type":"string"}]}],
             "objectTypes":[{"name":"o","attributes":[]}],
             "objects":[{"id":"o1","type":"o","attributes":[{"name":"p","time":"1970-01-01T00:00:00Z","value":"1"}],
               "relationships":[{"objectId":"o2","qualifier":"part"}]},{"id":"o2","type":"o"}],
             "events":[{"id":"e1","type":"t","time":"2020-01-01T00:00:00Z","attributes":[{"name":"source","value":"Web Portal"},
               {"name":"n","value":"7"},{"name":"b","value":"true"},{"name":"s","value":"[1]"},{"name":"/x","value":"1"}],
               "relationships":[{"objectId":"o1","qualifier":"q"},{"objectId":"a,b","qualifier":""},{"objectId":"o1","qualifier":"r"}]}]}
            """#
        let event = try #require(try events(text, .ocel).first)
        #expect(data(event) == ##"{"source":"Web Portal","n":7,"b":true,"s":"[1]","/x":"1"}"##)
        #expect(event.source == "/import" && event.stream == "o1" && event.tags == ["o1"])
        #expect(
            read(text, .ocel).leftOut == [
                "attributes of objects": 1, "relations between objects": 1, "objects whose ids cannot be tags": 1,
                "qualifiers of relations": 2,
            ])
    }

    @Test(arguments: [
        (#"{"events":[{"id":"e","type":"t","attributes":[{"name":"a","value":"1"},{"name":"a","value":"2"}]}]}"#, "twice"),
        (#"{"events":[{"id":"e","type":"t","attributes":[{"name":"a"}]}]}"#, "no value"),
        (#"{"events":[{"id":"e","type":"t","relationships":[{"qualifier":"q"}]}]}"#, "names no object"),
    ])
    func `a broken event of OCEL is a bad line`(_ text: String, _ reason: String) {
        #expect(read(text, .ocel).items[0].fault?.contains(reason) == true)
    }

    @Test(arguments: [
        ("a;type\n1,5;x\n", #"{"a":"1,5"}"#), ("a\ttype\n1\tx\n", #"{"a":1}"#), ("\"a;b\",type\n1,x\n", #"{"a;b":1}"#),
        ("a|type\n1|x\n", #"{"a":1}"#), ("\u{FEFF}a;type\n1;x", #"{"a":1}"#),
    ])
    func `the first line of a table tells what parts its cells`(_ text: String, _ expected: String) throws {
        let event = try #require(try events(text, .csv).first)
        #expect(data(event) == expected && event.type == "x")
    }

    @Test func `a delimiter that is given counts`() throws {
        let reading = LogReading(origin: "log", delimiter: CSVDelimiter(argument: ";"))
        #expect(data(try events("a,b;type\n1;x\n", .csv, reading)[0]) == #"{"a,b":1}"#)
        #expect(CSVDelimiter(argument: "tab")?.byte == 9)
        for text in ["", "ab", "\"", "\n", "é"] { #expect(CSVDelimiter(argument: text) == nil) }
    }

    @Test func `the index of pandas and rows without a text are left out, and counted`() throws {
        let (items, leftOut) = read(",type,case\n0,register,c1\n\n , ,\t\n,,\n1,decide,c1\n", .csv)
        #expect(items.count == 2 && leftOut == ["columns without a name": 1, "rows without a text": 2])
        #expect(try events(",type,case\n0,register,c1\n", .csv).map(data) == [#"{"case":"c1"}"#])
    }

    @Test(arguments: [
        ("/x/y,x\n", "is a value"), ("x,/x/y\n", "is a value"), ("/x,x\n", "are the field"), ("a,b,a\n", "one name"), ("a,,b\n", "no name"),
        ("/a/b,/a/b/c\n", "is a value"),
    ])
    func `columns that say two things of one field are refused`(_ header: String, _ reason: String) {
        let items = read(header + "1,2,3\n", .csv).items
        #expect(items.count == 1 && items[0].fault?.contains(reason) == true, "\(items)")
    }

    @Test func `a table of others with columns of our names is none of ours`() throws {
        let event = try events("id,source,type,data\n7,Web Portal,lead,[1]\n", .csv)[0]
        #expect(event.id.description == "7" && event.source == "/import" && event.type == "lead")
        #expect(data(event) == #"{"source":"Web Portal","data":[1]}"#)
    }

    // The ids that are made.

    private func ids(_ text: String, _ format: LogFormat, origin: String = "log") throws -> [EventID] {
        try events(text, format, LogReading(origin: origin)).map(\.id)
    }

    @Test func `equal rows of one table are two events, and the same table gives the same ids`() throws {
        let table = "case,activity\nc1,ping\nc1,ping\n"
        let ids = try ids(table, .csv)
        #expect(Set(ids).count == 2)
        #expect(try self.ids(table, .csv) == ids)
        #expect(try self.ids(table.replacing("\n", with: "\r\n"), .csv) == ids)
        // The table has grown at its end.
        #expect(try self.ids(table + "c2,ping\n", .csv).prefix(2) == ids[...])
    }

    @Test func `equal rows of two tables are two events`() throws {
        let (first, second) = (try ids("case,activity\nc1,ping\n", .csv), try ids("case,activity\nc1,ping\n", .csv, origin: "log2"))
        #expect(first != second)
        // Cells that only look joined the same are not one.
        #expect(try ids("a,b\n\"1,2\",3\n", .csv) != ids("a,b\n1,\"2,3\"\n", .csv))
    }

    @Test func `equal events of two traces, or of two logs, are two events`() throws {
        let trace = #"<trace><string key="concept:name" value="c"/><event><string key="concept:name" value="a"/></event></trace>"#
        let log = "<log>\(trace)\(trace)</log>"
        #expect(Set(try ids(log, .xes) + ids(log, .xes, origin: "log2")).count == 4)
        #expect(try ids(log, .xes) == ids(log, .xes))
        let ocel = #"{"events":[{"type":"t","time":"2020-01-01T00:00:00Z"},{"type":"t","time":"2020-01-01T00:00:00Z"}]}"#
        #expect(Set(try ids(ocel, .ocel) + ids(ocel, .ocel, origin: "log2")).count == 4)
    }

    @Test func `ids of two sources and of two logs are told apart`() throws {
        let rule = IDRule.sourceAndID
        let events = [Event(id: try EventID("1"), type: "t", source: "/a"), Event(id: try EventID("1"), type: "t", source: "/b")]
        #expect(try events.map { try rule.id(of: $0, in: "") } == [try EventID("/a 1"), try EventID("/b 1")])
        #expect(try IDRule.originAndID.id(of: events[0], in: "log") == EventID("log 1"))
        #expect(try IDRule.id.id(of: events[0], in: "log") == events[0].id)
        let long = Event(id: try EventID(String(repeating: "i", count: 200)), type: "t", source: "/" + String(repeating: "s", count: 100))
        #expect(try rule.id(of: long, in: "") == rule.id(of: long, in: "") && rule.id(of: long, in: "").uuid != nil)
    }
}
