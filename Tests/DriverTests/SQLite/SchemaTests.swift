@testable import FlxSQLite
import FlxCore
import FlxTesting
import Testing

/// The bytes of rows, without a file.
@Suite struct SchemaTests {
    private func read(_ bytes: [UInt8], like event: Event) throws(FlxError) -> Event {
        var memo = TextMemo()
        let head = RowHead(id: event.id, type: event.type, stream: event.stream ?? "none", time: event.time)
        return try bytes.withBytes { bytes throws(FlxError) in
            try Envelope.event(head, payload: event.payload.bytes, envelope: bytes.isEmpty ? nil : bytes, sources: &memo)
        }
    }

    @Test func envelopesAreReadAsTheyWereWritten() throws {
        let seed = SeededGenerator.freshSeed()
        var factory = EventFactory(seed: seed)
        for _ in 1...2_000 {
            var event = factory.event()
            if factory.random.once(in: 10) { event.schemaVersion = .max - factory.random.number(below: 3) }
            var bytes: [UInt8] = []
            Envelope.write(event, to: &bytes)
            #expect(try read(bytes, like: event) == event, "seed \(seed)")
        }
    }

    @Test func theUsualEventNeedsNoEnvelope() throws {
        var bytes: [UInt8] = []
        Envelope.write(Event(type: "order.placed", payload: try .json(["total": 1])), to: &bytes)
        #expect(bytes.isEmpty)
    }

    @Test func brokenEnvelopesAreErrors() throws {
        let seed = SeededGenerator.freshSeed()
        var factory = EventFactory(seed: seed)
        var refused = 0
        for _ in 1...5_000 {
            let event = factory.event()
            var bytes: [UInt8] = []
            Envelope.write(event, to: &bytes)
            if bytes.isEmpty { continue }
            if factory.random.once(in: 2) { bytes.removeLast(factory.random.number(in: 1...bytes.count)) }
            for _ in 0..<factory.random.number(below: 4) where !bytes.isEmpty {
                bytes[factory.random.number(below: bytes.count)] = UInt8(factory.random.number(below: 256))
            }
            do {
                _ = try read(bytes, like: event)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 1_000, "seed \(seed)")
    }

    @Test func everyFlippedBitChangesTheChecksum() {
        let bytes = (0..<61).map { UInt8($0) }
        func sum(_ bytes: [UInt8]) -> Int64 {
            var sum = Checksum()
            bytes.withUnsafeBytes { sum.mix($0) }
            return sum.value
        }
        let right = sum(bytes)
        for bit in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(sum(flipped) != right, "bit \(bit)")
        }
        #expect(sum(bytes + [0]) != right)
        #expect(sum(Array(bytes.dropLast())) != right)
        #expect(sum([]) != sum([0]))
    }
}
