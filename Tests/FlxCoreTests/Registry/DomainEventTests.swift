import FlxCore
import Testing

@Suite struct DomainEventTests {
    @Test func anEnvelopeTakesTypeVersionTagsAndPayloadFromTheEvent() throws {
        let event = try Event(Shop.Placed(order: "o1", total: 3), stream: "order-o1")
        #expect(event.type == "order.placed")
        #expect(event.schemaVersion == 1)
        #expect(event.tags == ["order:o1"])
        #expect(event.stream == "order-o1")
        #expect(event.source == "/flx")
        #expect(event.payload.form == .json)
        #expect(String(decoding: event.payload.bytes, as: UTF8.self) == #"{"order":"o1","total":3}"#)
        #expect(try Event(Shop.PlacedLater()).schemaVersion == 2)
    }

    @Test func idAndTimeComeFromOneReadingOfTheClock() throws {
        let event = try Event(Shop.Placed(order: "o1", total: 3))
        let milliseconds = try #require(event.id.uuid) >> 80
        let time = try #require(event.time)
        // An earlier id of this process may have borrowed from the next milliseconds.
        #expect(milliseconds >= UInt128(time.nanoseconds / 1_000_000))
        let given = try Event(Shop.Placed(order: "o1", total: 3), id: EventID("a"), time: Timestamp(nanoseconds: 5))
        #expect(given.id == (try EventID("a")) && given.time == Timestamp(nanoseconds: 5))
    }

    @Test func decodesWhatItEncoded() throws {
        let placed = Shop.Placed(order: "naïve \"quote\"\n", total: -7)
        #expect(try Event(placed).decode(as: Shop.Placed.self) == placed)
    }

    @Test func refusesToDecodeAnotherType() throws {
        let event = try Event(type: "order.lost", data: [:])
        let error = #expect(throws: FlxError.self) { try event.decode(as: Shop.Placed.self) }
        #expect(error?.code == .typeMismatch)
        #expect(error?.message.contains("order.lost") == true && error?.message.contains("order.placed") == true)
    }

    @Test func unknownFieldsStayInTheBytesAndAreIgnoredByTheType() throws {
        let data: EventValue = ["order": "o1", "later": [1, 2], "total": 3]
        let event = try Event(type: "order.placed", data: data)
        #expect(try event.decode(as: Shop.Placed.self) == Shop.Placed(order: "o1", total: 3))
        #expect(try event.value == data)
    }

    @Test func aPayloadOfEachFormHasADynamicValue() throws {
        var event = Event(type: "note")
        #expect(try event.value == .null)
        event.payload = try .text("hé\n")
        #expect(try event.value == "hé\n")
        event.payload = try .binary([0, 255, 1])
        #expect(try event.value == "AP8B")
        #expect(throws: FlxError.self) { try event.payload.decode(as: EventValue.self) }
        event.payload = try .json(Array(" { \"a\" : [ 1.50 , -0 ] } ".utf8))
        #expect(String(decoding: event.payload.bytes, as: UTF8.self) == #"{"a":[1.50,-0]}"#)
        #expect(try event.value["a"]?[0]?.number?.text == "1.50")
    }

    @Test(arguments: ["", "{", "{}x", "{\"a\":1,\"a\":2}", "nul", "[1,]", "\u{FEFF}1"])
    func aPayloadOfBrokenJSONIsRefused(_ text: String) {
        let error = #expect(throws: FlxError.self) { try Payload.json(Array(text.utf8)) }
        #expect(error?.code == .malformed)
    }

    @Test func mediaTypeAndFormOfAPayloadFit() throws {
        #expect(try Payload.json(Array("1".utf8), contentType: "Application/CloudEvents+JSON; charset=utf-8").form == .json)
        for bad in ["text/plain", "json", "", "a/", "/json", "a b/json", "text/js\u{F6}n"] {
            #expect(throws: FlxError.self, "\(bad)") { try Payload.json(Array("1".utf8), contentType: bad) }
        }
        #expect(throws: FlxError.self) { try Payload.text("1", contentType: "application/json") }
        #expect(throws: FlxError.self) { try Payload.binary([1], contentType: "octets") }
        #expect(try Payload.binary([1], contentType: "application/json").form == .binary)
    }

    @Test func aTypeErasedEventGoesIntoAnEnvelopeToo() throws {
        let events: [any DomainEvent] = [Shop.Placed(order: "o1", total: 3), Shop.PlacedLater()]
        #expect(try events.map { event in try Event(event).schemaVersion } == [1, 2])
    }

    @Test func aCodableTypeNeedsNoMoreThanItsName() throws {
        struct Parcel: DomainEvent, Codable, Equatable {
            static let eventType: EventType = "parcel.sent"
            struct Line: Codable, Equatable {
                var article: String
                var count: Int?
            }
            var weight: Double
            var lines: [Line]
        }
        let parcel = Parcel(weight: 1.5, lines: [.init(article: "a", count: 2), .init(article: "b", count: nil)])
        let event = try Event(parcel)
        #expect(event.type == "parcel.sent")
        let text = #"{"weight":1.5,"lines":[{"article":"a","count":2},{"article":"b"}]}"#
        #expect(String(decoding: event.payload.bytes, as: UTF8.self) == text)
        #expect(try event.decode(as: Parcel.self) == parcel)
        #expect(try EventRegistry(Parcel.self).decode(event) as? Parcel == parcel)
        let broken = try Event(type: "parcel.sent", data: ["weight": 1, "lines": [["article": 5]]])
        let error = #expect(throws: FlxError.self) { try broken.decode(as: Parcel.self) }
        #expect(error?.code == .typeMismatch && error?.location?.pointer == "/lines/0/article")
    }

    @Test func idsMadeByTheSystemAreDistinctAndInOrder() {
        let ids = (0..<1_000).map { _ in EventIDGenerator.system.next() }
        #expect(Set(ids).count == 1_000)
        #expect(ids.map(\.description) == ids.map(\.description).sorted())
        // The last 62 bits are random: with fewer than 62 bits of them, two of a thousand would soon be equal.
        #expect(Set(ids.compactMap { $0.uuid.map { UInt64(truncatingIfNeeded: $0) } }).count == 1_000)
    }
}
