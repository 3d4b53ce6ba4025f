import FlxCore
import Testing

/// Each MUST of the core specification 1.0.2 (here C) and its JSON event format (here J) that a reader or writer can keep or break.
@Suite struct CloudEventsRulesTests {
    /// A valid event, some members of which are replaced or, by nil, taken out.
    private func text(_ changes: KeyValuePairs<String, String?>) -> [UInt8] {
        var members: [(String, String?)] = [("specversion", "\"1.0\""), ("id", "\"1\""), ("source", "\"/s\""), ("type", "\"t\"")]
        for (name, value) in changes {
            members.removeAll { $0.0 == name }
            members.append((name, value))
        }
        return Array("{\(members.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }.joined(separator: ","))}".utf8)
    }

    private func event(_ changes: KeyValuePairs<String, String?>) throws -> Event {
        try CloudEventsJSON.decode(text(changes))
    }

    /// The error that an event with changes gives; it must name the attribute.
    private func error(_ attribute: String, _ changes: KeyValuePairs<String, String?>) -> FlxError? {
        let error = #expect(throws: FlxError.self, "\(changes)") { try CloudEventsJSON.decode(text(changes)) }
        #expect(error?.description.contains(attribute) == true, "\(String(describing: error))")
        #expect(error?.location != nil)
        return error
    }

