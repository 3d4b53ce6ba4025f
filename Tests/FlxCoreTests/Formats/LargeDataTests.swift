import FlxCore
import Testing

/// Data that was accepted can be read as what it is, however its size changes from one content type to another.
@Suite struct LargeDataTests {
    struct Bits: DomainEvent, Codable, Equatable {
        static let eventType: EventType = "bits"
        var bits: [Bool?]
    }

    @Test func `short data of a binary format is read as a type though its JSON is long`() throws {
        let bits = Bits(bits: (0..<500_000).map { [nil, true, false][$0 % 3] })
        let map = Array([0xA1, 0x64]) + Array("bits".utf8)
        let cbor = try Payload.binary(
            map + [0x9A, 0x00, 0x07, 0xA1, 0x20] + bits.bits.map { $0.map { $0 ? 0xF5 : 0xF4 } ?? 0xF6 }, contentType: "application/cbor")
        let event = Event(type: "bits", payload: cbor)
        try StoreLimits.standard.check(event)
        #expect(try event.payload.value()["bits"]?.array?.count == 500_000)
        #expect(try event.decode(as: Bits.self) == bits)
        #expect(try CBOR.decode(Bits.self, from: cbor.bytes) == bits)
        #expect(try CBOR.encode(bits) == cbor.bytes)
    }

    @Test func `events of a store with greater limits are read as types`() async throws {
        var limits = StoreLimits.standard
        (limits.eventBytes, limits.appendBytes) = (4 << 20, 8 << 20)
        let store = MemoryEventStore(limits: limits)
        let text = String(repeating: "x", count: 2 << 20)
        let event = try Event(type: "t", data: ["text": .string(text)])
        var other = try event.converted(to: .cbor)
        other.id = try EventID("other")
        try await store.append([event, other], to: "s")
        for recorded in try await store.read(.all, .forward(after: .start), limit: 10).events {
            #expect(try recorded.event.payload.value()["text"]?.string == text)
            #expect(try recorded.event.payload.decode(as: [String: String].self) == ["text": text])
            if recorded.event.payload.form == .json { #expect(try recorded.event.value["text"]?.string == text) }
        }
    }
}
