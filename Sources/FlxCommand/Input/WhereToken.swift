import FlxCore

/// A word of a `--where` expression, and the column on which it begins.
struct WhereToken: Equatable {
    enum Kind: Equatable {
        /// A name in a path, or a word of the language.
        case word(String)
        /// A text in quotes.
        case text(String)
        case number(JSONNumber)
        /// An operator, a bracket or a dot.
        case sign(String)
        case end
    }

    let kind: Kind
    /// From 1.
    let column: Int
}

/// Cuts an expression into its words.
struct WhereLexer {
    private static let signs = ["==", "!=", "<=", ">=", "<", ">", "=", "(", ")", "[", "]", "."]

    private let characters: [Character]
    private var index = 0

    init(_ text: String) {
        characters = Array(text)
    }

    /// All words, the end as the last one.
    /// - Throws: ``WhereError`` at the column of what is no word.
    mutating func tokens() throws(WhereError) -> [WhereToken] {
        var tokens: [WhereToken] = []
        repeat { tokens.append(try next()) } while tokens.last?.kind != .end
        return tokens
    }

    private mutating func next() throws(WhereError) -> WhereToken {
        while index < characters.count, characters[index].isWhitespace { index += 1 }
        let column = index + 1
        guard index < characters.count else { return WhereToken(kind: .end, column: column) }
        let first = characters[index]
        if first == "'" || first == "\"" { return WhereToken(kind: .text(try quoted(first)), column: column) }
        if first == "-" || first.isASCII && first.isNumber {
            let text = take { $0.isASCII && ($0.isNumber || $0.isLetter || "+-.".contains($0)) }
            guard let number = JSONNumber(text) else { throw WhereError("'\(text)' is no number", column: column) }
            return WhereToken(kind: .number(number), column: column)
        }
        if Self.isWord(first) { return WhereToken(kind: .word(take(Self.isWord)), column: column) }
        let rest = String(characters[index..<min(index + 2, characters.count)])
        guard let sign = Self.signs.first(where: { rest.hasPrefix($0) }) else {
            throw WhereError("'\(first)' has no meaning here; put texts in quotes", column: column)
        }
        index += sign.count
        return WhereToken(kind: .sign(sign), column: column)
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_" || character == "-"
    }

    private mutating func take(_ belongs: (Character) -> Bool) -> String {
        let start = index
        while index < characters.count, belongs(characters[index]) { index += 1 }
        return String(characters[start..<index])
    }

    /// Reads a text; a backslash takes the next character as it is.
    private mutating func quoted(_ quote: Character) throws(WhereError) -> String {
        let column = index + 1
        index += 1
        var text = ""
        while index < characters.count, characters[index] != quote {
            if characters[index] == "\\", index + 1 < characters.count { index += 1 }
            text.append(characters[index])
            index += 1
        }
        guard index < characters.count else { throw WhereError("the text that begins here has no closing \(quote)", column: column) }
        index += 1
        return text
    }
}

/// What is wrong with an expression, and where.
struct WhereError: Error, Equatable {
    let reason: String
    /// From 1.
    let column: Int

    init(_ reason: String, column: Int) {
        self.reason = reason
        self.column = column
    }

    /// The reason, the expression and a mark under the place.
    func message(in expression: String) -> String {
        "--where: \(reason), at column \(column)\n  \(expression)\n  \(String(repeating: " ", count: column - 1))^"
    }
}
