/// A word or a sign of Swift code, with the line it stands on, from 1. `@Test`, `#expect` and a name in backticks are one token each.
struct Token {
    let text: Substring
    let line: Int

    /// Whether the token is a name or a keyword.
    var isWord: Bool { text.utf8.first.map { $0 == Self.backtick || Self.isWord($0) } == true }

    /// The text without backticks.
    var name: Substring { text.utf8.first == Self.backtick ? text.dropFirst().dropLast() : text }

    /// The tokens of a text without comments and string contents.
    static func all(in code: String) -> [Token] {
        var tokens: [Token] = []
        var line = 1
        var rest = code.utf8[...]
        while let byte = rest.first {
            let end = end(of: rest)
            if byte == UInt8(ascii: "\n") { line += 1 }
            if byte > UInt8(ascii: " "), byte < 128 { tokens.append(Token(text: code[rest.startIndex..<end], line: line)) }
            rest = rest[end...]
        }
        return tokens
    }

    private static let backtick = UInt8(ascii: "`")

    /// Where the token at the start of a text ends.
    private static func end(of text: Substring.UTF8View) -> String.Index {
        let others = text.dropFirst()
        if text.first == backtick, let closing = others.firstIndex(of: backtick) { return text.index(after: closing) }
        let opensWord = text.first.map { isWord($0) || "@#".utf8.contains($0) } == true
        return opensWord ? others.firstIndex { !isWord($0) } ?? text.endIndex : others.startIndex
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "$"): true
        default: false
        }
    }
}
