import SwiftSyntax
import SwiftSyntaxMacros

/// `@Handles`: a mark on a method, which `@EventHandlers` on the type reads.
enum HandlesMacro: PeerMacro {
    static func expansion(
        of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol, in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        var problems = Problems()
        let owner = context.lexicalContext.first?.asProtocol((any DeclGroupSyntax).self)
        if !declaration.is(FunctionDeclSyntax.self) {
            problems.report("@Handles stands on a method", at: node)
        } else if owner?.attributes.named("EventHandlers").isEmpty ?? true {
            problems.report("@Handles does nothing here: the method must stand in the body of a type with @EventHandlers", at: node)
        }
        problems.emit(in: context)
        return []
    }
}
