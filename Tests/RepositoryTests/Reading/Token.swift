/// A word or a sign of Swift code, with the line it stands on, from 1. `@Test` and `#expect` are one token each.
struct Token {
    let text: Substring
    let line: Int

    /// The tokens of a text without comments and string contents.
    static func all(in code: String) -> [Token] {
        var tokens: [Token] = []
        var line = 1
        var rest = code.utf8[...]
        while let byte = rest.first {
            if isWord(byte) || ((byte == UInt8(ascii: "@") || byte == UInt8(ascii: "#")) && rest.dropFirst().first.map(isWord) == true) {
                let end = rest.dropFirst().firstIndex { !isWord($0) } ?? rest.endIndex
                tokens.append(Token(text: code[rest.startIndex..<end], line: line))
                rest = rest[end...]
            } else {
                let next = rest.index(after: rest.startIndex)
                if byte == UInt8(ascii: "\n") { line += 1 }
                if byte > UInt8(ascii: " "), byte < 128 { tokens.append(Token(text: code[rest.startIndex..<next], line: line)) }
                rest = rest[next...]
            }
        }
        return tokens
    }

    /// Whether the token is a name or a keyword.
    var isWord: Bool { text.utf8.first.map(Self.isWord) == true }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "$"): true
        default: false
        }
    }
}
