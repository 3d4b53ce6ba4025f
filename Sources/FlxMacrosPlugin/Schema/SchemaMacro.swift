import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// `@Schema`: a struct or an enum that stands in payloads becomes `SchemaDescribed`.
enum SchemaMacro: MemberMacro, ExtensionMacro {
    static func expansion(
        of node: AttributeSyntax, providingMembersOf declaration: some DeclGroupSyntax, conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        var problems = Problems()
        let model = SchemaModel(node, on: declaration, within: context.lexicalContext, problems: &problems)
        problems.emit(in: context)
        return model.map { [$0.member] } ?? []
    }

    static func expansion(
        of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax, providingExtensionsOf type: some TypeSyntaxProtocol,
        conformingTo protocols: [TypeSyntax], in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        // The member's expansion has told of the problems.
        var problems = Problems()
        let model = SchemaModel(node, on: declaration, within: context.lexicalContext, problems: &problems)
        guard let model, !protocols.isEmpty else { return [] }
        let attributes = model.surroundings.attributes
        return [try ExtensionDeclSyntax("\(raw: attributes)nonisolated extension \(type.trimmed): FlxEvents.SchemaDescribed {}")]
    }
}
