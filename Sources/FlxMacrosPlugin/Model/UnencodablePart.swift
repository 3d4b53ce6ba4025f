import SwiftSyntax

/// The first part of a type for which no JSON form can exist, whatever the names in it mean.
struct UnencodablePart {
    let node: Syntax
    /// The name of the part, with its article.
    let phrase: String

    /// Looks for such a part; nil if there is none.
    init?(in type: TypeSyntax) {
        let finder = Finder(viewMode: .sourceAccurate)
        finder.walk(type)
        guard let found = finder.found else { return nil }
        self = found
    }

    private init(_ node: some SyntaxProtocol, _ phrase: String) {
        self.node = Syntax(node)
        self.phrase = phrase
    }

    private final class Finder: SyntaxVisitor {
        var found: UnencodablePart?

        private func find(_ node: some SyntaxProtocol, _ phrase: String) -> SyntaxVisitorContinueKind {
            if found == nil { found = UnencodablePart(node, phrase) }
            return .skipChildren
        }

        override func visit(_ node: FunctionTypeSyntax) -> SyntaxVisitorContinueKind { find(node, "a function") }

        override func visit(_ node: TupleTypeSyntax) -> SyntaxVisitorContinueKind {
            node.elements.count == 1 ? .visitChildren : find(node, "a tuple")
        }

        override func visit(_ node: SomeOrAnyTypeSyntax) -> SyntaxVisitorContinueKind {
            // `(any P)?` is told of as a whole, not as a parenthesis.
            find(node, "the type '\(node.trimmedDescription)'")
        }

        override func visit(_ node: CompositionTypeSyntax) -> SyntaxVisitorContinueKind {
            find(node, "the type '\(node.trimmedDescription)'")
        }

        override func visit(_ node: MetatypeTypeSyntax) -> SyntaxVisitorContinueKind { find(node, "a metatype") }

        override func visit(_ node: IdentifierTypeSyntax) -> SyntaxVisitorContinueKind {
            ["Any", "AnyObject", "Void", "Never"].contains(node.name.text)
                ? find(node, "the type '\(node.name.text)'") : .visitChildren
        }
    }
}
