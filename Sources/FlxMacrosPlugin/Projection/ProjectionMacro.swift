import SwiftSyntax
import SwiftSyntaxMacros

/// `@Projection`: a struct with methods `on(_:)` becomes a `Projection`.
///
/// The dispatch stands in the struct, where the types of events are in sight even if they are nested beside it.
enum ProjectionMacro: MemberMacro, ExtensionMacro {
    static func expansion(
        of node: AttributeSyntax, providingMembersOf declaration: some DeclGroupSyntax, conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        var problems = Problems()
        let model = ProjectionModel(node, on: declaration, within: context.lexicalContext, problems: &problems)
        problems.emit(in: context)
        return model?.members ?? []
    }

    static func expansion(
        of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax, providingExtensionsOf type: some TypeSyntaxProtocol,
        conformingTo protocols: [TypeSyntax], in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        // The members' expansion has told of the problems.
        var problems = Problems()
        let model = ProjectionModel(node, on: declaration, within: context.lexicalContext, problems: &problems)
        return try model.map { [try $0.conformance(of: type, declaring: protocols)] } ?? []
    }
}
