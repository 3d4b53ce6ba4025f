import SwiftSyntax
import SwiftSyntaxMacros

/// `@Event`: a struct becomes a `DomainEvent`.
///
/// The initializers and the schema stand in the struct, where the types of its properties are in sight even if they are nested beside
/// it; all else stands in an extension.
enum EventMacro: MemberMacro, ExtensionMacro {
    static func expansion(
        of node: AttributeSyntax, providingMembersOf declaration: some DeclGroupSyntax, conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        var problems = Problems()
        let model = EventModel(node, on: declaration, within: context.lexicalContext, problems: &problems)
        problems.emit(in: context)
        guard let model else { return [] }
        var members = model.hasInitializer ? [] : [model.memberwiseInitializer] + model.initialValues
        members += [model.readingInitializer, model.categoryMember]
        if !model.hasSchema { members.append(model.schemaMember) }
        return members
    }

    static func expansion(
        of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax, providingExtensionsOf type: some TypeSyntaxProtocol,
        conformingTo protocols: [TypeSyntax], in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        // The members' expansion has told of the problems.
        var problems = Problems()
        let model = EventModel(node, on: declaration, within: context.lexicalContext, problems: &problems)
        return try model.map { [try $0.conformance(of: type, declaring: protocols)] } ?? []
    }
}
