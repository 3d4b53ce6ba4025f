import FlxCore

/// A word of a condition, and its first column.
struct ConditionToken: Equatable {
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
struct ConditionLexer {
    private static let signs = ["==", "!=", "<=", ">=", "<", ">", "=", "(", ")", "[", "]", "."]

    private let characters: [Unicode.Scalar]
    private var index = 0

    init(_ text: String) {
        characters = Array(text.unicodeScalars)
    }

    /// All words, the end as the last one.
    /// - Throws: ``ConditionFault`` at the column of an invalid word.
    mutating func tokens() throws(ConditionFault) -> [ConditionToken] {
        var tokens: [ConditionToken] = []
        repeat { tokens.append(try next()) } while tokens.last?.kind != .end
        return tokens
    }

    private mutating func next() throws(ConditionFault) -> ConditionToken {
        while index < characters.count, characters[index].properties.isWhitespace { index += 1 }
        let column = index + 1
        guard index < characters.count else { return ConditionToken(kind: .end, column: column) }
        let first = characters[index]
        if first == "'" || first == "\"" { return ConditionToken(kind: .text(try quoted(first)), column: column) }
        if first == "-" || Self.isDigit(first) {
            let text = take { Self.isDigit($0) || $0.isASCII && $0.properties.isAlphabetic || "+-.".unicodeScalars.contains($0) }
            guard let number = JSONNumber(text) else {
                throw ConditionFault("'\(text)' is no number; put texts and times in quotes", column: column)
            }
            return ConditionToken(kind: .number(number), column: column)
        }
        if Self.isWord(first) { return ConditionToken(kind: .word(take(Self.isWord)), column: column) }
        let rest = Self.text(characters[index..<min(index + 2, characters.count)])
        guard let sign = Self.signs.first(where: { rest.begins(with: $0) }) else {
            throw ConditionFault("'\(first)' has no meaning here; put texts in quotes", column: column)
        }
        index += sign.utf8.count
        return ConditionToken(kind: .sign(sign), column: column)
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String { String(String.UnicodeScalarView(scalars)) }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    /// Letters and digits of any script, with the marks on them.
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber: true
        default: scalar.properties.isAlphabetic || scalar == "_" || scalar == "-"
        }
    }

    private mutating func take(_ belongs: (Unicode.Scalar) -> Bool) -> String {
        let start = index
        while index < characters.count, belongs(characters[index]) { index += 1 }
        return Self.text(characters[start..<index])
    }

    /// Reads a text; a backslash takes the next character as it is.
    private mutating func quoted(_ quote: Unicode.Scalar) throws(ConditionFault) -> String {
        let column = index + 1
        index += 1
        var text = String.UnicodeScalarView()
        while index < characters.count, characters[index] != quote {
            if characters[index] == "\\", index + 1 < characters.count { index += 1 }
            text.append(characters[index])
            index += 1
        }
        guard index < characters.count else { throw ConditionFault("the text that begins here has no closing \(quote)", column: column) }
        index += 1
        return String(text)
    }
}

/// A fault of an expression, with its place.
package struct ConditionFault: Error, Equatable {
    package let reason: String
    /// From 1.
    package let column: Int

    init(_ reason: String, column: Int) {
        self.reason = reason
        self.column = column
    }
}
