/// The escapes of JSON strings.
enum JSONEscapes {
    /// The value of a hexadecimal digit.
    static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// The characters of a checked string between its quotes.
    static func text(of part: UnsafeRawBufferPointer) -> String {
        // An escape is never shorter than its character.
        String(unsafeUninitializedCapacity: part.count) { target in
            var index = 0
            var count = 0
            while index < part.count {
                let byte = part[index]
                if byte != UInt8(ascii: "\\") {
                    target[count] = byte
                    index += 1
                    count += 1
                } else {
                    index += resolve(part, at: index, into: target, &count)
                }
            }
            return count
        }
    }

    /// Writes the character of one escape. Returns the length of the escape in bytes.
    private static func resolve(
        _ part: UnsafeRawBufferPointer, at index: Int, into target: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int
    ) -> Int {
        let letter = part[index + 1]
        guard letter == UInt8(ascii: "u") else {
            target[count] = plain(letter)
            count += 1
            return 2
        }
        var value = codeUnit(part, at: index + 2)
        var length = 6
        if value & 0xFC00 == 0xD800 {
            value = 0x10000 + (value & 0x3FF) << 10 + (codeUnit(part, at: index + 8) & 0x3FF)
            length = 12
        }
        let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
            target[count] = byte
            count += 1
        }
        return length
    }

    private static func codeUnit(_ part: UnsafeRawBufferPointer, at index: Int) -> UInt32 {
        part[index..<min(index + 4, part.count)].reduce(0) { $0 << 4 | (hexDigit($1) ?? 0) }
    }

    /// The byte for the letter of a two-byte escape.
    private static func plain(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }

    /// Returns true if a byte needs an escape in a string.
    @inline(__always)
    static func isNeeded(for byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// The high bit of each byte that needs an escape; exact for the lowest of them.
    @inline(__always)
    static func marks(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5C)
        let low = (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (word &- ones &* 0x20) & ~word
        return low & (ones &* 0x80)
    }

    /// The number of bytes of a text between its quotes.
    static func count(of text: String) -> Int {
        text.utf8.reduce(0) { count, byte in
            guard isNeeded(for: byte) else { return count + 1 }
            return count + (letter(for: byte) == UInt8(ascii: "u") ? 6 : 2)
        }
    }

    /// The letter after the backslash in the escape of a byte; `u` if only `\u00XX` is possible.
    static func letter(for byte: UInt8) -> UInt8 {
        switch byte {
        case 0x08: UInt8(ascii: "b")
        case 0x0C: UInt8(ascii: "f")
        case 0x0A: UInt8(ascii: "n")
        case 0x0D: UInt8(ascii: "r")
        case 0x09: UInt8(ascii: "t")
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
        default: UInt8(ascii: "u")
        }
    }
}
