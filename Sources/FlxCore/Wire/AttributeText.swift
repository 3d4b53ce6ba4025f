/// The texts allowed by CloudEvents as values of attributes (core specification, section 3.2): no control characters and none of the
/// noncharacters of Unicode.
package enum AttributeText {
    /// Checks a text.
    /// - Throws: ``FlxError/Code/invalidValue``, naming the field and the code point.
    package static func check(_ text: String, field: @autoclosure () -> Any) throws(FlxError) {
        if isPlain(text) { return }
        for scalar in text.unicodeScalars where !isAllowed(scalar.value) {
            let code = String(scalar.value, radix: 16, uppercase: true)
            throw FlxError(.invalidValue, "\(field()): must not contain the code point U+\(code)")
        }
    }

    /// Returns true if a text is printable ASCII, as nearly all are: then nothing about its characters is left to check.
    package static func isPlain(_ text: String) -> Bool {
        text.utf8.withContiguousStorageIfAvailable { bytes in
            // Without a way out of the loop, many bytes are looked at together.
            var others: UInt8 = 0
            for byte in bytes { others |= byte &- 0x20 < 0x5F ? 0 : 1 }
            return others == 0
        } ?? false
    }

    private static func isAllowed(_ value: UInt32) -> Bool {
        switch value {
        case 0x00...0x1F, 0x7F...0x9F, 0xFDD0...0xFDEF: false
        default: value & 0xFFFE != 0xFFFE
        }
    }
}

/// The grammar of URIs and references to them (RFC 3986), as far as single bytes show it.
package enum URIReference {
    /// Returns true if a text is a reference: not empty, of the allowed characters, with at most one fragment, and with a scheme if there
    /// is a colon in its first segment.
    package static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        // Nearly all sources are paths of letters, without anything left to check.
        if text.utf8.withContiguousStorageIfAvailable(isPath) ?? false { return true }
        guard !bytes.isEmpty, bytes.allSatisfy({ isAllowed($0) }) else { return false }
        if bytes.contains(UInt8(ascii: "%")), !hasWholeEscapes(bytes) { return false }
        guard bytes.lazy.filter({ $0 == UInt8(ascii: "#") }).count <= 1 else { return false }
        return scheme(of: bytes).map(isScheme) ?? true
    }

    private static func isPath(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.first == UInt8(ascii: "/") && bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x2D...0x39).contains($0) }
    }

    /// Returns true if a text is a reference with a scheme.
    package static func isAbsolute(_ text: String) -> Bool {
        isValid(text) && scheme(of: text.utf8) != nil
    }

    /// The text before the first colon; nil if a slash, query or fragment precedes it.
    private static func scheme(of bytes: String.UTF8View) -> Substring.UTF8View? {
        let end = bytes.firstIndex { byte in
            byte == UInt8(ascii: ":") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
        }
        guard let end, bytes[end] == UInt8(ascii: ":") else { return nil }
        return bytes[..<end]
    }

    private static func isScheme(_ bytes: Substring.UTF8View) -> Bool {
        guard let first = bytes.first, (0x61...0x7A).contains(first | 0x20) else { return false }
        return bytes.allSatisfy { (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E].contains($0) }
    }

    /// Returns true if each percent sign has two hexadecimal digits after it.
    private static func hasWholeEscapes(_ bytes: String.UTF8View) -> Bool {
        var missing = 0
        for byte in bytes {
            if missing > 0 {
                guard JSONEscapes.hexDigit(byte) != nil else { return false }
                missing -= 1
            } else if byte == UInt8(ascii: "%") {
                missing = 2
            }
        }
        return missing == 0
    }

    /// Returns true if a byte is allowed in a reference.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x3F...0x5A, 0x23...0x3B, 0x21, 0x3D, 0x5B, 0x5D, 0x5F, 0x7E: true
        default: false
        }
    }
}
