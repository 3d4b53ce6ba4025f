import SwiftDiagnostics
import SwiftSyntax

/// The struct of an `@Event`, as the macro sees it.
struct EventModel {
    /// The form of the keys of the payload, made from the names of properties.
    enum KeyStyle: String {
        case asWritten
        case snakeCase
    }

    /// The access of the members that are made: `public `, `package `, `@usableFromInline ` or nothing.
    let access: String
    /// What the conformance needs from the type and from around it.
    let surroundings: Surroundings
    /// The arguments of the attribute.
    let arguments: EventArguments
    /// The properties, in order.
    let properties: [StoredProperty]
    /// The fields of the payload, in order: all properties, or those that `CodingKeys` names.
    let fields: [EventField]
    /// The struct has an initializer of its own.
    let hasInitializer: Bool
    /// The struct has a schema of its own.
    let hasSchema: Bool
    /// The text of the struct's documentation comment.
    let documentation: String?

    /// Reads the struct; nil if something is wrong with it, which is then among the problems.
    init?(_ attribute: AttributeSyntax, on declaration: some DeclGroupSyntax, within outer: [Syntax], problems: inout Problems) {
        guard let structure = declaration.as(StructDeclSyntax.self) else {
            problems.report(
                "@Event needs a struct: an event is a value that never changes", at: declaration.introducer,
                fixes: declaration.structFix.map { [$0] } ?? [])
            return nil
        }
        if let generics = structure.genericParameterClause {
            problems.report("@Event cannot stand on a generic struct: one name stands for one type", at: generics)
        }
        structure.checkPlace(within: outer, problems: &problems)
        structure.checkMakesNothing(of: .event, beside: attribute, problems: &problems)
        access = structure.memberAccess(within: outer)
        surroundings = Surroundings(of: structure, within: outer)
        arguments = EventArguments(attribute, on: structure.name, problems: &problems)
        properties = StoredProperty.all(in: structure.memberBlock.members, problems: &problems)
        fields = structure.eventFields(of: properties, arguments, problems: &problems)
        hasInitializer = structure.memberBlock.members.contains { $0.decl.is(InitializerDeclSyntax.self) }
        hasSchema = structure.memberBlock.members.contains { $0.decl.as(VariableDeclSyntax.self)?.isStaticSchema ?? false }
        documentation = structure.documentationText
        structure.checkNames(problems: &problems)
        guard problems.diagnostics.isEmpty else { return nil }
    }
}

extension VariableDeclSyntax {
    /// True if it is `static let schema`, or a variable of that name.
    fileprivate var isStaticSchema: Bool {
        modifiers.contains(.static) && bindings.contains { $0.pattern.trimmedDescription == "schema" }
    }
}

extension DeclGroupSyntax {
    /// The change that makes a struct of a class.
    fileprivate var structFix: FixIt? {
        guard let declaration = self.as(ClassDeclSyntax.self) else { return nil }
        var keyword = declaration.classKeyword.with(\.tokenKind, .keyword(.struct))
        var modifiers = declaration.modifiers.filter { $0.name.tokenKind != .keyword(.final) }
        if modifiers.isEmpty, !declaration.modifiers.isEmpty {
            keyword.leadingTrivia = declaration.modifiers.leadingTrivia
        } else {
            modifiers.leadingTrivia = declaration.modifiers.leadingTrivia
        }
        return FixIt(
            message: Message("make it a struct"),
            changes: [
                .replace(oldNode: Syntax(declaration.modifiers), newNode: Syntax(modifiers)),
                .replace(oldNode: Syntax(declaration.classKeyword), newNode: Syntax(keyword)),
            ])
    }
}
