@testable import FlxCore
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

    @Test func `a message of the binary mode has data as long as one of the structured mode`() throws {
        let data: EventValue = ["text": .string(String(repeating: "x", count: 2 << 20))]
        let event = Event(type: "t", stream: "s", payload: try .json(data))
        let message = try EventFormat.structured.encode([event]).converted(to: .binary)
        #expect(try EventFormat.binary.decode(message).first?.payload.bytes == event.payload.bytes)
        let blanks = EventMessage(
            contentType: message.contentType, attributes: message.attributes, body: Array(repeating: 0x20, count: 2 << 20) + [0x31])
        #expect(try EventFormat.binary.decode(blanks).first?.payload.bytes == [0x31])
    }

    @Test(arguments: ContentType.allCases) func `data with a key that no reader takes is refused`(_ type: ContentType) throws {
        for (count, isGood) in [(1024, true), (1025, false)] {
            var inner: EventValue = [:]
            inner[String(repeating: "k", count: count)] = 1
            let value: EventValue = ["a": [inner]]
            do throws(FlxError) {
                let payload = try Payload.data(value, as: type)
                #expect(isGood && (try? payload.value()) == value)
            } catch {
                #expect(!isGood && error.code == .limitExceeded, "\(error)")
            }
        }
    }

    @Test(arguments: [("\u{1}", 170, 6), ("\"", 512, 2), ("\n", 512, 2), ("é", 512, 2)])
    func `a key is as long as JSON writes it, in all content types`(_ letter: String, _ most: Int, _ bytes: Int) throws {
        for (count, isGood) in [(most, true), (most + 1, false)] {
            let key = String(repeating: letter, count: count)
            #expect(JSONEscapes.count(of: key) == count * bytes)
            var value: EventValue = [:]
            value[key] = 1
            for type in ContentType.allCases {
                let error = isGood ? nil : #expect(throws: FlxError.self) { try Payload.data(value, as: type) }
                #expect(error?.code == (isGood ? nil : .limitExceeded))
                if isGood { #expect(try Payload.data(value, as: type).decode(as: [String: Int].self) == [key: 1]) }
            }
            // As others write it.
            let text = Array(key.utf8)
            let head = [UInt8(truncatingIfNeeded: text.count >> 8), UInt8(truncatingIfNeeded: text.count)]
            let read = [try? CBOR.decode([0xA1, 0x79] + head + text + [1]), try? MessagePack.decode([0x81, 0xDA] + head + text + [1])]
            #expect(read.compactMap(\.self) == (isGood ? [value, value] : []))
        }
    }

    @Test func `each number that JSON takes comes back from CBOR, however its digits stand`() throws {
        var random = SeededRandom.printed()
        for round in 0..<400 {
            let power = Int.random(in: 1...(Bool.random(using: &random) ? 12 : 1100), using: &random)
            var exponent = ["", "e-\(power)", "e\(power)"].randomElement(using: &random) ?? ""
            let left = Int.random(in: 1...12, using: &random)
            let digits = 1024 - exponent.utf8.count - Int.random(in: 0...3, using: &random)
            var text = String((0..<digits).map { _ in "123456789".randomElement(using: &random) ?? "1" })
            if Bool.random(using: &random) {
                text = "\(text.prefix(left)).\(text.dropFirst(left + 1))"
            } else if Bool.random(using: &random) {
                text = "0." + String(repeating: "0", count: left) + text.dropFirst(left + 2)
            }
            if round == 0 { (text, exponent) = ("1." + String(repeating: "7", count: 1019), "e-5") }
            let number = try #require(JSONNumber(text + exponent))
            let back = try #require(try CBOR.decode(CBOR.encode(.number(number))).number)
            #expect(ExactDecimal(back) == ExactDecimal(number) && back.text.utf8.count <= 1024, "\(number)")
        }
    }
}
