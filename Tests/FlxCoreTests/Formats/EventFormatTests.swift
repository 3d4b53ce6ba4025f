@testable import FlxCore
import Testing

@Suite("Content types and forms of events")
struct EventFormatTests {
    @Test(
        "Media types name content types",
        arguments: [
            ("application/json", .json), ("application/vnd.shop+JSON; v=1", .json), ("application/cbor", .cbor),
            ("application/senml+cbor", .cbor),
            ("application/vnd.msgpack", .messagePack), ("application/x-msgpack", .messagePack), ("application/msgpack;a=b", .messagePack),
            ("text/plain", nil), ("application/octet-stream", nil), ("application/+json", nil), ("json", nil), ("", nil),
        ] as [(String, ContentType?)])
    func mediaTypes(_ text: String, _ type: ContentType?) {
        #expect(ContentType(mediaType: text) == type)
    }

    @Test("The media type goes with the content type, and comes back")
    func mediaTypeOfConverted() throws {
        let data = try Payload.json(Array(#"{"total":1.5,"lines":[1,2]}"#.utf8), contentType: "application/vnd.shop+json; v=2")
        let cbor = try data.converted(to: .cbor)
        #expect(cbor.contentType == "application/vnd.shop+cbor; v=2")
        #expect(cbor.form == .binary)
        let packed = try cbor.converted(to: .messagePack)
        #expect(packed.contentType == "application/vnd.shop+msgpack; v=2")
        #expect(try packed.converted(to: .json) == data)
        #expect(try Payload.none.converted(to: .cbor) == .none)
        #expect(try cbor.converted(to: .cbor) == cbor)
        let plain = try Payload.json(["a": 1] as EventValue)
        #expect(try plain.converted(to: .json) == plain)
        #expect(try plain.converted(to: .cbor).converted(to: .json).contentType == "application/json")
    }

    @Test("Data that another content type cannot keep is refused with the reason, and so is data that has no values")
    func refused() throws {
        let large = Event(type: "a", payload: try .json(Array("[1e400]".utf8)))
        let error = #expect(throws: FlxError.self) { try large.converted(to: .messagePack) }
        #expect(error?.message.contains("1e400") == true && error?.location?.pointer == "/0")
        #expect(throws: FlxError.self) { try Event(type: "a", payload: .text("x")).converted(to: .cbor) }
        let bytes = try Payload.binary(hex("a1 61 61 42 01 02"), contentType: "application/cbor")
        #expect(throws: FlxError.self) { try bytes.converted(to: .json) }
        #expect(try bytes.converted(to: .json, foreign: .nearest).bytes == Array(#"{"a":"AQI="}"#.utf8))
    }

    /// What an event is after a way through forms that name data that has no media type.
    private static func named(_ event: Event) -> Event {
        var event = event
        if event.payload.form == .json, event.payload.contentType == nil {
            event.payload = Payload(unchecked: event.payload.bytes, form: .json, contentType: Payload.jsonContentType)
        }
        return event
    }

    @Test("Random events go through all forms and content types and come back, or are refused with the reason")
    func everyForm() throws {
        var seeds = SeededRandom.printed()
        var random = WireRandom(seed: seeds.next())
        var refusals = 0
        let forms: [EventFormat] = [.structured, .batch, .binary, .domain, EventFormat(.reflection(ReflectionForm()))]
        for _ in 0..<400 {
            let event = try random.event()
            let first = try EventFormat.structured.encode([event])
            for form in forms {
                do {
                    let message = try first.converted(to: form)
                    let back = try message.converted(from: form, to: .structured)
                    let read = try #require(try EventFormat.structured.decode(back).first)
                    #expect(Self.named(event).attributesLost(in: Self.named(read)) == [])
                    if case .binary = form.layout { #expect(Self.named(read) == Self.named(event)) }
                } catch let error as FlxError {
                    #expect(error.code == .invalidValue && error.message.contains("event"), "\(error)")
                    refusals += 1
                }
            }
        }
        #expect((1..<900).contains(refusals))
    }

    @Test("A form that has no place for something says what")
    func losses() throws {
        let data = try Payload.json(["x": 1] as EventValue)
        let event = Event(type: "a.b", source: "/shop", stream: "s-1", time: nil, payload: data, tags: [try Tag("vip")])
        let error = #expect(throws: FlxError.self) { try EventFormat.domain.encode([event]) }
        #expect(error?.message.contains("'source', 'tags'") == true)
        #expect(throws: FlxError.self) { try EventFormat.structured.encode([event, event]) }
        #expect(throws: FlxError.self) { try EventMessage(contentType: "application/json", body: []).converted(to: .structured) }
    }

    @Test("A consumer asks for a media type")
    func asked() throws {
        let event = Event(type: "a.b", stream: "s-1", payload: try .json(Array(#"{"x":[1,2.5]}"#.utf8)))
        let format = try #require(EventFormat(mediaType: "application/cbor"))
        let message = try format.encode([event])
        #expect(message.contentType == "application/cbor")
        #expect(hex(message.body) == "a161788201f94100")
        let back = try #require(EventFormat(of: message)).decode(message)[0]
        #expect(try back.converted(to: .json).payload.bytes == event.payload.bytes)
        #expect(EventFormat(mediaType: "text/html") == nil)
        #expect(EventFormat(of: EventMessage(contentType: "application/json", body: [])) == nil)
        let batch = try EventFormat.batch.encode([event, event])
        #expect(try #require(EventFormat(of: batch)).decode(batch).count == 2)
    }

    @Test("A body of CloudEvents is what it says, also with the attributes beside it")
    func attributesBeside() throws {
        let event = Event(type: "a.b", stream: "s-1", payload: try .json(Array(#"{"x":1}"#.utf8)))
        let beside = try EventFormat.binary.encode([event]).attributes
        for form in [EventFormat.structured, .batch] {
            var message = try form.encode([event])
            message.attributes = beside
            #expect(try EventFormat(of: message)?.decode(message) == [event])
        }
        for type in ["application/cloudevents", "application/cloudevents+cbor", "application/cloudevents-batch+avro"] {
            #expect(EventFormat(of: EventMessage(contentType: type, attributes: beside, body: [0xA0])) == nil)
            #expect(EventFormat(mediaType: type) == nil)
        }
        var inner = event
        inner.payload = try .json(CloudEventsJSON.encode(event), contentType: CloudEventsJSON.mediaType)
        #expect(throws: FlxError.self) { try EventFormat.binary.encode([inner]) }
        let back = try EventFormat.structured.decode(try EventFormat.structured.encode([inner]))
        #expect(back == [inner])
    }

    @Test("What no reader takes is not written", arguments: [EventFormat.structured, .batch, .binary])
    func unreadable(_ format: EventFormat) throws {
        var long = Event(type: "t")
        long.payload = try .text(String(repeating: "x", count: 5 << 20))
        var events = [Event(type: "t", source: "no reference"), Event(type: "t", userID: "a\u{1}"), Event(type: "t", schemaVersion: 0)]
        #expect(try format.decode(format.encode([long])).count == 1)
        long.payload = try .text(String(repeating: "x", count: (8 << 20) + 1))
        if case .batch = format.layout {
            #expect(throws: FlxError.self) { try format.encode(Array(repeating: long, count: 8)) }
        } else {
            events.append(long)
        }
        for event in events { #expect(throws: FlxError.self) { try format.encode([event]) } }
        let older = Array(#"{"event_id":"1","event_type":"t","user_id":"a\u0001"}"#.utf8)
        let message = EventMessage(contentType: "application/json", body: older)
        #expect(throws: FlxError.self) { try message.converted(from: .domain, to: format) }
    }

    @Test("No data of a media type other than JSON is not written as data of no bytes", arguments: ["text/plain", "image/png"])
    func noDataWithType(_ type: String) throws {
        let text = #"{"specversion":"1.0","id":"1","source":"/s","type":"t","datacontenttype":"\#(type)"}"#
        let event = try CloudEventsJSON.decode(Array(text.utf8))
        let error = #expect(throws: FlxError.self) { try EventFormat.binary.encode([event]) }
        #expect(error?.code == .invalidValue && error?.message.contains("no data") == true)
        #expect(try EventFormat.structured.decode(EventFormat.structured.encode([event])) == [event])
    }

    @Test("Headers carry the attributes, escaped")
    func headers() throws {
        let event = Event(
            type: "a.b", schemaVersion: 3, source: "/shop", stream: "é \"100%\"", payload: try .text("hi"),
            extensions: ["tenant": "x"])
        let message = try EventFormat.binary.encode([event])
        let headers = try message.httpHeaders
        #expect(headers.contains { $0 == ("ce-subject", "%C3%A9%20%22100%25%22") })
        #expect(headers.contains { $0 == ("ce-schemaversion", "3") })
        let shouted = headers.map { (name: $0.name.uppercased(), value: $0.value) } + [(name: "Accept", value: "*/*")]
        let back = try EventMessage(httpHeaders: shouted, body: message.body)
        #expect(back == message)
        #expect(try EventFormat.binary.decode(back) == [event])

        var counted = event
        counted.extensions["retries"] = 3
        #expect(throws: FlxError.self) { try EventFormat.binary.encode([counted]).httpHeaders }
        // A text of digits would come back as the schema version.
        var texts = Event(type: "a", extensions: ["schemaversion": "3"])
        #expect(throws: FlxError.self) { try EventFormat.binary.encode([texts]).httpHeaders }
        texts.extensions["schemaversion"] = "three"
        let kept = try EventFormat.binary.encode([texts])
        #expect(try EventMessage(httpHeaders: kept.httpHeaders, body: kept.body) == kept)
        let twice = [(name: "ce-id", value: "1"), (name: "CE-ID", value: "2")]
        #expect(throws: FlxError.self) { try EventMessage(httpHeaders: twice, body: []) }
        #expect(throws: FlxError.self) { try EventMessage(httpHeaders: [(name: "ce-id", value: "%FF")], body: []) }
    }

    @Test(
        "Broken messages of the binary mode are refused",
        arguments: [
            (["specversion": "1.0", "type": "a", "source": "/s"], "text/plain", "x"),
            (["specversion": "1.0", "type": "a", "source": "/s", "id": "1", "data": "x"], "text/plain", "x"),
            (["specversion": "0.3", "type": "a", "source": "/s", "id": "1"], "text/plain", "x"),
            (["specversion": "1.0", "type": "a", "source": "/s", "id": "1"], "application/json", "{"),
            (["specversion": "1.0", "type": "a", "source": "/s", "id": "1"], "no media type", "x"),
        ] as [([String: ExtensionValue], String, String)])
    func broken(_ attributes: [String: ExtensionValue], _ type: String, _ body: String) {
        let message = EventMessage(contentType: type, attributes: attributes, body: Array(body.utf8))
        #expect(throws: FlxError.self) { try EventFormat.binary.decode(message) }
    }

    @Test("Headers in quotes, as older producers write them, and a media type that is there twice")
    func quotedHeaders() throws {
        let headers = [
            (name: "ce-subject", value: #""a b \"c\" %C3%A9 \\""#), (name: "ce-id", value: "\""), (name: "ce-source", value: "\"\""),
        ]
        let message = try EventMessage(httpHeaders: headers, body: [])
        #expect(message.attributes == ["subject": .string(#"a b "c" é \"#), "id": "\"", "source": ""])
        let types = [(name: "content-type", value: "text/plain"), (name: "Content-Type", value: "application/json")]
        #expect(throws: FlxError.self) { try EventMessage(httpHeaders: types, body: []) }
    }
}
