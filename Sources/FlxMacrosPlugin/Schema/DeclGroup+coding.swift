import SwiftParser
import SwiftSyntax

extension DeclGroupSyntax {
    /// The keys that an enum inside of the type gives to names; nil if there is none of that name.
    func codingKeys(_ name: String) -> [String: String]? {
        let keys = memberBlock.members.lazy.compactMap { $0.decl.as(EnumDeclSyntax.self) }.first { $0.name.text == name }
        let elements = keys?.memberBlock.members.compactMap { $0.decl.as(EnumCaseDeclSyntax.self) }.flatMap(\.elements)
        return elements.map { elements in
            let pairs = elements.map { element in
                let bare = element.name.text.filter { $0 != "`" }
                return (bare, element.rawValue?.value.as(StringLiteralExprSyntax.self)?.representedLiteralValue ?? bare)
            }
            return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        }
    }

    /// Reports a method by which the type writes itself, since a macro cannot see what that writes.
    func checkEncoding(problems: inout Problems) {
        for function in memberBlock.members.compactMap({ $0.decl.as(FunctionDeclSyntax.self) }) {
            let parameters = function.signature.parameterClause.parameters
            guard ["encode", "write"].contains(function.name.text), parameters.count == 1, parameters.first?.firstName.text == "to" else {
                continue
            }
            problems.report(
                "a macro cannot see what '\(function.name.text)(to:)' writes: say the schema by a static 'jsonSchema' of your own",
                at: function.name)
        }
    }
}

extension IfConfigDeclSyntax {
    /// Whether one of the clauses declares a case.
    var holdsCase: Bool {
        clauses.contains { clause in
            guard case .decls(let members) = clause.elements else { return false }
            return members.contains { $0.decl.is(EnumCaseDeclSyntax.self) }
        }
    }
}

extension TypeSyntax {
    /// Reports a type that the schema of a type would be asked for by itself, without an end.
    func check(holdsNot owner: TokenSyntax, problems: inout Problems) {
        let finder = NameFinder([owner.text, "Self"])
        finder.walk(self)
        guard let found = finder.found else { return }
        problems.report("a type that holds itself has no end: say the schema by a static 'jsonSchema' of your own", at: found)
    }
}

/// Finds a type by its name where it stands alone, and not after that of a module or of another type.
private final class NameFinder: SyntaxVisitor {
    private let names: Set<String>
    private(set) var found: IdentifierTypeSyntax?

    init(_ names: Set<String>) {
        self.names = names
        super.init(viewMode: .sourceAccurate)
    }

    override func visit(_ node: IdentifierTypeSyntax) -> SyntaxVisitorContinueKind {
        if found == nil, names.contains(node.name.text), node.parent?.is(MemberTypeSyntax.self) != true { found = node }
        return .visitChildren
    }
}
