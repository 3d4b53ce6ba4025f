import SwiftDiagnostics
import SwiftSyntax

extension DeclGroupSyntax {
    /// Whether the macro sees that a value can be made without arguments.
    var isMadeWithoutArguments: Bool {
        guard self.is(StructDeclSyntax.self) || self.is(ClassDeclSyntax.self) || self.is(ActorDeclSyntax.self) else { return false }
        let initializers = memberBlock.members.compactMap { $0.decl.as(InitializerDeclSyntax.self) }
        guard initializers.isEmpty else { return initializers.contains(where: \.isPlain) }
        return memberBlock.members.allSatisfy { $0.decl.as(VariableDeclSyntax.self)?.hasValues ?? true }
    }

    /// The methods in the body that a macro acts on. One that is not in every build cannot be acted on.
    func methods(where isMeant: (FunctionDeclSyntax) -> Bool, problems: inout Problems) -> [FunctionDeclSyntax] {
        for conditional in memberBlock.members.compactMap({ $0.decl.as(IfConfigDeclSyntax.self) }) {
            for clause in conditional.clauses {
                guard case .decls(let members) = clause.elements,
                    let method = members.lazy.compactMap({ $0.decl.as(FunctionDeclSyntax.self) }).first(where: isMeant)
                else { continue }
                problems.report("'\(method.name.text)' cannot handle events under '#if': put the condition inside of it", at: method.name)
            }
        }
        return memberBlock.members.compactMap { $0.decl.as(FunctionDeclSyntax.self) }.filter(isMeant)
    }

    /// Whether a variable or constant with a name is declared in the type.
    func declaresVariable(_ name: String) -> Bool {
        memberBlock.members.compactMap { $0.decl.as(VariableDeclSyntax.self) }.flatMap(\.bindings).contains { binding in
            binding.pattern.as(IdentifierPatternSyntax.self)?.identifier.text == name
        }
    }

    /// Whether the type says by an attribute that it lives on a global actor.
    var isOnGlobalActor: Bool { attributes.namesGlobalActor }

    /// Reports a type that the extension of a macro, which stands at the top of the file, cannot reach or cannot fill.
    func checkPlace(within outer: [Syntax], problems: inout Problems) {
        let groups = outer.compactMap { $0.asProtocol((any DeclGroupSyntax).self) }
        if groups.count < outer.count {
            problems.report("a type inside of a function cannot have its conformance outside: move the type out", at: introducer)
        } else if groups.contains(where: { $0.isGeneric }) {
            problems.report("a type inside of a generic type has no name of its own: move the type out", at: introducer)
        }
        guard !outer.isEmpty, let access = modifiers.first(where: { $0.name.tokenKind == .keyword(.private) }) else { return }
        problems.report(
            "a private type inside of another cannot have its conformance outside", at: access,
            fixes: [.replace("make it fileprivate", access, with: access.with(\.name.tokenKind, .keyword(.fileprivate)))])
    }

    /// Whether the type declares generic parameters.
    var isGeneric: Bool {
        self.asProtocol((any WithGenericParametersSyntax).self)?.genericParameterClause != nil
    }
}

extension AttributeListSyntax {
    /// Whether one of the attributes is a global actor, by the convention of its name.
    var namesGlobalActor: Bool { names.contains { $0.hasSuffix("Actor") } }

    /// The attributes with a name, whether or not a module stands before it.
    func named(_ name: String) -> [AttributeSyntax] {
        compactMap { $0.as(AttributeSyntax.self) }.filter { $0.plainName == name }
    }

    private var names: [String] { compactMap { $0.as(AttributeSyntax.self)?.plainName } }
}

extension AttributeSyntax {
    fileprivate var plainName: String {
        attributeName.as(MemberTypeSyntax.self)?.name.text ?? attributeName.trimmedDescription
    }
}

extension InitializerDeclSyntax {
    /// Neither failing, throwing nor waiting, and without arguments.
    fileprivate var isPlain: Bool {
        optionalMark == nil && signature.effectSpecifiers == nil
            && signature.parameterClause.parameters.allSatisfy { $0.defaultValue != nil }
    }
}

extension VariableDeclSyntax {
    /// Whether everything declared here that is stored in the value has a value from the start.
    fileprivate var hasValues: Bool {
        if modifiers.contains(.static, .class, .lazy) { return true }
        let isVariable = bindingSpecifier.tokenKind == .keyword(.var)
        return bindings.allSatisfy { binding in
            let type = binding.typeAnnotation?.type
            let isOptional = type?.is(OptionalTypeSyntax.self) == true || type?.is(ImplicitlyUnwrappedOptionalTypeSyntax.self) == true
            return !binding.isStored || binding.initializer != nil || (isVariable && isOptional)
        }
    }
}
