import FlxCore

/// The formats of JSON Schema that can be asserted, by what their standards say in short.
enum SchemaFormat: String, Sendable {
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
    case uuid
    case jsonPointer = "json-pointer"
    case relativeJSONPointer = "relative-json-pointer"
    case regex

    /// Whether the text is of the format.
    func accepts(_ text: String) -> Bool {
        switch self {
        case .dateTime: Self.isTime(text)
        case .date: text.utf8.count == 10 && Self.isTime(text + "T00:00:00Z")
        case .time: !text.contains { $0.isWhitespace } && Self.isTime("2000-01-01T" + text)
        case .duration: Self.matches(text, Self.durationPattern)
        case .email: Self.isEmail(text)
        case .hostname: Self.isHost(text)
        case .ipv4: Self.isIPv4(text)
        case .ipv6: Self.isIPv6(text)
        case .uri: Self.isReference(text) && URIReference(text).isAbsolute
        case .uriReference: Self.isReference(text)
        case .uuid: text.utf8.count == 36 && Self.matches(text, Self.uuidPattern)
        case .jsonPointer: Self.isPointer(text)
        case .relativeJSONPointer: Self.isRelativePointer(text)
        case .regex: (try? TextPattern(text)) != nil
        }
    }

    private static func matches(_ text: String, _ pattern: TextPattern?) -> Bool {
        var budget = 10_000
        return (try? pattern?.matches(text, budget: &budget)) == true
    }

    private static let durationPattern = try? TextPattern(
        #"^P(?:\d+W|(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)$"#)
    private static let uuidPattern = try? TextPattern("^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
    private static let referencePattern = try? TextPattern(
        #"^(?:[A-Za-z0-9._~:/?@!$&'()*+,;=\[\]-]|%[0-9A-Fa-f]{2})*(?:#(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?$"#)

    /// RFC 3339, with `T` or `t` between date and time.
    private static func isTime(_ text: String) -> Bool {
        text.utf8.count > 10 && Array(text.utf8)[10] | 0x20 == UInt8(ascii: "t") && (try? Timestamp(text)) != nil
    }

    private static func isEmail(_ text: String) -> Bool {
        guard let at = text.lastIndex(of: "@"), text.utf8.count <= 320 else { return false }
        let (local, domain) = (text[..<at], text[text.index(after: at)...])
        let isLocal =
            !local.isEmpty && !local.hasPrefix(".") && !local.hasSuffix(".") && !local.contains("..")
            && local.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"()<>[]:;@\\,\"".utf8.contains($0) }
        return isLocal && isHost(String(domain))
    }

    /// RFC 1123: labels of letters, digits and hyphens.
    private static func isHost(_ text: String) -> Bool {
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return text.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                    && label.allSatisfy { isASCIILetterOrDigit($0) || $0 == UInt8(ascii: "-") }
            }
    }

    private static func isASCIILetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }

    private static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0).map(String.init) == String($0) }
    }

    private static func isIPv6(_ text: String) -> Bool {
        guard text.utf8.count <= 45, !text.contains(":::") else { return false }
        var groups = text.split(separator: ":", omittingEmptySubsequences: false)
        let gaps = text.indices.filter { text[$0...].hasPrefix("::") }.count
        guard gaps <= 1, groups.count >= 3 else { return false }
        var count = groups.filter { !$0.isEmpty }.count
        if let last = groups.last, last.contains(".") {
            guard isIPv4(String(last)) else { return false }
            groups.removeLast()
            count += 1
        }
        guard gaps == 1 || !groups.contains(where: \.isEmpty), text.hasPrefix("::") || !text.hasPrefix(":"),
            text.hasSuffix("::") || !text.hasSuffix(":")
        else { return false }
        let areDigits = groups.allSatisfy { $0.utf8.count <= 4 && $0.allSatisfy { $0.isASCII && $0.isHexDigit } }
        return areDigits && (gaps == 1 ? count <= 7 : count == 8)
    }

    private static func isReference(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && matches(text, referencePattern)
    }

    private static func isPointer(_ text: String) -> Bool {
        guard text.isEmpty || text.begins(with: "/") else { return false }
        let bytes = Array(text.utf8)
        return bytes.indices.allSatisfy { index in
            bytes[index] != UInt8(ascii: "~")
                || (index + 1 < bytes.count && (bytes[index + 1] == UInt8(ascii: "0") || bytes[index + 1] == UInt8(ascii: "1")))
        }
    }

    private static func isRelativePointer(_ text: String) -> Bool {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits == "0" || !digits.hasPrefix("0") else { return false }
        let rest = text.dropFirst(digits.count)
        return rest == "#" || isPointer(String(rest))
    }
}
