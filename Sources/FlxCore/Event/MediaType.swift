/// The media types of payloads (RFC 2046), as far as the JSON form of CloudEvents has to know them.
package enum MediaType {
    /// Returns true if a text has the form `type/subtype`, with parameters or without.
    package static func isValid(_ text: String) -> Bool {
        let essence = essence(of: text)
        guard let slash = essence.firstIndex(of: UInt8(ascii: "/")) else { return false }
        let (type, subtype) = (essence[..<slash], essence[essence.index(after: slash)...])
        return !type.isEmpty && !subtype.isEmpty && type.allSatisfy(isToken) && subtype.allSatisfy(isToken)
    }

    /// Returns true if a media type declares JSON: its subtype is `json` or ends with `+json`, in any case of letters.
    package static func isJSON(_ text: String) -> Bool {
        let essence = essence(of: text).map { $0 | 0x20 }
        guard let slash = essence.firstIndex(of: UInt8(ascii: "/")) else { return false }
        let subtype = essence[(slash + 1)...]
        return subtype.elementsEqual("json".utf8) || subtype.count > 5 && subtype.suffix(5).elementsEqual("+json".utf8)
    }

    /// Returns true if a media type declares a text.
    package static func isText(_ text: String) -> Bool {
        text.utf8.prefix(5).map { $0 | 0x20 }.elementsEqual("text/".utf8.map { $0 | 0x20 })
    }

    /// Returns true if a media type declares events as a whole, in whatever format.
    package static func isCloudEvents(_ text: String) -> Bool { subtype(of: text).begins(with: "cloudevents") }

    /// The subtype in lower case, without parameters; empty if missing.
    package static func subtype(of text: String) -> Substring {
        let essence = String(decoding: Array(essence(of: text)), as: UTF8.self).lowercased()
        guard let slash = essence.firstIndex(of: "/") else { return "" }
        return essence[essence.index(after: slash)...]
    }

    /// The text without its parameters and the blanks before these.
    private static func essence(of text: String) -> Substring.UTF8View {
        var essence = text[...].utf8
        if let end = essence.firstIndex(of: UInt8(ascii: ";")) { essence = essence[..<end] }
        while essence.last == 0x20 { essence.removeLast() }
        return essence
    }

    /// Returns true if a byte is allowed in a token of RFC 2045, section 5.1.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00...0x20, 0x7F...0xFF: false
        default: !"()<>@,;:\\\"/[]?=".utf8.contains(byte)
        }
    }
}
