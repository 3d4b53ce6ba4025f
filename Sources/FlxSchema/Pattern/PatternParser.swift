import FlxCore

/// Reads the text of a regular expression of ECMA-262 (with the flag `u`), as JSON Schema has them.
///
/// References back and looking behind are refused: no machine matches them in bounded time. So are scripts in `\p{…}`.
struct PatternParser {
    private static let maximumDepth = 32

    let pattern: String
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var depth = 0
    /// True if only the grammar counts: patterns outside this machine are then accepted instead of refused.
    let isGrammarOnly: Bool
    private var groupCount = 0
    private var groupNames: Set<[UInt32]> = []
    /// The groups named by references back, by number and by name.
    private var (numbersAsked, namesAsked): ([Int], Set<[UInt32]>) = ([], [])

    init(_ pattern: String, isGrammarOnly: Bool = false) {
        self.pattern = pattern
        self.isGrammarOnly = isGrammarOnly
        scalars = Array(pattern.unicodeScalars)
    }

    /// Returns true if a text is a regular expression of ECMA-262, of at most 40,000 bytes. It may look behind or refer back.
    static func isPattern(_ text: String) -> Bool {
        guard text.utf8.count <= 4 * TextPattern.maximumInstructions else { return false }
        var parser = PatternParser(text, isGrammarOnly: true)
        guard (try? parser.parse()) != nil else { return false }
        return parser.numbersAsked.allSatisfy { $0 <= parser.groupCount } && parser.namesAsked.isSubset(of: parser.groupNames)
    }

    /// Reads all of it.
    mutating func parse() throws(FlxError) -> PatternNode {
        let node = try choice()
        guard index == scalars.count else { throw fault("a ')' closes nothing") }
        return node
    }

    private mutating func choice() throws(FlxError) -> PatternNode {
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(FlxError) -> PatternNode {
        var parts: [PatternNode] = []
        while let next = peek, next != "|", next != ")" {
            let isAssertion = opensAssertion
            let atom = try atom()
            let start = index
            parts.append(try quantified(atom))
            if isAssertion, index > start { throw fault("a place in the text cannot be repeated") }
        }
        return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func atom() throws(FlxError) -> PatternNode {
        let scalar = scalars[index]
        index += 1
        switch scalar {
        case "^": return .start
        case "$": return .end
        case ".": return .set(.dot)
        case "(": return try group()
        case "[": return .set(try characterClass())
        case "\\": return try escape()
        case "*", "+", "?": throw fault("a '\(scalar)' repeats nothing")
        default: return .scalar(scalar.value)
        }
    }

    private mutating func group() throws(FlxError) -> PatternNode {
        depth += 1
        guard depth <= Self.maximumDepth else { throw fault("groups are nested deeper than \(Self.maximumDepth)") }
        defer { depth -= 1 }
        var isLook: Bool?
        if peek != "?" { groupCount += 1 }
        if take("?") {
            if take("=") {
                isLook = false
            } else if take("!") {
                isLook = true
            } else if take("<") {
                if peek == "=" || peek == "!" {
                    guard isGrammarOnly else { throw fault("looking behind is not supported") }
                    isLook = next() == "!"
                } else {
                    groupCount += 1
                    guard groupNames.insert(try groupName()).inserted else { throw fault("two groups have one name") }
                }
            } else if !take(":") {
                throw fault("a group begins with an unknown '(?'")
            }
        }
        let inner = try choice()
        guard take(")") else { throw fault("a group does not end") }
        return isLook.map { .look(inner, isNegated: $0) } ?? inner
    }

    private mutating func quantified(_ node: PatternNode) throws(FlxError) -> PatternNode {
        guard let (least, most) = try quantifier() else { return node }
        // A lazy quantifier changes the extent of a match, and not its existence.
        _ = take("?")
        if let next = peek, "*+?".unicodeScalars.contains(next) { throw fault("a '\(next)' repeats nothing") }
        if let most, most < least { throw fault("{\(least),\(most)} ends before it begins") }
        return .repeated(node, least, most)
    }

    private mutating func quantifier() throws(FlxError) -> (Int, Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        let start = index
        guard take("{"), let least = number() else {
            index = start
            return nil
        }
        if take("}") { return (least, least) }
        if take(",") {
            let most = number()
            if take("}") { return (least, most) }
        }
        index = start
        return nil
    }

    /// A decimal number. One too great for any pattern stays too great.
    private mutating func number() -> Int? {
        var value: Int?
        while let next = peek, let digit = next.properties.numericType == .decimal && next.isASCII ? Int(next.value) - 0x30 : nil {
            value = min((value ?? 0) * 10 + digit, 1_000_000)
            index += 1
        }
        return value
    }
}

extension PatternParser {
    /// Reads the name of a group, up to its closing bracket.
    private mutating func groupName() throws(FlxError) -> [UInt32] {
        var name: [UInt32] = []
        while let next = peek, next != ">", next != ")" {
            let isLetter = name.isEmpty ? next.properties.isIDStart : next.properties.isIDContinue
            guard isLetter || next == "$" || next == "_" else { throw fault("the name of a group has a '\(next)'") }
            name.append(next.value)
            index += 1
        }
        guard take(">"), !name.isEmpty else { throw fault("the name of a group does not end") }
        return name
    }

    /// Passes a reference back, if only the grammar counts.
    mutating func reference() throws(FlxError) -> PatternNode {
        guard isGrammarOnly else { throw fault("a reference back is not supported") }
        if take("k") {
            guard take("<") else { throw fault("a reference back needs a name") }
            namesAsked.insert(try groupName())
        } else {
            numbersAsked.append(number() ?? 0)
        }
        return .empty
    }

    /// True if a place in the text follows, and not a part of it: `^`, `$`, a boundary or looking behind.
    private var opensAssertion: Bool {
        let rest = scalars[index...].dropFirst().prefix(3)
        switch peek {
        case "^", "$": return true
        case "\\": return rest.first == "b" || rest.first == "B"
        case "(": return ["?<=", "?<!"].contains { rest.elementsEqual($0.unicodeScalars) }
        default: return false
        }
    }

    var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    mutating func next() -> Unicode.Scalar? {
        defer { index += 1 }
        return peek
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        index += 1
        return true
    }

    /// A number of hexadecimal digits. If there are fewer, nothing is taken.
    mutating func hexadecimal(_ count: Int) -> UInt32? {
        guard index + count <= scalars.count else { return nil }
        let digits = scalars[index..<index + count]
        guard digits.allSatisfy(\.properties.isASCIIHexDigit) else { return nil }
        index += count
        return UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
    }

    /// The text up to a closing brace, after an opening one.
    mutating func braced() -> String? {
        guard take("{"), let end = scalars[index...].prefix(65).firstIndex(of: "}") else { return nil }
        defer { index = end + 1 }
        return String(String.UnicodeScalarView(scalars[index..<end]))
    }

    func fault(_ what: String) -> FlxError {
        FlxError(.invalidValue, "the pattern '\(pattern.scalarPrefix(80))' is refused at character \(index): \(what)")
    }
}
