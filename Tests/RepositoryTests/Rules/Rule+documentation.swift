extension Rule {
    /// Requirements of the standard library's protocols carry its documentation.
    private static let inherited: Set = [
        "hash", "encode", "makeIterator", "makeAsyncIterator", "next", "==", "<", "description", "debugDescription", "Element",
        "AsyncIterator",
    ]
    /// The labels by which an initializer is one of the standard library's.
    private static let inheritedLabels: Set<Substring> = [
        "from", "stringLiteral", "integerLiteral", "floatLiteral", "booleanLiteral", "nilLiteral", "arrayLiteral", "dictionaryLiteral",
        "rawValue",
    ]

    static let documentation = Rule(name: "every public symbol is documented") { tree in
        tree.sources.flatMap { file in
            file.declarations.filter { file.isPublicSymbol($0) && !file.isDocumented($0) }.filter { declaration in
                !inherited.contains(declaration.name) && !inheritedLabels.contains(file.firstLabel(of: declaration))
            }
            .map { file.violation($0.line, "public \($0.keyword) `\($0.name)` has no `///`: say what it promises") }
        }
    }
}

extension SourceFile {
    /// Whether users of the target can name the declaration: it says so, or its public enum, protocol or extension says it for it.
    func isPublicSymbol(_ declaration: Declaration) -> Bool {
        guard declaration.keyword != "extension", declaration.keyword != "deinit" else { return false }
        let containers = outline.containers(of: declaration)
        guard containers.allSatisfy({ $0.saysPublic || $0.keyword == "extension" }) else { return false }
        if declaration.saysPublic { return true }
        guard let container = containers.first, container.saysPublic else { return false }
        let saysLess = !declaration.modifiers.isDisjoint(with: ["private", "fileprivate", "internal", "package"])
        switch container.keyword {
        case "protocol", "extension": return !saysLess
        case "enum": return declaration.keyword == "case"
        default: return false
        }
    }

    func isDocumented(_ declaration: Declaration) -> Bool {
        guard declaration.line > 1 else { return false }
        let above = lines[declaration.line - 2].drop { $0 == " " }
        return above.hasPrefix("///") || above.hasSuffix("*/")
    }

    /// The first argument label of an initializer; empty for everything else.
    func firstLabel(of declaration: Declaration) -> Substring {
        guard declaration.keyword == "init",
            let start = tokens.firstIndex(where: { $0.line >= declaration.line && $0.text == "init" }), start + 2 < tokens.count
        else { return "" }
        return tokens[start + 2].text
    }
}
