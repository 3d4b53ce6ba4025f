import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxBuilder

extension StoredProperty {
    /// Reads the properties of a struct that have a place in the payload, in order.
    ///
    /// What is computed, static or lazy has none.
    /// - Parameter fixed: Whether constants with a value have a place too, if their type is in sight.
    static func all(in members: MemberBlockItemListSyntax, fixed: Bool = false, problems: inout Problems) -> [StoredProperty] {
        var properties: [StoredProperty] = []
        for member in members {
            if let variable = member.decl.as(VariableDeclSyntax.self) {
                properties += read(variable, fixed: fixed, problems: &problems)
            } else if let conditional = member.decl.as(IfConfigDeclSyntax.self), conditional.holdsStoredProperty {
                problems.report("a stored property of an event cannot stand under '#if': give it a place in every build", at: conditional)
            }
        }
        return properties
    }

    private static func read(_ variable: VariableDeclSyntax, fixed: Bool, problems: inout Problems) -> [StoredProperty] {
        guard !variable.isOutsideOfValue else { return [] }
        var properties: [StoredProperty] = []
        var annotation: TypeSyntax?
        // In `var a, b: Int` the annotation stands at the last name and holds for those before it.
        for binding in variable.bindings.reversed() {
            if binding.initializer != nil { annotation = nil }
            if let type = binding.typeAnnotation?.type { annotation = type }
            let isConstant = variable.bindingSpecifier.tokenKind == .keyword(.let)
            guard binding.isStored else { continue }
            if isConstant, let value = binding.initializer?.value, !fixed || (annotation ?? value.literalType) == nil { continue }
            guard var property = read(binding, annotation, isConstant: isConstant, problems: &problems) else { continue }
            property.access = variable.modifiers.access
            property.documentation = variable.documentationText
            property.constraints = variable.attributes.named("Constraint").flatMap(\.argumentTexts)
            properties.append(property)
        }
        return properties.reversed()
    }

    private static func read(
        _ binding: PatternBindingSyntax, _ annotation: TypeSyntax?, isConstant: Bool, problems: inout Problems
    ) -> StoredProperty? {
        guard let pattern = binding.pattern.as(IdentifierPatternSyntax.self) else {
            problems.report("an event's properties are declared one by one, not as a tuple", at: binding.pattern)
            return nil
        }
        let name = pattern.identifier.trimmed.text
        guard let type = annotation ?? binding.initializer?.value.literalType else {
            let annotated = binding.with(\.pattern, binding.pattern.trimmed)
                .with(\.typeAnnotation, TypeAnnotationSyntax(type: TypeSyntax(" <#Type#>"), trailingTrivia: binding.pattern.trailingTrivia))
            problems.report(
                "'\(name)' needs a type annotation: a macro sees the text of an initial value, not its type", at: pattern,
                fixes: [.replace("add a type annotation", binding, with: annotated)])
            return nil
        }
        if let part = UnencodablePart(in: type) {
            problems.report(
                "'\(name)' cannot be encoded: \(part.phrase) has no JSON form; use a type that is JSONCodable or Codable", at: part.node)
            return nil
        }
        return StoredProperty(name: name, pattern: pattern, type: type, initialValue: binding.initializer?.value, isConstant: isConstant)
    }
}

extension PatternBindingSyntax {
    /// True if the binding keeps a value: it has no accessors but observers.
    var isStored: Bool {
        guard let accessorBlock else { return true }
        guard case .accessors(let accessors) = accessorBlock.accessors else { return false }
        return accessors.allSatisfy { [.keyword(.willSet), .keyword(.didSet)].contains($0.accessorSpecifier.tokenKind) }
    }
}

extension VariableDeclSyntax {
    /// Returns true for a property that belongs to the type, or is made when it is first asked for: it has no place in a payload.
    var isOutsideOfValue: Bool { modifiers.contains(.static, .class, .lazy) }
}

extension IfConfigDeclSyntax {
    /// True if one of the clauses declares a property that keeps a value.
    fileprivate var holdsStoredProperty: Bool {
        declarations.compactMap { $0.as(VariableDeclSyntax.self) }.contains { variable in
            !variable.isOutsideOfValue && variable.bindings.contains(where: \.isStored)
        }
    }
}

extension ExprSyntax {
    /// The type that the language gives a literal; nil for every other expression.
    fileprivate var literalType: TypeSyntax? {
        if let prefixed = self.as(PrefixOperatorExprSyntax.self), prefixed.operator.text == "-" { return prefixed.expression.literalType }
        return switch kind {
        case .integerLiteralExpr: "Int"
        case .floatLiteralExpr: "Double"
        case .stringLiteralExpr: "String"
        case .booleanLiteralExpr: "Bool"
        default: nil
        }
    }
}