    @Test("C: the required attributes must be there", arguments: ["specversion", "id", "source", "type"])
    func required(_ name: String) {
        #expect(error(name, [name: nil])?.code == .invalidValue)
        #expect(error(name, [name: "null"])?.code == .invalidValue)
        #expect(error(name, [name: "\"\""])?.code == .invalidValue)
        for wrong in ["1", "true", "[]", "{}"] { #expect(error(name, [name: wrong])?.code == .typeMismatch) }
    }

    @Test("C: specversion is 1.0 for this version", arguments: ["0.3", "1", "1.0.2", "2.0", "1.0 "])
    func specversion(_ version: String) {
        #expect(error("specversion", ["specversion": "\"\(version)\""])?.code == .invalidValue)
    }

    @Test("C: optional attributes, if present, are not empty", arguments: ["subject", "dataschema", "datacontenttype", "time"])
    func optional(_ name: String) {
        #expect(error(name, [name: "\"\""])?.code == .invalidValue)
        #expect(error(name, [name: "7"])?.code == .typeMismatch)
    }

    @Test("J 2.2: null is the same as absent, for every attribute")
    func nulls() throws {
        let bare = try event([:])
        for name in [
            "subject", "dataschema", "datacontenttype", "time", "data_base64", "correlationid", "causationid", "userid", "partitionkey",
            "traceparent", "tracestate", "tags", "schemaversion", "sequence", "unheardof",
        ] {
            #expect(try event([name: "null"]) == bare, "\(name)")
        }
    }

    @Test("C: a source is a URI reference", arguments: [
        "https://github.com/cloudevents", "mailto:cncf@example.org", "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
        "/sensors/tn-1234567/alerts", "1-555-123-4567", "?q", "#f", "//host/a:b", "a/b:c", "%41", "http://[::1]/",
    ])
    func goodSource(_ source: String) throws {
        #expect(try event(["source": "\"\(source)\""]).source == source)
    }

    @Test("C: a source that is no URI reference is refused", arguments: [
        "my source", "/ü", "a|b", "%4", "%zz", "1:b", ":a", "a#b#c", "<a>", "a\\\\b",
    ])
    func badSource(_ source: String) {
        #expect(error("source", ["source": "\"\(source)\""])?.code == .invalidValue)
    }

    @Test("C: a data schema is a URI")
    func dataSchema() throws {
        #expect(try event(["dataschema": "\"urn:a:b\""]).dataSchema == "urn:a:b")
        #expect(error("dataschema", ["dataschema": "\"/relative\""])?.code == .invalidValue)
    }

    @Test("C: a time is of RFC 3339, with any offset")
    func time() throws {
        let expected = try Timestamp("2018-04-05T17:31:00Z")
        #expect(try event(["time": "\"2018-04-05T17:31:00Z\""]).time == expected)
        #expect(try event(["time": "\"2018-04-05t19:31:00.000+02:00\""]).time == expected)
        #expect(try event(["time": "\"2018-04-05T17:31:00\\u005a\""]).time == expected)
        for bad in ["2018-04-05", "2018-04-05T17:31:00", "2018-02-30T00:00:00Z", "yesterday", "1522949460"] {
            #expect(error("time", ["time": "\"\(bad)\""])?.code == .invalidValue)
        }
    }

    @Test("C: a media type is of RFC 2046", arguments: ["json", "application/", "/json", "text plain/x", "text/plä"])
    func mediaType(_ type: String) {
        #expect(error("datacontenttype", ["datacontenttype": "\"\(type)\"", "data": "1"])?.code == .invalidValue)
    }

    @Test("C: names of attributes are lower-case letters and digits", arguments: ["Zone", "zone_eu", "zone-eu", "zöne", "", "zone eu"])
    func extensionName(_ name: String) {
        #expect(error(name, [name: "\"x\""])?.code == .invalidValue)
    }

    @Test("C: an attribute appears at most once")
    func duplicates() {
        let twice = #"{"specversion":"1.0","id":"1","source":"/s","type":"t","zone":"a","zone":"b"}"#
        #expect(throws: FlxError.self) { try CloudEventsJSON.decode(Array(twice.utf8)) }
        #expect(throws: FlxError.self) { try CloudEventsJSON.decode(Array(twice.replacing("zone", with: "id").utf8)) }
    }

    @Test("C: an integer has 32 bits, and no fraction or exponent")
    func integers() throws {
        let read = try event(["a": "2147483647", "b": "-2147483648", "c": "-0"])
        #expect(read.extensions == ["a": 2_147_483_647, "b": -2_147_483_648, "c": 0])
        for bad in ["2147483648", "-2147483649", "1.0", "1e2", "0.5"] { #expect(error("num", ["num": bad])?.code == .invalidValue) }
    }

    @Test("C: attributes are strings, integers or booleans")
    func extensionTypes() throws {
        #expect(try event(["a": "\"x\"", "b": "true", "c": "5"]).extensions == ["a": "x", "b": true, "c": 5])
        #expect(error("num", ["num": "[]"])?.code == .typeMismatch)
        #expect(error("num", ["num": "{\"a\":1}"])?.code == .typeMismatch)
    }

    @Test("C: texts have no control characters, noncharacters or lone surrogates", arguments: [
        "\\n", "\\u0000", "\\u007f", "\\u0085", "\\u009f", "\\ufdd0", "\\uffff", "\\ud83f\\udffe", "\\udead",
    ])
    func texts(_ escape: String) throws {
        for name in ["id", "source", "type", "subject", "userid", "zone"] { _ = error(name, [name: "\"a\(escape)b\""]) }
        #expect(try event(["zone": "\"\\u00a0\\ud800\\udead€\""]).extensions["zone"] == "\u{A0}\u{102AD}€")
    }

    @Test("J 3.1.1: data and data_base64 exclude each other")
    func exclusive() throws {
        _ = error("exclude", ["data": "1", "data_base64": "\"AA==\""])
        _ = error("exclude", ["data_base64": "\"AA==\"", "data": "null"])
        #expect(try event(["data": "1", "data_base64": "null"]).payload.form == .json)
    }

    @Test("J 3.1.2: data_base64 is binary, whatever its media type")
    func binary() throws {
        let payload = try event(["data_base64": "\"AP8B\"", "datacontenttype": "\"application/json\""]).payload
        #expect(payload == (try .binary([0, 255, 1], contentType: "application/json")))
        for bad in ["\"A\"", "\"AP8\"", "\"AP-B\"", "\"A B=\""] {
            #expect(error("data_base64", ["data_base64": bad])?.code == .invalidValue)
        }
        #expect(error("data_base64", ["data_base64": "5"])?.code == .typeMismatch)
    }

    @Test("J 3.1.2: data is a JSON value without a media type or with one of JSON", arguments: [
        nil, "\"application/json\"", "\"text/json; charset=utf-8\"", "\"Application/Problem+JSON\"",
    ])
    func json(_ type: String?) throws {
        for data in [#""{\"a\":1}""#, "null", "{}", "[1,2]", "3.10", "true"] {
            // The media type comes after the data here: their order says nothing.
            let payload = try event(["data": data, "datacontenttype": type]).payload
            #expect(payload.form == .json && String(decoding: payload.bytes, as: UTF8.self) == data)
        }
    }

    @Test("J 3.1.2: data of another media type is a text")
    func otherText() throws {
        let payload = try event(["data": #""<much wow=\"xml\"/>""#, "datacontenttype": "\"application/xml\""]).payload
        #expect(payload == (try .text(#"<much wow="xml"/>"#, contentType: "application/xml")))
        #expect(error("data", ["data": "{}", "datacontenttype": "\"text/plain\""])?.code == .typeMismatch)
    }

    @Test("J 3.1.1: a null payload is not the absence of one")
    func nullData() throws {
        #expect(try event(["data": "null"]).payload.form == .json)
        #expect(try event([:]).payload.form == .none)
        let typed = try event(["datacontenttype": "\"text/plain\""])
        #expect(typed.payload.form == .none && typed.payload.contentType == "text/plain")
        #expect(try CloudEventsJSON.decode(CloudEventsJSON.encode(typed)) == typed)
    }

    @Test("A UUID that is not canonical keeps its letters")
    func upperCaseID() throws {
        let id = "6E8BC430-9C3A-11D9-9669-0800200C9A66"
        let read = try event(["id": "\"\(id)\""])
        #expect(read.id.description == id && read.id.uuid == nil)
        #expect(String(decoding: CloudEventsJSON.encode(read), as: UTF8.self).contains(id))
        #expect(try event(["id": "\"\(id.lowercased())\""]).id.uuid != nil)
    }

    @Test("An extension that does not fit a property stays an ordinary one", arguments: [
        ("traceparent", "\"00-0-0-0\""), ("traceparent", "5"), ("tracestate", "\"alone=1\""), ("correlationid", "5"),
        ("causationid", "\"\""), ("schemaversion", "0"), ("schemaversion", "\"2\""), ("tags", "\"a,,b\""), ("tags", "\"\""),
        ("userid", "true"), ("partitionkey", "1"),
    ])
    func misfits(_ name: String, _ value: String) throws {
        let read = try event([name: value])
        #expect(read.extensions.count == 1 && read.extensions.keys.first?.description == name)
        #expect(String(decoding: CloudEventsJSON.encode(read), as: UTF8.self).contains("\"\(name)\":\(value)"))
        #expect(try CloudEventsJSON.decode(CloudEventsJSON.encode(read)) == read)
    }

    @Test("A valid traceparent stands, also beside a tracestate that does not")
    func trace() throws {
        let parent = "\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\""
        let long = "\"\(String(repeating: "a", count: 513))\""
        let read = try event(["tracestate": long, "traceparent": parent])
        #expect(read.trace?.state == nil && read.trace != nil)
        #expect(read.extensions.count == 1)
        #expect(try CloudEventsJSON.decode(CloudEventsJSON.encode(read)) == read)
        #expect(try event(["tracestate": "\"a=1\"", "traceparent": parent]).trace?.state == "a=1")
    }

    @Test("J: the event is one JSON object", arguments: ["", "[]", "1", "null", "{", "{} {}", "{\"specversion\":\"1.0\"", "\u{FEFF}{}"])
    func otherTexts(_ text: String) {
        #expect(throws: FlxError.self) { try CloudEventsJSON.decode(Array(text.utf8)) }
    }
}
