import SwiftSyntax
import SwiftSyntaxMacros

/// `@EventHandlers`: the methods of a type that carry `@Handles` become handlers.
///
/// The list stands in the type, where the types of events are in sight even if they are nested beside it.
enum EventHandlersMacro: MemberMacro, ExtensionMacro {
    static func expansion(
        of node: AttributeSyntax, providingMembersOf declaration: some DeclGroupSyntax, conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        var problems = Problems()
        let model = HandlersModel(node, on: declaration, within: context.lexicalContext, problems: &problems)
        problems.emit(in: context)
        return model.map { [$0.list] } ?? []
    }

    static func expansion(
        of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax, providingExtensionsOf type: some TypeSyntaxProtocol,
        conformingTo protocols: [TypeSyntax], in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        // The members' expansion has told of the problems.
        var problems = Problems()
        let model = HandlersModel(node, on: declaration, within: context.lexicalContext, problems: &problems)
        return try model.map { [try $0.conformance(of: type, declaring: protocols)] } ?? []
    }
}
