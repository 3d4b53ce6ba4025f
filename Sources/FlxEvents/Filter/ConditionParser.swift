import FlxCore

/// Reads a condition by descent; `or` binds weakest, then `and`, then `not`.
struct ConditionParser {
    private static let maximumCharacters = 4096
    private static let maximumDepth = 32

    private let tokens: [ConditionToken]
    private var index = 0
    private var depth = 0
    /// True if any path leads into the data.
    private(set) var readsData = false

    init(_ text: String) throws(ConditionFault) {
        guard text.scalarCount <= Self.maximumCharacters else {
            throw ConditionFault("the expression is longer than \(Self.maximumCharacters) characters", column: Self.maximumCharacters)
        }
        var lexer = ConditionLexer(text)
        tokens = try lexer.tokens()
    }

    mutating func parse() throws(ConditionFault) -> EventCondition.Node {
        let node = try either()
        guard token.kind == .end else { throw unexpected("'and', 'or' or the end") }
        return node
    }

    private var token: ConditionToken { tokens[index] }

    private mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    private mutating func take(word: String) -> Bool {
        guard case .word(let found) = token.kind, found.lowercased() == word else { return false }
        advance()
        return true
    }

    private mutating func take(sign: String) -> Bool {
        guard token.kind == .sign(sign) else { return false }
        advance()
        return true
    }

    private func unexpected(_ expected: String) -> ConditionFault {
        let found = switch token.kind {
        case .word(let text), .sign(let text): "'\(text)'"
        case .text: "a text"
        case .number(let number): number.text
        case .end: "the end"
        }
        return ConditionFault("expected \(expected), found \(found)", column: token.column)
    }

    private mutating func either() throws(ConditionFault) -> EventCondition.Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw ConditionFault("brackets are nested deeper than \(Self.maximumDepth)", column: token.column)
        }
        var node = try both()
        while take(word: "or") { node = .either(node, try both()) }
        return node
    }

    private mutating func both() throws(ConditionFault) -> EventCondition.Node {
        var node = try negation()
        while take(word: "and") { node = .both(node, try negation()) }
        return node
    }

    private mutating func negation() throws(ConditionFault) -> EventCondition.Node {
        var isNegated = false
        while take(word: "not") { isNegated.toggle() }
        let node = try condition()
        return isNegated ? .not(node) : node
    }

    private mutating func condition() throws(ConditionFault) -> EventCondition.Node {
        if take(sign: "(") {
            let node = try either()
            guard take(sign: ")") else { throw unexpected("')'") }
            return node
        }
        if case .word(let word) = token.kind, word.lowercased() == "exists" {
            advance()
            let hasBracket = take(sign: "(")
            let path = try path()
            if hasBracket, !take(sign: ")") { throw unexpected("')'") }
            return .exists(path)
        }
        let left = try operand()
        guard let comparison = takeComparison() else {
            if case .path(let path) = left { return .holds(path) }
            throw unexpected("a comparison such as = or >")
        }
        return .compare(left, comparison, try operand())
    }

    private mutating func takeComparison() -> EventCondition.Comparison? {
        guard case .sign(let sign) = token.kind, let comparison = EventCondition.Comparison(rawValue: sign == "=" ? "==" : sign)
        else { return nil }
        advance()
        return comparison
    }

    private mutating func operand() throws(ConditionFault) -> EventCondition.Operand {
        switch token.kind {
        case .text(let text):
            advance()
            return .value(.string(text))
        case .number(let number):
            advance()
            return .value(.number(number))
        case .word("true"), .word("false"), .word("null"):
            defer { advance() }
            return .value(token.kind == .word("null") ? .null : .bool(token.kind == .word("true")))
        default: return .path(try path())
        }
    }

    private mutating func path() throws(ConditionFault) -> EventCondition.Path {
        guard case .word(let root) = token.kind else { throw unexpected("a value, or a path such as data.total") }
        guard ConditionSubject.isRoot(root) else {
            throw ConditionFault("'\(root)' is no attribute; paths into the data begin with data, texts are quoted", column: token.column)
        }
        advance()
        var steps: [EventCondition.Path.Step] = []
        while root == "data", token.kind == .sign(".") || token.kind == .sign("[") {
            steps.append(take(sign: ".") ? try key() : try subscripted())
        }
        if root == "data" { readsData = true }
        return EventCondition.Path(root: root, steps: steps)
    }

    private mutating func key() throws(ConditionFault) -> EventCondition.Path.Step {
        switch token.kind {
        case .word(let name), .text(let name):
            advance()
            return .key(name)
        default: throw unexpected("a name after the dot")
        }
    }

    private mutating func subscripted() throws(ConditionFault) -> EventCondition.Path.Step {
        advance()
        let step: EventCondition.Path.Step
        switch token.kind {
        case .text(let name): step = .key(name)
        case .number(let number):
            guard let place = number.int64, place >= 0 else { throw ConditionFault("an index is a whole number", column: token.column) }
            step = .index(Int(place))
        default: throw unexpected("an index or a name in quotes")
        }
        advance()
        guard take(sign: "]") else { throw unexpected("']'") }
        return step
    }
}
