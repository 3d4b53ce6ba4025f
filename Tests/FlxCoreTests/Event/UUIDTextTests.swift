import Testing

@testable import FlxCore

/// The text of UUIDs, eight digits at a time, beside a reader that takes one byte after the other.
struct UUIDTextTests {
    @Test func everyByteAtEveryPlaceIsReadAsBySimpleRules() {
        let text = Array("0123abcd-4567-89ef-0f1e-2d3c4b5a6978".utf8)
        for place in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[place] = byte
                let bits = changed.withUnsafeBytes { UUIDText.parse($0) }
                #expect(bits == Self.simple(changed), "byte \(byte) at \(place)")
            }
        }
    }

    @Test func whatWasWrittenIsReadAgain() {
        var random = SeededRandom.printed()
        for _ in 0..<1_000 {
            let bits = UInt128(random.next()) << 64 | UInt128(random.next())
            let text = EventID(uuid: bits).description
            #expect(Self.simple(Array(text.utf8)) == bits, "\(text)")
            #expect(UUIDText.parse(text) == bits, "\(text)")
        }
    }

    @Test(arguments: ["", "0123abcd", "0123abcd-4567-89ef-0f1e-2d3c4b5a69789", "0123abcd-4567-89ef-0f1e-2d3c4b5a697"])
    func anotherLengthIsNoUUID(text: String) {
        #expect(UUIDText.parse(text) == nil)
    }

    private static func simple(_ text: [UInt8]) -> UInt128? {
        var bits: UInt128 = 0
        for (place, byte) in text.enumerated() {
            switch (place, byte) {
            case (8, 0x2D), (13, 0x2D), (18, 0x2D), (23, 0x2D): continue
            case (8, _), (13, _), (18, _), (23, _): return nil
            case (_, 0x30...0x39): bits = bits << 4 | UInt128(byte - 0x30)
            case (_, 0x61...0x66): bits = bits << 4 | UInt128(byte - 0x61 + 10)
            default: return nil
            }
        }
        return bits
    }
}
