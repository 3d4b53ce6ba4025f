import FlxEvents
import Testing

@Suite struct ConvertingFormatsTests {
    private func order() throws -> Event {
        Event(
            type: "order.placed", source: "/shop", stream: "order-17",
            payload: try .json(Array(#"{"sum":12.50,"lines":[{"sku":"a","count":2},{"sku":"b","count":1}]}"#.utf8)))
    }

    @Test func `data goes to another content type and back`() throws {
        let event = try order()
        let packed = try event.converted(to: .cbor)
        print(packed.payload.contentType ?? "", packed.payload.bytes.count)
        let back = try packed.converted(to: .json)
        #expect(try back.payload.value() == ["sum": 12.5, "lines": [["sku": "a", "count": 2], ["sku": "b", "count": 1]]])
    }

    @Test func `a consumer asks for a form`() throws {
        let event = try order()
        let request = try EventFormat.structured.encode([event])
        let message = try request.converted(to: EventFormat(.binary, data: .messagePack))
        for (name, value) in try message.httpHeaders { print("\(name): \(value)") }
        guard let asked = EventFormat(mediaType: "application/cbor") else { return }
        let answer = try request.converted(to: asked)
        #expect(message.contentType == "application/vnd.msgpack" && answer.contentType == "application/cbor")
    }

    @Test func `what a form has no place for is refused`() throws {
        let event = try order()
        do {
            _ = try EventFormat.domain.encode([event])
            Issue.record("the domain form has no source")
        } catch {
            print(error.message)
        }
    }

    @Test func `bytes are read as the nearest value`() throws {
        let bytes: [UInt8] = [0xA1, 0x63, 0x6B, 0x65, 0x79, 0x42, 0x01, 0x02]
        let value = try CBOR.decode(bytes, foreign: .nearest)
        #expect(value == ["key": "AQI="])
        #expect(throws: FlxError.self) { try CBOR.decode(bytes) }
    }

    @Test func `a transform is a value`() throws {
        let toPartners: Transform = [
            .when("order.*", [.rename("/sum", to: "/total"), .default("/currency", "EUR")]),
            .drop("/internal"),
            .retype("shop.order.placed", version: 2),
        ]
        let changed = try toPartners.apply(to: order())
        #expect(try changed[0].payload.value()["total"]?.double == 12.5 && changed[0].schemaVersion == 2)

        let stored = try toPartners.json()
        let loaded = try Transform(json: stored)
        #expect(loaded == toPartners)

        let lines: Transform = [.split("/lines", to: "/line", type: "order.line.added"), .drop("/sum")]
        let parts = try lines.apply(to: order())
        #expect(parts.count == 2)
    }

    @Test func `a subscription gets what becomes of events`() async throws {
        let store = MemoryEventStore()
        let toPartners: Transform = [.rename("/sum", to: "/total")]
        let partners = Subscription("partners", handler: toPartners.handler { recorded in
            try await send(recorded.event)
        })
        #expect(partners.name == "partners")
        await store.close()
    }

    private func send(_ event: Event) async throws {}
}
