/// Makes texts from outside safe to show: characters that could move a cursor, change a title or turn the direction of writing are spelled
/// out.
enum Escape {
    /// The text with every control character as `\u{…}`, and every invisible one with an effect on the display of others.
    ///
    /// Tab and line ends become `\t`, `\n` and `\r`; line feeds can be kept, for messages of more than one line.
    static func visible(_ text: String, keepingLines: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where keepingLines: result.unicodeScalars.append(scalar)
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where isHarmful(scalar): result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The same JSON with those characters as `\uXXXX`: outside of strings, JSON contains none of them but white space.
    static func json(_ bytes: [UInt8]) -> [UInt8] {
        // Only C1 controls, DEL and the invisible ones can be there: the writer of JSON escapes the rest.
        guard bytes.contains(where: { $0 >= 0x7F }) else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 16)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if scalar.value >= 0x7F, isHarmful(scalar) {
                for unit in UTF16.encode(scalar).map(Array.init) ?? [] {
                    let digits = String(unit, radix: 16)
                    result.append(contentsOf: "\\u".utf8)
                    result.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count))
                    result.append(contentsOf: digits.utf8)
                }
            } else {
                result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        return result
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // C0, DEL and C1.
        case 0..<0x20, 0x7F..<0xA0: true
        // Marks, embeddings and isolates of direction; the line and paragraph separators; joiners without a width; tags.
        case 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
        default: false
        }
    }
}
