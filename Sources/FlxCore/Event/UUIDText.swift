/// The canonical text of a UUID (RFC 9562, section 4): 36 bytes, lower case. Eight digits are written or read at a time.
package enum UUIDText {
    /// The length of the text in bytes.
    package static let count = 36

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let hyphen = UInt8(ascii: "-")

    /// Writes the 36 bytes; the buffer must hold as many.
    package static func write(_ bits: UInt128, into buffer: UnsafeMutableBufferPointer<UInt8>) {
        precondition(buffer.count >= count)
        let raw = UnsafeMutableRawBufferPointer(buffer)
        let groups = (digits(bits >> 96), digits(bits >> 64), digits(bits >> 32), digits(bits))
        raw.storeBytes(of: groups.0.bigEndian, toByteOffset: 0, as: UInt64.self)
        raw.storeBytes(of: UInt32(truncatingIfNeeded: groups.1 >> 32).bigEndian, toByteOffset: 9, as: UInt32.self)
        raw.storeBytes(of: UInt32(truncatingIfNeeded: groups.1).bigEndian, toByteOffset: 14, as: UInt32.self)
        raw.storeBytes(of: UInt32(truncatingIfNeeded: groups.2 >> 32).bigEndian, toByteOffset: 19, as: UInt32.self)
        raw.storeBytes(of: UInt32(truncatingIfNeeded: groups.2).bigEndian, toByteOffset: 24, as: UInt32.self)
        raw.storeBytes(of: groups.3.bigEndian, toByteOffset: 28, as: UInt64.self)
        for index in [8, 13, 18, 23] { raw[index] = hyphen }
    }

    /// The bits of a canonical text; nil for any other.
    package static func parse(_ text: String) -> UInt128? {
        guard text.utf8.count == count else { return nil }
        var text = text
        return text.withUTF8 { parse(UnsafeRawBufferPointer($0)) }
    }

    /// The bits of a canonical text; nil for any other.
    package static func parse(_ text: UnsafeRawBufferPointer) -> UInt128? {
        guard text.count == count, text[8] == hyphen, text[13] == hyphen, text[18] == hyphen, text[23] == hyphen,
            let first = value(text.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
            let second = value(half(text, 9) | half(text, 14) << 32), let third = value(half(text, 19) | half(text, 24) << 32),
            let fourth = value(text.loadUnaligned(fromByteOffset: 28, as: UInt64.self))
        else { return nil }
        return first << 96 | second << 64 | third << 32 | fourth
    }

    private static func half(_ text: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(UInt32(littleEndian: text.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }

    /// The eight digits of the lowest 32 bits, the first one highest.
    private static func digits(_ bits: UInt128) -> UInt64 {
        var nibbles = UInt64(UInt32(truncatingIfNeeded: bits))
        nibbles = (nibbles | nibbles << 16) & 0x0000_FFFF_0000_FFFF
        nibbles = (nibbles | nibbles << 8) & 0x00FF_00FF_00FF_00FF
        nibbles = (nibbles | nibbles << 4) & (ones &* 0x0F)
        return text(of: nibbles)
    }

    /// The digits for eight numbers below 16, each in a byte.
    private static func text(of nibbles: UInt64) -> UInt64 {
        let letters = (nibbles &+ ones &* 6) >> 4 & ones
        return nibbles &+ ones &* 0x30 &+ letters &* 0x27
    }

    /// The 32 bits of eight digits, the first one lowest; nil if one is no digit.
    private static func value(_ digits: UInt64) -> UInt128? {
        var bits = UInt64(littleEndian: digits).byteSwapped
        let nibbles = bits & (ones &* 0x0F) &+ (bits >> 6 & ones) &* 9
        // If the value has other digits than the text, the text had an invalid digit.
        guard nibbles & (ones &* 0xF0) == 0, text(of: nibbles) == bits else { return nil }
        bits = (nibbles | nibbles >> 4) & 0x00FF_00FF_00FF_00FF
        bits = (bits | bits >> 8) & 0x0000_FFFF_0000_FFFF
        return UInt128((bits | bits >> 16) & 0xFFFF_FFFF)
    }
}
