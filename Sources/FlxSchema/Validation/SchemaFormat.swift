import FlxCore

/// The assertable formats of JSON Schema, each with the whole grammar of its standard.
enum SchemaFormat: String, Sendable, CaseIterable {
    case dateTime = "date-time"
    case date
    case time
    case duration
    case email
    case hostname
    case ipv4
    case ipv6
    case uri
    case uriReference = "uri-reference"
    case uriTemplate = "uri-template"
    case iri
    case iriReference = "iri-reference"
    case uuid
    case jsonPointer = "json-pointer"
    case relativeJSONPointer = "relative-json-pointer"
    case regex

    /// Returns true if the text is of the format.
    func accepts(_ text: String) -> Bool {
        switch self {
        case .dateTime: RFC3339.isDateTime(text)
        case .date: RFC3339.isDate(text)
        case .time: RFC3339.isTime(text)
        case .duration: Self.isDuration(Array(text.utf8)[...])
        case .email: InternetAddress.isMailbox(Array(text.utf8)[...])
        case .hostname: InternetAddress.isHost(Array(text.utf8)[...])
        case .ipv4: InternetAddress.isIPv4(Array(text.utf8)[...])
        case .ipv6: InternetAddress.isIPv6(Array(text.utf8)[...])
        case .uri: URIGrammar(isInternational: false).isAbsolute(text)
        case .uriReference: URIGrammar(isInternational: false).isReference(text)
        case .uriTemplate: URITemplateGrammar.isTemplate(text)
        case .iri: URIGrammar(isInternational: true).isAbsolute(text)
        case .iriReference: URIGrammar(isInternational: true).isReference(text)
        case .uuid: Self.isUUID(Array(text.utf8))
        case .jsonPointer: Self.isPointer(Array(text.utf8)[...])
        case .relativeJSONPointer: Self.isRelativePointer(Array(text.utf8)[...])
        case .regex: PatternParser.isPattern(text)
        }
    }

    /// A text or more of the format.
    var examples: [String] {
        [
            "2020-01-31T12:00:00Z", "2020-01-31", "12:00:00Z", "P1D", "a@example.org", "example.org", "192.0.2.1", "2001:db8::1",
            "https://example.org/a", "/a", "0/a", "01234567-89ab-cdef-0123-456789abcdef",
        ].filter(accepts)
    }

    /// RFC 3339, appendix A: weeks alone, or units without a gap between them.
    private static func isDuration(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        guard rest.popFirst() == UInt8(ascii: "P") else { return false }
        var weeks = rest
        if takeUnits("W", from: &weeks) == 1, weeks.isEmpty { return true }
        let days = takeUnits("YMD", from: &rest)
        guard rest.first == UInt8(ascii: "T") else { return days > 0 && rest.isEmpty }
        rest.removeFirst()
        return takeUnits("HMS", from: &rest) > 0 && rest.isEmpty
    }

    /// Passes numbers, each with the next of some units. Returns their number.
    private static func takeUnits(_ units: String, from text: inout ArraySlice<UInt8>) -> Int {
        var (left, count) = (Array(units.utf8)[...], 0)
        while true {
            let rest = text.drop { $0.isDigit }
            guard rest.startIndex > text.startIndex, let unit = rest.first else { return count }
            let place = left.firstIndex(of: unit)
            guard let place, count == 0 || place == left.startIndex else { return count }
            left = left[(place + 1)...]
            text = rest.dropFirst()
            count += 1
        }
    }

    private static func isUUID(_ text: [UInt8]) -> Bool {
        text.count == 36
            && text.indices.allSatisfy { [8, 13, 18, 23].contains($0) ? text[$0] == UInt8(ascii: "-") : text[$0].isHexDigit }
    }

    /// RFC 6901.
    private static func isPointer(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.isEmpty || text.first == UInt8(ascii: "/") else { return false }
        return text.indices.allSatisfy { index in
            guard text[index] == UInt8(ascii: "~") else { return true }
            return index + 1 < text.endIndex && [UInt8(ascii: "0"), UInt8(ascii: "1")].contains(text[index + 1])
        }
    }

    private static func isRelativePointer(_ text: ArraySlice<UInt8>) -> Bool {
        let digits = text.prefix { $0.isDigit }
        guard let first = digits.first, first != UInt8(ascii: "0") || digits.count == 1 else { return false }
        let rest = text[digits.endIndex...]
        return rest.elementsEqual("#".utf8) || isPointer(rest)
    }
}

extension JSONSchema {
    /// The formats checked on request, in the order of their names; all others are only annotations.
    public static let assertedFormats = SchemaFormat.allCases.map(\.rawValue).sorted { $0 < $1 }
}

extension UInt8 {
    /// True if it is a digit in ASCII.
    var isDigit: Bool { (0x30...0x39).contains(self) }
    /// True if it is a letter in ASCII.
    var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) }
    /// True if it is a hexadecimal digit in ASCII.
    var isHexDigit: Bool { isDigit || (0x61...0x66).contains(self | 0x20) }
}
