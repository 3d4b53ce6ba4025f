import SwiftSyntax

/// The attributes that the extension of a macro, which stands at the top of the file, needs from the type and from the types around it.
struct Surroundings {
    /// The attributes, each on a line of its own: `@available` and `@_spi`.
    let attributes: String
    /// Returns true if the type is there on every version of every system. A program cannot list another one where it is not.
    let isAlwaysThere: Bool

    init(of declaration: some DeclGroupSyntax, within outer: [Syntax]) {
        let groups = outer.reversed().compactMap { $0.asProtocol((any DeclGroupSyntax).self) }
        let found = (groups.map(\.attributes) + [declaration.attributes]).flatMap { $0.named("available") + $0.named("_spi") }
        var texts: [String] = []
        for text in found.map(\.trimmedDescription) where !texts.contains(text) { texts.append(text) }
        attributes = texts.map { "\($0)\n" }.joined()
        isAlwaysThere = found.allSatisfy { !$0.isRestriction }
    }
}

extension AttributeSyntax {
    /// Returns true for `@available` with the version of a system, or `unavailable`; deprecation is none.
    fileprivate var isRestriction: Bool {
        guard case .availability(let arguments) = arguments else { return false }
        return arguments.contains { item in
            switch item.argument {
            case .availabilityVersionRestriction: true
            case .availabilityLabeledArgument(let argument): argument.label.text == "introduced"
            case .token(let token): token.text == "unavailable"
            }
        }
    }
}
