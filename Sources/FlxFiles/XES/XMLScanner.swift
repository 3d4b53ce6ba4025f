import FlxCore

/// Finds the tags in the bytes of an XML document (XML 1.0), received in pieces, and refuses anything outside XML.
///
/// It supports only the five predefined entities, and no document type: nothing is fetched, and nothing expands.
struct XMLScanner {
    private static let maximumTagBytes = 8 << 20
    /// The longest reference to a character, and more.
    private static let longestEntity = 64

    private var bytes: [UInt8] = []
    private var offset = 0
    private var isASCII = false
    private var hasBegun = false
    /// The number of bytes from the offset on already searched for an end, and the open quotation mark after them.
    private var looked = (count: 0, quote: UInt8?.none)
    /// The number of open elements.
    private var depth = 0
    /// The line of the next byte.
    private(set) var line = 1
    /// The number of texts between tags with more than white space.
    private(set) var texts: Int64 = 0

    mutating func append(_ piece: [UInt8]) {
        bytes.removeFirst(offset)
        offset = 0
        bytes += piece
    }

    /// True if something was begun and not ended.
    var isInside: Bool { bytes[offset...].contains { !XMLText.isSpace($0) } }

    /// The next complete tag; nil if more bytes are needed.
    mutating func next() throws(FlxError) -> XMLTag? {
        while true {
            if !hasBegun {
                guard bytes.count - offset >= 3 else { return nil }
                if bytes[offset...].starts(with: [0xEF, 0xBB, 0xBF]) { offset += 3 }
            }
            guard let start = bytes[offset...].firstIndex(of: UInt8(ascii: "<")) else {
                try passText(to: Self.safeEnd(bytes[offset...]))
                return nil
            }
            try passText(to: start)
            let rest = bytes[start...]
            guard rest.count >= 9 || rest.contains(UInt8(ascii: ">")) else { return nil }
            if rest.starts(with: "<!--".utf8) {
                guard try skip(to: "-->", from: 4, Self.checkComment) else { return nil }
            } else if rest.starts(with: "<![CDATA[".utf8) {
                guard depth > 0 else { throw FlxError(.malformed, "a text is outside of the document's element") }
                guard try skip(to: "]]>", from: 9, { (text) throws(FlxError) in _ = try XMLText.checked(text) }) else { return nil }
                texts += 1
            } else if rest.starts(with: "<?".utf8) {
                let isFirst = !hasBegun
                let check = { (text: ArraySlice<UInt8>) throws(FlxError) in try Self.checkInstruction(text, isFirst: isFirst) }
                guard try skip(to: "?>", from: 2, check) else { return nil }
            } else if rest.starts(with: "<!".utf8) {
                throw FlxError(.malformed, "a document type is not accepted: it could make entities that grow or are fetched")
            } else {
                guard let end = try tagEnd() else { return nil }
                let tag = try XMLTag(bytes[start...end])
                try pass(to: end + 1)
                if tag.isEnd { depth -= 1 } else if !tag.isEmpty { depth += 1 }
                return tag
            }
        }
    }

    /// The place for dividing an unfinished text: outside of a character and of a reference.
    private static func safeEnd(_ text: ArraySlice<UInt8>) -> Int {
        var end = max(text.startIndex, text.endIndex - longestEntity)
        while end > text.startIndex, text[end] & 0xC0 == 0x80 { end -= 1 }
        let near = text[max(text.startIndex, end - longestEntity)..<end]
        if let start = near.lastIndex(of: UInt8(ascii: "&")), !text[start..<end].contains(UInt8(ascii: ";")) { return start }
        return end
    }

    private mutating func passText(to end: Int) throws(FlxError) {
        guard end > offset else { return }
        if try XMLText.check(bytes[offset..<end]) {
            guard depth > 0 else { throw FlxError(.malformed, "a text is outside of the document's element") }
            texts += 1
        }
        try pass(to: end)
    }

