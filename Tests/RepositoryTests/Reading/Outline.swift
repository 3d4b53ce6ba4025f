/// The declarations of one Swift file in the order of their text, found by keywords and braces alone.
struct Outline {
    private(set) var declarations: [Declaration] = []

    private let tokens: [Token]
    private var scopes = [Scope()]

    /// What is known inside one open brace.
    private struct Scope {
        /// The declaration whose body the brace opened.
        var owner: Int?
        /// The round and square brackets that are open in it.
        var brackets = 0
        /// The declaration in it that still waits for its body.
        var pending: Int?
    }

    private static let keywords: Set = [
        "struct", "class", "enum", "protocol", "actor", "extension", "func", "init", "deinit", "subscript", "var", "let", "typealias",
        "associatedtype", "case", "macro",
    ]
    private static let modifiers: Set = [
        "public", "open", "package", "internal", "fileprivate", "private", "static", "class", "final", "mutating", "nonmutating",
        "nonisolated", "override", "required", "convenience", "indirect", "lazy", "weak", "unowned", "borrowing", "consuming", "prefix",
        "postfix", "infix", "dynamic", "isolated", "sending", "unsafe", "distributed",
    ]

    init(_ tokens: [Token]) {
        self.tokens = tokens
        for index in tokens.indices { read(index) }
    }

    /// The declarations that a declaration stands in, the innermost first.
    func containers(of declaration: Declaration) -> [Declaration] {
        var found: [Declaration] = []
        var next = declaration.container
        while let index = next {
            found.append(declarations[index])
            next = declarations[index].container
        }
        return found
    }

    private mutating func read(_ index: Int) {
        let top = scopes.count - 1
        switch tokens[index].text {
        case "(", "[": scopes[top].brackets += 1
        case ")", "]": scopes[top].brackets -= 1
        case "{": openBody(index)
        case "}": closeBody(index)
        case ":":
            guard let pending = scopes[top].pending, scopes[top].brackets == 0 else { return }
            declarations[pending].conforms = declarations[pending].conforms || !isWithinGenerics(index)
        default:
            if scopes[top].brackets == 0, declares(index) { declare(index) }
        }
    }

    private mutating func openBody(_ index: Int) {
        let top = scopes.count - 1
        guard scopes[top].brackets == 0, let owner = scopes[top].pending else { return scopes.append(Scope()) }
        declarations[owner].body = index + 1..<index + 1
        scopes[top].pending = nil
        scopes.append(Scope(owner: owner))
    }

    private mutating func closeBody(_ index: Int) {
        guard scopes.count > 1, let owner = scopes.removeLast().owner else { return }
        declarations[owner].body = declarations[owner].body.lowerBound..<index
        declarations[owner].lastLine = tokens[index].line
    }

    private mutating func declare(_ index: Int) {
        let (first, modifiers) = modifiers(before: index)
        let keyword = String(tokens[index].text)
        let isNamed = !["init", "deinit", "subscript"].contains(keyword)
        let declaration = Declaration(
            keyword: keyword, name: isNamed ? name(after: index) : keyword, modifiers: modifiers, line: tokens[first].line,
            lastLine: tokens[index].line, container: scopes[scopes.count - 1].owner)
        declarations.append(declaration)
        scopes[scopes.count - 1].pending = keyword == "case" ? nil : declarations.count - 1
    }
}

extension Outline {
    private func declares(_ index: Int) -> Bool {
        let keyword = String(tokens[index].text)
        guard Self.keywords.contains(keyword), index + 1 < tokens.count else { return false }
        if index > 0, tokens[index - 1].text == "." { return false }
        let next = tokens[index + 1]
        let container = scopes[scopes.count - 1].owner.map { declarations[$0] }
        switch keyword {
        case "class": return !Self.modifiers.contains(String(next.text)) && !Self.keywords.contains(String(next.text))
        case "actor", "macro": return next.isWord
        case "case": return container?.keyword == "enum"
        case "init": return container?.isType == true && ["(", "?", "!", "<"].contains(next.text)
        case "subscript": return container?.isType == true
        case "func": return true
        default: return next.isWord || next.text == "("
        }
    }

    /// The dotted name after a keyword, or the signs of an operator.
    private func name(after index: Int) -> String {
        let rest = tokens[(index + 1)...]
        guard let first = rest.first, first.isWord else {
            return rest.prefix { !$0.isWord && $0.text != "(" }.map(\.text).joined()
        }
        var name = String(first.name)
        var next = rest.startIndex + 1
        while next + 1 < tokens.count, tokens[next].text == "." {
            name += "." + tokens[next + 1].name
            next += 2
        }
        return name
    }

    /// Where the declaration of a keyword begins, and what stands before the keyword.
    private func modifiers(before index: Int) -> (first: Int, modifiers: Set<String>) {
        var first = index
        var found: Set<String> = []
        while first > 0 {
            var start = first - 1
            if tokens[start].text == ")" { start = openingBracket(of: start) - 1 }
            guard start >= 0 else { break }
            let word = String(tokens[start].text)
            guard word.hasPrefix("@") || Self.modifiers.contains(word) else { break }
            found.insert(word)
            first = start
        }
        return (first, found)
    }

    private func openingBracket(of index: Int) -> Int {
        var depth = 0
        var place = index
        while place >= 0 {
            if tokens[place].text == ")" { depth += 1 }
            if tokens[place].text == "(" { depth -= 1 }
            if depth == 0 { return place }
            place -= 1
        }
        return 0
    }

    /// Whether a colon stands between the angle brackets of a generic declaration, or after its `where`.
    private func isWithinGenerics(_ index: Int) -> Bool {
        var depth = 0
        for token in tokens[..<index].reversed() {
            switch token.text {
            case ">": depth += 1
            case "<": depth -= 1
            case "where": return true
            case "{", "}": return depth < 0
            case let word where Self.keywords.contains(String(word)): return depth < 0
            default: break
            }
        }
        return depth < 0
    }
}
