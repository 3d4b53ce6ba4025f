import SwiftSyntax
import SwiftSyntaxBuilder

/// The type of a `@Schema`, as the macro sees it: the access of its member, and the expression that makes its schema.
struct SchemaModel {
    private let access: String
    /// What the conformance needs from the type and from around it.
    let surroundings: Surroundings
    private let expression: String

    /// Reads the type; nil if something is wrong with it, which is then among the problems.
    init?(_ attribute: AttributeSyntax, on declaration: some DeclGroupSyntax, within outer: [Syntax], problems: inout Problems) {
        access = declaration.memberAccess(within: outer)
        surroundings = Surroundings(of: declaration, within: outer)
        declaration.checkMakesNothing(of: .schema, beside: attribute, problems: &problems)
        declaration.checkPlace(within: outer, problems: &problems)
        declaration.checkEncoding(problems: &problems)
        if let structure = declaration.as(StructDeclSyntax.self) {
            expression = structure.schemaExpression(problems: &problems)
        } else if let choice = declaration.as(EnumDeclSyntax.self) {
            expression = choice.schemaExpression(problems: &problems)
        } else {
            problems.report("@Schema needs a struct or an enum: what stands in a payload is a value", at: declaration.introducer)
            return nil
        }
        guard problems.diagnostics.isEmpty else { return nil }
    }

    /// The schema. It is made whenever it is asked for, so that generic types have one too.
    var member: DeclSyntax {
        "\(raw: access)nonisolated static var jsonSchema: FlxCore.EventValue { FlxEvents.PayloadSchema.\(raw: expression) }"
    }
}

extension StructDeclSyntax {
    fileprivate func schemaExpression(problems: inout Problems) -> String {
        let keys = codingKeys("CodingKeys", problems: &problems)
        let isLenient = declaresReading
        var fields: [String] = []
        for property in StoredProperty.all(in: memberBlock.members, fixed: true, problems: &problems) {
            guard let key = keys == nil ? property.bareName : keys?[property.bareName] else { continue }
            // A constant with a value is written, and not read.
            let isFixed = property.isConstant && property.initialValue != nil
            let hasDefault = isLenient && property.valueAtStart != nil
            fields.append(
                property.schemaField(key, isRequired: !property.isOptional && !hasDefault && !isFixed, saysDefault: hasDefault))
        }
        return raw(documentationText, or: "object(\(arguments(documentationText, fields)))")
    }

    /// True if it reads itself in its own way.
    private var declaresReading: Bool {
        memberBlock.members.contains { member in
            let parameters = member.decl.as(InitializerDeclSyntax.self)?.signature.parameterClause.parameters
            return parameters?.count == 1 && ["from", "json"].contains(parameters?.first?.firstName.text)
        }
    }
}

extension EnumDeclSyntax {
    fileprivate func schemaExpression(problems: inout Problems) -> String {
        for conditional in memberBlock.members.compactMap({ $0.decl.as(IfConfigDeclSyntax.self) })
        where conditional.declarations.contains(where: { $0.is(EnumCaseDeclSyntax.self) }) {
            problems.report("a case cannot stand under '#if': give it a place in every build", at: conditional)
        }
        let declarations = memberBlock.members.compactMap { $0.decl.as(EnumCaseDeclSyntax.self) }
        let keys = codingKeys("CodingKeys", problems: &problems)
        var alternatives: [String] = []
        for declaration in declarations {
            for element in declaration.elements {
                let name = element.name.text.filter { $0 != "`" }
                guard let key = keys == nil ? name : keys?[name] else { continue }
                let fields = fields(of: element, problems: &problems)
                alternatives.append(".choice(\(arguments(declaration.documentationText, fields, first: literal(key))))")
            }
        }
        let elements = declarations.flatMap(\.elements)
        let isPlain = elements.allSatisfy { $0.parameterClause == nil }
        let cases = isPlain ? elements.map { "Self.\($0.name.trimmedDescription)" } : []
        return raw(documentationText, cases: cases, or: "oneOf(\(arguments(documentationText, alternatives)))")
    }

    /// The associated values of a case: under their labels, or under their numbers.
    private func fields(of element: EnumCaseElementSyntax, problems: inout Problems) -> [String] {
        let bare = element.name.text.filter { $0 != "`" }
        let keys = codingKeys(bare.prefix(1).uppercased() + bare.dropFirst() + "CodingKeys", problems: &problems)
        var fields: [String] = []
        for (index, parameter) in (element.parameterClause?.parameters ?? []).enumerated() {
            let label = parameter.firstName.flatMap { $0.tokenKind == .wildcard ? nil : $0.text.filter { $0 != "`" } } ?? "_\(index)"
            guard let key = keys == nil ? label : keys?[label] else { continue }
            if let part = UnencodablePart(in: parameter.type) {
                problems.report("'\(label)' cannot be encoded: \(part.phrase) has no JSON form", at: part.node)
            }
            let value = StoredProperty(name: label, type: parameter.type)
            fields.append(value.schemaField(key, isRequired: !value.isOptional, saysDefault: false))
        }
        return fields
    }
}

/// The schema of a type as its raw values, which the program knows, or another one. A plain `Self` stands for the type, generic or not.
private func raw(_ description: String?, cases: [String] = [], or other: String) -> String {
    let values = cases.isEmpty ? [] : ["cases: [\(cases.joined(separator: ", "))]"]
    let arguments = ["Self.self"] + (description.map { [literal($0)] } ?? []) + values + ["or: FlxEvents.PayloadSchema.\(other)"]
    return "raw(\(arguments.joined(separator: ", ")))"
}

/// The arguments of a call: a description, which stands as nil where others follow, and the others.
private func arguments(_ description: String?, _ others: [String], first: String? = nil) -> String {
    ([first, description.map(literal) ?? (others.isEmpty ? nil : "nil")].compactMap { $0 } + others).joined(separator: ", ")
}
