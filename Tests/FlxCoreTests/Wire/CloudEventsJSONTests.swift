import FlxCore
import Testing

@Suite struct CloudEventsJSONTests {
    @Test func writesEachAttributeUnderItsName() throws {
        let event = Event(
            id: EventID(uuid: 0x0192_0000_0000_7000_8000_0000_0000_00AF), type: "order.placed", schemaVersion: 2, source: "/shop",
            stream: "order-1", time: Timestamp(nanoseconds: 1_700_000_000_250_000_000), payload: try .json(["total": 3]),
            correlationID: try EventID("talk"), causationID: try EventID("cause"), userID: "desk",
            trace: try TraceContext(parent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", state: "a=1"),
            tags: ["order:1", "vip"], partitionKey: "p", dataSchema: "https://shop.example/s",
            extensions: ["zone": "eu", "attempt": 3, "dry": true])
        let text = """
            {"specversion":"1.0","id":"01920000-0000-7000-8000-0000000000af","source":"/shop","type":"order.placed","subject":"order-1",\
            "time":"2023-11-14T22:13:20.250Z","dataschema":"https://shop.example/s","schemaversion":2,"correlationid":"talk",\
            "causationid":"cause","userid":"desk","partitionkey":"p",\
            "traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","tracestate":"a=1","tags":"order:1,vip",\
            "attempt":3,"dry":true,"zone":"eu","data":{"total":3}}
            """
        #expect(String(decoding: CloudEventsJSON.encode(event), as: UTF8.self) == text)
        #expect(try CloudEventsJSON.decode(Array(text.utf8)) == event)
    }

    @Test func aRecordedEventTellsItsPlaceOnRequestAndIsReadWithoutIt() throws {
        let event = Event(id: try EventID("a"), type: "t", stream: "s", time: nil)
        let recorded = RecordedEvent(event: event, version: 3, position: 42, recordedTime: Timestamp(nanoseconds: 0))
        let plain = #""specversion":"1.0","id":"a","source":"/flx","type":"t","subject":"s""#
        let place = #","flxposition":"42","flxrecordedtime":"1970-01-01T00:00:00Z""#
        func text(_ attributes: CloudEventsJSON.RecordedAttributes) -> String {
            String(decoding: CloudEventsJSON.encode(recorded, including: attributes), as: UTF8.self)
        }
        #expect(text([]) == "{\(plain)}")
        #expect(text(.position) == #"{\#(plain),"flxposition":"42"}"#)
        #expect(text(.all) == "{\(plain)\(place)}")

        let bytes = CloudEventsJSON.encode(recorded)
        #expect(try CloudEventsJSON.decode(bytes, dropping: .all) == event)
        #expect(try CloudEventsJSON.decode(bytes, dropping: .position).extensions == ["flxrecordedtime": "1970-01-01T00:00:00Z"])
        #expect(try CloudEventsJSON.decode(bytes).extensions.count == 2)
    }

    @Test func anExtensionOfOthersIsKeptBesideThePlace() throws {
        let event = Event(
            id: try EventID("a"), type: "t", time: nil,
            extensions: ["sequence": "old", "recordedtime": "2020-01-01T00:00:00Z", "sequencetype": "Integer"])
        let recorded = RecordedEvent(event: event, version: 1, position: 7, recordedTime: Timestamp(nanoseconds: 0))
        #expect(try CloudEventsJSON.decode(CloudEventsJSON.encode(recorded), dropping: .all) == event)
        #expect(try CloudEventsJSON.decode(CloudEventsJSON.encode(event), dropping: .all) == event)
    }

    @Test(arguments: ["flxposition", "flxrecordedtime"])
    func theNameOfAPlaceIsNoNameOfAnExtension(_ name: String) throws {
        let event = Event(type: "t", extensions: [try ExtensionName(name): "1"])
        #expect(throws: FlxError.self) { try event.checkAttributes() }
    }

    @Test func aPropertyGoesBeforeAnExtensionOfItsName() throws {
        let event = Event(id: try EventID("a"), type: "t", userID: "desk", extensions: ["userid": "eve"])
        #expect(try CloudEventsJSON.decode(CloudEventsJSON.encode(event)).userID == "desk")
    }

    @Test func dataKeepsItsTextToTheLastDigit() throws {
        let data = #"{"a":[1.50,-0,1E400,12345678901234567890,"\u00e9\/é"],"":null}"#
        let spaced = #" { "specversion" : "1.0" , "data" : { "a" : [ 1.50 , -0 , 1E400 , 12345678901234567890 , "\u00e9\/é" ] , "#
            + #" "" : null } , "id" : "1" , "type" : "t" , "source" : "s" } "#
        let event = try CloudEventsJSON.decode(Array(spaced.utf8))
        #expect(String(decoding: event.payload.bytes, as: UTF8.self) == data)
        let again = CloudEventsJSON.encode(event)
        #expect(try CloudEventsJSON.decode(again) == event)
        #expect(String(decoding: again, as: UTF8.self).hasSuffix(#","data":\#(data)}"#))
    }

    @Test func aBatchIsAnArrayWhichMayBeEmpty() throws {
        var random = WireRandom(seed: 7)
        let events = try (0..<20).map { _ in try random.event() }
        #expect(try CloudEventsJSON.decodeBatch(CloudEventsJSON.encodeBatch(events)) == events)
        #expect(CloudEventsJSON.encodeBatch([]) == Array("[]".utf8))
        #expect(try CloudEventsJSON.decodeBatch(Array(" [ ] ".utf8)).isEmpty)
        #expect(throws: FlxError.self) { try CloudEventsJSON.decodeBatch(Array("{}".utf8)) }
    }

    @Test func anErrorInABatchTellsWhichEvent() throws {
        let good = #"{"specversion":"1.0","id":"1","source":"/s","type":"t"}"#
        let bad = #"{"specversion":"1.0","id":7,"source":"/s","type":"t"}"#
        let error = #expect(throws: FlxError.self) { try CloudEventsJSON.decodeBatch(Array("[\(good),\(bad)]".utf8)) }
        #expect(error?.location?.pointer == "/1/id")
    }

    @Test func dataMayNestAsDeeplyAsAPayload() throws {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        let event = Event(type: "t", payload: try .json(Array(deep.utf8)))
        #expect(try CloudEventsJSON.decode(CloudEventsJSON.encode(event)) == event)
        #expect(try CloudEventsJSON.decodeBatch(CloudEventsJSON.encodeBatch([event])) == [event])
        let deeper = #"{"specversion":"1.0","id":"1","source":"/s","type":"t","data":[\#(deep)]}"#
        let error = #expect(throws: FlxError.self) { try CloudEventsJSON.decode(Array(deeper.utf8)) }
        #expect(error?.code == .limitExceeded)
    }

    @Test func aTextLongerThanTheLimitIsRefusedUnread() {
        let error = #expect(throws: FlxError.self) {
            try CloudEventsJSON.decode(Array("{}   ".utf8), limits: JSONLimits(maximumBytes: 4))
        }
        #expect(error?.code == .limitExceeded)
    }

    @Test func randomEventsComeBackEqual() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = WireRandom(seed: seed)
        for number in 0..<2_000 {
            let event = try random.event()
            let bytes = CloudEventsJSON.encode(event)
            let again = try CloudEventsJSON.decode(bytes)
            try #require(again == event, "seed \(seed), event \(number): \(String(decoding: bytes, as: UTF8.self))")
            try #require(CloudEventsJSON.encode(again) == bytes, "seed \(seed), event \(number)")
        }
    }

    @Test func damagedTextsAreRefusedOrReadAndNothingElse() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = WireRandom(seed: seed)
        var accepted = 0
        for number in 0..<20_000 {
            let bytes = random.mutated(CloudEventsJSON.encode(try random.event()))
            do {
                let event = try CloudEventsJSON.decode(bytes)
                accepted += 1
                try #require(try CloudEventsJSON.decode(CloudEventsJSON.encode(event)) == event, "seed \(seed), text \(number)")
            } catch let error as FlxError {
                try #require(!error.message.isEmpty, "seed \(seed), text \(number)")
            }
        }
        #expect(accepted > 100, "seed \(seed)")
    }
}
