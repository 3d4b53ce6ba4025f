import SwiftSyntax
import SwiftSyntaxMacros

/// `@Constraint`: a mark on a property, which `@Event` or `@Schema` on the struct reads.
enum ConstraintMacro: PeerMacro {
    static func expansion(
        of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol, in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        var problems = Problems()
        let owner = context.lexicalContext.first?.asProtocol((any DeclGroupSyntax).self)
        let variable = declaration.as(VariableDeclSyntax.self)
        if variable == nil {
            problems.report("@Constraint stands on a property", at: node)
        } else if let variable, variable.isOutsideOfValue || !variable.bindings.contains(where: \.isStored) {
            problems.report("@Constraint does nothing here: the property has no place in the payload", at: node)
        } else if ["Event", "Schema"].allSatisfy({ owner?.attributes.named($0).isEmpty ?? true }) {
            problems.report(
                "@Constraint does nothing here: the property must stand in the body of a struct with @Event or @Schema", at: node)
        }
        problems.emit(in: context)
        return []
    }
}