    private mutating func pass(to end: Int) throws(FlxError) {
        hasBegun = true
        if isASCII, bytes[offset..<end].contains(where: { $0 >= 0x80 }) {
            throw FlxError(.malformed, "the document says that it is ASCII, and has other characters")
        }
        for byte in bytes[offset..<end] where byte == UInt8(ascii: "\n") { line += 1 }
        offset = end
        looked = (0, nil)
    }

    /// Skips everything up to the end of a text. Returns false if the end is not yet there.
    private mutating func skip(
        to end: String, from count: Int, _ check: (ArraySlice<UInt8>) throws(FlxError) -> Void
    ) throws(FlxError) -> Bool {
        let (from, mark) = (offset + count, Array(end.utf8))
        var index = min(max(from, offset + looked.count - mark.count + 1), bytes.count)
        while index + mark.count <= bytes.count {
            if bytes[index] == mark[0], bytes[index...].starts(with: mark) {
                let content = bytes[from..<index]
                try check(content)
                if content.starts(with: "xml".utf8), !hasBegun { isASCII = Self.encoding(content) == "us-ascii" }
                try pass(to: index + mark.count)
                return true
            }
            index += 1
        }
        looked.count = bytes.count - offset
        try checkSize()
        return false
    }

    private static func checkComment(_ content: ArraySlice<UInt8>) throws(FlxError) {
        let text = try XMLText.checked(content)
        guard !text.utf8.contains("--".utf8), text.utf8.last != UInt8(ascii: "-") else {
            throw FlxError(.malformed, "'--' is in a comment")
        }
    }

    /// Checks a processing instruction, or the declaration at the beginning of a document.
    private static func checkInstruction(_ content: ArraySlice<UInt8>, isFirst: Bool) throws(FlxError) {
        let text = try XMLText.checked(content)
        let target = String(text.unicodeScalars.prefix { $0 != " " && $0 != "\t" && $0 != "\n" && $0 != "\r" })
        guard XMLText.isName(target) else { throw FlxError(.malformed, "'<?\(target.prefix(20))' is no instruction of XML") }
        guard target.lowercased() == "xml" else { return }
        guard isFirst, target == "xml" else { throw FlxError(.malformed, "'<?\(target)' is not at the beginning of the document") }
        let declaration = try XMLTag(Array("<\(text)>".utf8)[...])
        let names = declaration.attributes.map(\.name)
        let orders = [["version"], ["version", "encoding"], ["version", "standalone"], ["version", "encoding", "standalone"]]
        let version = Array((declaration["version"] ?? "").utf8)
        guard orders.contains(names), version.starts(with: "1.".utf8), version.count > 2,
            version.dropFirst(2).allSatisfy({ (0x30...0x39).contains($0) }),
            ["yes", "no"].contains(declaration["standalone"] ?? "no"), !declaration.isEmpty
        else { throw FlxError(.malformed, "the declaration of the document is none of XML") }
        guard ["utf-8", "us-ascii"].contains(encoding(content)) else {
            throw FlxError(.malformed, "the encoding of the document is not UTF-8; convert it first")
        }
    }

    private static func encoding(_ declaration: ArraySlice<UInt8>) -> String {
        let tag = try? XMLTag((Array("<".utf8) + declaration + Array(">".utf8))[...])
        return (tag?["encoding"] ?? "utf-8").lowercased()
    }

    private func checkSize() throws(FlxError) {
        guard bytes.count - offset <= Self.maximumTagBytes else {
            throw FlxError(.limitExceeded, "a tag or comment has more than \(Self.maximumTagBytes) bytes")
        }
    }

    /// The end of the tag that begins here, outside of quotes.
    private mutating func tagEnd() throws(FlxError) -> Int? {
        var quote = looked.quote
        for index in (offset + max(1, looked.count))..<bytes.count {
            let byte = bytes[index]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                return index
            }
            if byte == UInt8(ascii: "<") { throw FlxError(.malformed, "'<' is inside a tag") }
        }
        looked = (bytes.count - offset, quote)
        try checkSize()
        return nil
    }
}
