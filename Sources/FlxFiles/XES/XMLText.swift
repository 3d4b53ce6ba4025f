import FlxCore

/// The characters, names and texts of XML 1.0.
enum XMLText {
    static let notUTF8 = FlxError(.malformed, "the document is not UTF-8")

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    /// Returns true if XML has a character (section 2.2).
    static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    /// Returns true if XML has all characters of a text.
    static func isAllowed(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(isAllowed) }

    /// Returns true if a text is a name (section 2.3).
    static func isName(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, isNameStart(first) else { return false }
        return text.unicodeScalars.allSatisfy(isNameCharacter)
    }

    static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3A, 0x41...0x5A, 0x5F, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D, 0x37F...0x1FFF,
            0x200C...0x200D, 0x2070...0x218F, 0x2C00...0x2FEF, 0x3001...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFD, 0x10000...0xEFFFF:
            true
        default: false
        }
    }

    static func isNameCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2D, 0x2E, 0x30...0x39, 0xB7, 0x300...0x36F, 0x203F...0x2040: true
        default: isNameStart(scalar)
        }
    }

    /// The value of an attribute without its entities; white space in it is blanks (section 3.3.3).
    static func value(_ bytes: ArraySlice<UInt8>) throws(FlxError) -> String {
        let raw = try checked(bytes)
        guard bytes.contains(where: { $0 == UInt8(ascii: "&") || $0 < 0x20 }) else { return raw }
        var text = ""
        var rest = raw.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "&": text.unicodeScalars.append(try entity(&rest))
            case "\n", "\t": text += " "
            // A line end of two characters is one (section 2.11).
            case "\r": if rest.first != "\n" { text += " " }
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// Checks a text between tags.
    /// - Returns: True if it has anything but white space.
    static func check(_ bytes: ArraySlice<UInt8>) throws(FlxError) -> Bool {
        if bytes.allSatisfy(isSpace) { return false }
        var rest = try checked(bytes).unicodeScalars[...]
        var brackets = 0
        while let scalar = rest.popFirst() {
            if scalar == "&" { _ = try entity(&rest) }
            if scalar == ">", brackets >= 2 { throw FlxError(.malformed, "']]>' is in a text") }
            brackets = scalar == "]" ? brackets + 1 : 0
        }
        return true
    }

    /// The text of bytes.
    /// - Throws: ``FlxError/Code/malformed`` for bytes outside UTF-8, and for a character outside XML.
    static func checked(_ bytes: ArraySlice<UInt8>) throws(FlxError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw notUTF8 }
        for scalar in text.unicodeScalars where !isAllowed(scalar) {
            throw FlxError(.malformed, "XML has no character U+\(String(scalar.value, radix: 16, uppercase: true))")
        }
        return text
    }

    private static func entity(_ rest: inout Substring.UnicodeScalarView) throws(FlxError) -> Unicode.Scalar {
        let name = rest.prefix { $0 != ";" }
        rest = rest.dropFirst(name.count)
        guard rest.popFirst() == ";", let scalar = entity(String(name)), isAllowed(scalar) else {
            throw FlxError(.malformed, "'&\(String(name.prefix(20)))' is no entity of XML")
        }
        return scalar
    }

    private static func entity(_ name: String) -> Unicode.Scalar? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            let isHexadecimal = name.hasPrefix("#x")
            let digits = name.dropFirst(isHexadecimal ? 2 : 1)
            guard name.hasPrefix("#"), digits.utf8.first != UInt8(ascii: "+") else { return nil }
            return UInt32(digits, radix: isHexadecimal ? 16 : 10).flatMap(Unicode.Scalar.init)
        }
    }

    /// A text for an attribute between double quotes.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t", "\r": result += "&#\(scalar.value);"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
