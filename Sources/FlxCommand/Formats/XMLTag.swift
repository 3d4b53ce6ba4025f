import FlxCore

/// A tag of XML with its attributes.
struct XMLTag {
    let name: String
    let attributes: [(name: String, value: String)]
    let isEnd: Bool
    let isEmpty: Bool

    subscript(name: String) -> String? { attributes.first { $0.name == name }?.value }
}

/// Finds the tags in the bytes of an XML document (XML 1.0), which come in pieces. Texts between tags are passed over, as nothing that
/// is read here has any.
///
/// There are no entities but the five that every document has, and no document type: nothing is fetched, and nothing grows.
struct XMLScanner {
    private static let maximumTagBytes = 8 << 20
    private static let spaces: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]

    private var bytes: [UInt8] = []
    private var offset = 0
    /// The line of the next byte.
    private(set) var line = 1

    mutating func append(_ piece: [UInt8]) {
        bytes.removeFirst(offset)
        offset = 0
        bytes += piece
    }

    /// Whether something was begun and not ended.
    var isInside: Bool { bytes[offset...].contains { !Self.spaces.contains($0) } }

    /// The next tag that is there as a whole; nil where more bytes are needed.
    mutating func next() throws(FlxError) -> XMLTag? {
        while true {
            guard let start = bytes[offset...].firstIndex(of: UInt8(ascii: "<")) else {
                pass(to: bytes.count)
                return nil
            }
            pass(to: start)
            let rest = bytes[start...]
            guard rest.count >= 9 || rest.contains(UInt8(ascii: ">")) else { return nil }
            if rest.starts(with: Array("<!--".utf8)) {
                guard try skip(to: "-->", from: 4) else { return nil }
            } else if rest.starts(with: Array("<![CDATA[".utf8)) {
                guard try skip(to: "]]>", from: 9) else { return nil }
            } else if rest.starts(with: Array("<?".utf8)) {
                guard try skip(to: "?>", from: 2) else { return nil }
            } else if rest.starts(with: Array("<!".utf8)) {
                throw FlxError(.malformed, "a document type is not accepted: it could make entities that grow or are fetched")
            } else {
                guard let end = try tagEnd() else { return nil }
                let tag = try parse(bytes[(start + 1)..<end])
                pass(to: end + 1)
                return tag
            }
        }
    }

    private mutating func pass(to end: Int) {
        for byte in bytes[offset..<end] where byte == UInt8(ascii: "\n") { line += 1 }
        offset = end
    }

    /// Passes over what ends with a text; false where the end is not there yet.
    private mutating func skip(to end: String, from count: Int) throws(FlxError) -> Bool {
        let (from, mark) = (offset + count, Array(end.utf8))
        var index = min(from, bytes.count)
        while index + mark.count <= bytes.count {
            if bytes[index...].starts(with: mark) {
                if bytes[offset...].starts(with: Array("<?xml".utf8)) { try checkDeclaration(bytes[offset..<index]) }
                pass(to: index + mark.count)
                return true
            }
            index += 1
        }
        try checkSize()
        return false
    }

    private func checkDeclaration(_ bytes: ArraySlice<UInt8>) throws(FlxError) {
        let text = String(decoding: bytes, as: UTF8.self).lowercased()
        guard !text.contains("encoding") || text.contains("utf-8") || text.contains("us-ascii") else {
            throw FlxError(.malformed, "the encoding of the document is not UTF-8; convert it first")
        }
    }

    private func checkSize() throws(FlxError) {
        guard bytes.count - offset <= Self.maximumTagBytes else {
            throw FlxError(.limitExceeded, "a tag or comment has more than \(Self.maximumTagBytes) bytes")
        }
    }

    /// Where the tag ends that begins here, outside of quotes.
    private func tagEnd() throws(FlxError) -> Int? {
        var quote: UInt8?
        for index in (offset + 1)..<bytes.count {
            let byte = bytes[index]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                return index
            }
            if byte == UInt8(ascii: "<") { throw FlxError(.malformed, "'<' stands inside a tag") }
        }
        try checkSize()
        return nil
    }

    private func parse(_ content: ArraySlice<UInt8>) throws(FlxError) -> XMLTag {
        var rest = content
        let isEnd = rest.first == UInt8(ascii: "/")
        if isEnd { rest = rest.dropFirst() }
        let isEmpty = rest.last == UInt8(ascii: "/")
        if isEmpty { rest = rest.dropLast() }
        let name = take(&rest) { !Self.spaces.contains($0) }
        guard !name.isEmpty, !name.contains(where: { "<>&\"'=/".utf8.contains($0) }) else {
            throw FlxError(.malformed, "a tag has no name")
        }
        var attributes: [(String, String)] = []
        while true {
            let space = take(&rest) { Self.spaces.contains($0) }
            guard !rest.isEmpty else { break }
            let key = take(&rest) { !Self.spaces.contains($0) && $0 != UInt8(ascii: "=") }
            _ = take(&rest) { Self.spaces.contains($0) }
            guard !space.isEmpty, !key.isEmpty, rest.popFirst() == UInt8(ascii: "=") else {
                throw FlxError(.malformed, "an attribute has no value")
            }
            _ = take(&rest) { Self.spaces.contains($0) }
            guard let quote = rest.popFirst(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                throw FlxError(.malformed, "the value of an attribute has no quotes")
            }
            let value = take(&rest) { $0 != quote }
            guard rest.popFirst() == quote else { throw FlxError(.malformed, "the value of an attribute does not end") }
            let attribute = try text(key)
            guard !attributes.contains(where: { $0.0 == attribute }) else { throw FlxError(.malformed, "an attribute stands there twice") }
            attributes.append((attribute, try text(value)))
        }
        return XMLTag(name: try text(name), attributes: attributes, isEnd: isEnd, isEmpty: isEmpty)
    }

    private func take(_ bytes: inout ArraySlice<UInt8>, while holds: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let part = bytes.prefix(while: holds)
        bytes = bytes.dropFirst(part.count)
        return part
    }

    /// A text without its entities; white space in it is blanks (section 3.3.3).
    private func text(_ bytes: ArraySlice<UInt8>) throws(FlxError) -> String {
        guard let raw = String(validating: bytes, as: UTF8.self) else { throw FlxError(.malformed, "the document is not UTF-8") }
        var text = ""
        var rest = raw.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "&":
                let name = rest.prefix { $0 != ";" }
                rest = rest.dropFirst(name.count)
                guard rest.popFirst() == ";", let value = Self.entity(String(name)) else {
                    throw FlxError(.malformed, "'&\(String(name.prefix(20)))' is no entity of XML")
                }
                text.unicodeScalars.append(value)
            case "\n", "\t", "\r": text += " "
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func entity(_ name: String) -> Unicode.Scalar? {
        switch name {
        case "amp": "&"
        case "lt": "<"
        case "gt": ">"
        case "quot": "\""
        case "apos": "'"
        default:
            if name.hasPrefix("#x") {
                UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
            } else if name.hasPrefix("#") {
                UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init)
            } else {
                nil
            }
        }
    }
}
