import SwiftSyntax

extension DeclGroupSyntax {
    /// True if the macro sees that a value can be made without arguments.
    var isMadeWithoutArguments: Bool {
        guard self.is(StructDeclSyntax.self) || self.is(ClassDeclSyntax.self) || self.is(ActorDeclSyntax.self) else { return false }
        // An initializer that is not in every build is none to rely on.
        if memberBlock.members.contains(where: { $0.decl.as(InitializerDeclSyntax.self)?.isPlain ?? false }) { return true }
        return memberBlock.members.inAnyBuild.allSatisfy { member in
            !member.is(InitializerDeclSyntax.self) && member.as(VariableDeclSyntax.self)?.hasValues ?? true
        }
    }

    /// The methods in the body that a macro acts on. One that is not in every build cannot be acted on.
    func methods(where isMeant: (FunctionDeclSyntax) -> Bool, problems: inout Problems) -> [FunctionDeclSyntax] {
        for conditional in memberBlock.members.compactMap({ $0.decl.as(IfConfigDeclSyntax.self) }) {
            for method in conditional.declarations.compactMap({ $0.as(FunctionDeclSyntax.self) }) where isMeant(method) {
                problems.report("'\(method.name.text)' cannot handle events under '#if': put the condition inside of it", at: method.name)
            }
        }
        return memberBlock.members.compactMap { $0.decl.as(FunctionDeclSyntax.self) }.filter(isMeant)
    }

    /// Returns true if a variable or constant with a name is declared in the type.
    func declaresVariable(_ name: String) -> Bool {
        memberBlock.members.compactMap { $0.decl.as(VariableDeclSyntax.self) }.flatMap(\.bindings).contains { binding in
            binding.pattern.as(IdentifierPatternSyntax.self)?.identifier.text == name
        }
    }

    /// True if the type says by an attribute that it lives on a global actor.
    var isOnGlobalActor: Bool { attributes.namesGlobalActor }
}

extension MemberBlockItemListSyntax {
    /// The declarations, those under `#if` among them.
    var inAnyBuild: [DeclSyntax] { flatMap { $0.decl.as(IfConfigDeclSyntax.self)?.declarations ?? [$0.decl] } }
}

extension IfConfigDeclSyntax {
    /// The members that it declares in one build or another.
    var declarations: [DeclSyntax] {
        clauses.flatMap { clause -> [DeclSyntax] in
            guard case .decls(let members) = clause.elements else { return [] }
            return members.inAnyBuild
        }
    }
}

extension AttributeListSyntax {
    /// True if one of the attributes is a global actor, by the convention of its name.
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
    /// Neither failing, throwing nor waiting, on no global actor, and without arguments.
    fileprivate var isPlain: Bool {
        optionalMark == nil && signature.effectSpecifiers == nil && !attributes.namesGlobalActor
            && signature.parameterClause.parameters.allSatisfy { $0.defaultValue != nil }
    }
}

extension VariableDeclSyntax {
    /// True if everything declared here that is stored in the value has a value from the start.
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
