import SwiftDiagnostics
import SwiftSyntax

extension DeclGroupSyntax {
    /// The access that members need to be as visible as the type: `public `, `package `, `@usableFromInline ` or nothing.
    ///
    /// A type without access of its own in an extension has that of the extension.
    func memberAccess(within outer: [Syntax]) -> String {
        let surroundings = modifiers.saysAccess ? nil : outer.first?.as(ExtensionDeclSyntax.self)?.modifiers
        let modifiers = surroundings ?? self.modifiers
        if modifiers.contains(.public, .open) { return "public " }
        if modifiers.contains(.package) { return "package " }
        return attributes.named("usableFromInline").isEmpty ? "" : "@usableFromInline "
    }

    /// Reports a type that the extension of a macro, which stands at the top of the file, cannot reach or cannot fill.
    func checkPlace(within outer: [Syntax], problems: inout Problems) {
        let groups = outer.compactMap { $0.asProtocol((any DeclGroupSyntax).self) }
        if groups.count < outer.count {
            problems.report("a type inside of a function cannot have its conformance outside: move the type out", at: introducer)
        } else if groups.contains(where: { $0.isGeneric }) {
            problems.report("a type inside of a generic type has no name of its own: move the type out", at: introducer)
        } else if let hidden = groups.dropLast().first(where: { $0.modifiers.contains(.private) }) {
            problems.report(
                "'\(hidden.plainName)' around the type is private inside of another, and the conformance stands outside: make "
                    + "'\(hidden.plainName)' fileprivate", at: introducer)
        }
        guard !outer.isEmpty, let access = modifiers.first(where: { $0.name.tokenKind == .keyword(.private) }) else { return }
        problems.report(
            "a private type inside of another cannot have its conformance outside", at: access,
            fixes: [.replace("make it fileprivate", access, with: access.with(\.name.tokenKind, .keyword(.fileprivate)))])
    }

    /// True if the type declares generic parameters, or extends a type that has some as far as one sees that here.
    var isGeneric: Bool {
        if let type = self.as(ExtensionDeclSyntax.self) {
            return type.genericWhereClause != nil || type.extendedType.isKnownGeneric
        }
        return self.asProtocol((any WithGenericParametersSyntax).self)?.genericParameterClause != nil
    }

    private var plainName: String {
        self.asProtocol((any NamedDeclSyntax).self)?.name.text
            ?? self.as(ExtensionDeclSyntax.self)?.extendedType.trimmedDescription ?? introducer.text
    }
}

extension TypeSyntax {
    /// True if the type has generic arguments, or is one of the standard library that has parameters.
    fileprivate var isKnownGeneric: Bool {
        guard let type = self.as(IdentifierTypeSyntax.self) else { return !self.is(MemberTypeSyntax.self) }
        return type.genericArgumentClause != nil
            || ["Array", "ArraySlice", "ClosedRange", "Dictionary", "Optional", "Range", "Result", "Set"].contains(type.name.text)
    }
}

extension DeclModifierListSyntax {
    /// Returns true if one of the modifiers is there.
    func contains(_ keywords: Keyword...) -> Bool { first(of: keywords) != nil }

    /// The access that is said here of the whole, with a space after it; nil if none is.
    var access: String? { first(of: [.private, .fileprivate, .internal, .package, .public, .open]).map { "\($0.name.text) " } }

    fileprivate var saysAccess: Bool { contains(.public, .open, .package, .internal, .fileprivate, .private) }

    /// A modifier that says nothing of a part, as `private(set)` does.
    private func first(of keywords: [Keyword]) -> DeclModifierSyntax? {
        first { modifier in modifier.detail == nil && keywords.contains { modifier.name.tokenKind == .keyword($0) } }
    }
}
