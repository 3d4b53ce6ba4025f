import FlxCore

/// A tag of XML with its attributes.
struct XMLTag {
    /// The most attributes of a tag; each is compared with all others.
    private static let maximumAttributes = 1_000

    var name: String
    let attributes: [(name: String, value: String)]
    let isEnd: Bool
    let isEmpty: Bool
    /// The text of the tag in the document.
    let raw: ArraySlice<UInt8>

    subscript(name: String) -> String? { attributes.first { $0.name.utf8.elementsEqual(name.utf8) }?.value }

    /// Reads a tag (XML 1.0, section 3.1) with its brackets.
    /// - Throws: ``FlxError/Code/malformed`` for an invalid tag.
    init(_ raw: ArraySlice<UInt8>) throws(FlxError) {
        self.raw = raw
        var rest = raw.dropFirst().dropLast()
        isEnd = rest.first == UInt8(ascii: "/")
        if isEnd { rest = rest.dropFirst() }
        isEmpty = !isEnd && rest.last == UInt8(ascii: "/")
        if isEmpty { rest = rest.dropLast() }
        name = try Self.name(Self.take(&rest) { !XMLText.isSpace($0) })
        var attributes: [(name: String, value: String)] = []
        while true {
            let space = Self.take(&rest, while: XMLText.isSpace)
            guard !rest.isEmpty else { break }
            guard !isEnd else { throw FlxError(.malformed, "the end of '\(name.prefix(40))' has an attribute") }
            let key = try Self.name(Self.take(&rest) { !XMLText.isSpace($0) && $0 != UInt8(ascii: "=") })
            _ = Self.take(&rest, while: XMLText.isSpace)
            guard !space.isEmpty, rest.popFirst() == UInt8(ascii: "=") else {
                throw FlxError(.malformed, "the attribute '\(key.prefix(40))' has no value")
            }
            _ = Self.take(&rest, while: XMLText.isSpace)
            guard let quote = rest.popFirst(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                throw FlxError(.malformed, "the value of the attribute '\(key.prefix(40))' has no quotes")
            }
            let value = Self.take(&rest) { $0 != quote }
            guard rest.popFirst() == quote else { throw FlxError(.malformed, "the value of an attribute does not end") }
            guard !attributes.contains(where: { $0.name.utf8.elementsEqual(key.utf8) }) else {
                throw FlxError(.malformed, "the attribute '\(key.prefix(40))' is there twice")
            }
            guard attributes.count < Self.maximumAttributes else {
                throw FlxError(.limitExceeded, "the tag '\(name.prefix(40))' has more than \(Self.maximumAttributes) attributes")
            }
            attributes.append((key, try XMLText.value(value)))
        }
        self.attributes = attributes
    }

    private static func take(_ bytes: inout ArraySlice<UInt8>, while holds: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let part = bytes.prefix(while: holds)
        bytes = bytes.dropFirst(part.count)
        return part
    }

    private static func name(_ bytes: ArraySlice<UInt8>) throws(FlxError) -> String {
        guard let name = String(validating: bytes, as: UTF8.self) else { throw XMLText.notUTF8 }
        guard XMLText.isName(name) else { throw FlxError(.malformed, "'\(name.prefix(40))' is no name of XML") }
        return name
    }
}
