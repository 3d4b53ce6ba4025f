import SwiftSyntax
import SwiftSyntaxBuilder

/// What `@Schema` knows of the type it stands on: the access of its member, and the expression that makes its schema.
struct SchemaModel {
    private let access: String
    private let expression: String

    /// Reads the type; nil if something is wrong with it, which is then among the problems.
    init?(_ declaration: some DeclGroupSyntax, within outer: [Syntax], problems: inout Problems) {
        access = declaration.modifiers.memberAccess
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
        let keys = codingKeys("CodingKeys")
        let isLenient = declaresReading
        var fields: [String] = []
        for property in StoredProperty.all(in: memberBlock.members, problems: &problems) {
            guard let key = keys?[property.bareName] ?? (keys == nil ? property.bareName : nil) else { continue }
            property.type.check(holdsNot: name, problems: &problems)
            let hasDefault = isLenient && property.valueAtStart != nil
            fields.append(property.schemaField(key, isRequired: !property.isOptional && !hasDefault, saysDefault: hasDefault))
        }
        return "object(\(arguments(documentationText, fields)))"
    }

    /// Whether it reads itself in its own way.
    private var declaresReading: Bool {
        memberBlock.members.contains { member in
            let parameters = member.decl.as(InitializerDeclSyntax.self)?.signature.parameterClause.parameters
            return parameters?.count == 1 && ["from", "json"].contains(parameters?.first?.firstName.text)
        }
    }
}

extension EnumDeclSyntax {
    private static let rawTypes: Set = [
        "String", "Int", "Int8", "Int16", "Int32", "Int64", "UInt", "UInt8", "UInt16", "UInt32", "UInt64", "Double",
    ]

    fileprivate func schemaExpression(problems: inout Problems) -> String {
        for conditional in memberBlock.members.compactMap({ $0.decl.as(IfConfigDeclSyntax.self) }) where conditional.holdsCase {
            problems.report("a case cannot stand under '#if': give it a place in every build", at: conditional)
        }
        let declarations = memberBlock.members.compactMap { $0.decl.as(EnumCaseDeclSyntax.self) }
        if let raw = inheritanceClause?.inheritedTypes.first?.type.trimmedDescription, Self.rawTypes.contains(raw) {
            let values = declarations.flatMap(\.elements).map { "Self.\($0.name.trimmedDescription).rawValue" }
            return "values(\(documentationText.map { "\(literal($0)), " } ?? "")of: [\(values.joined(separator: ", "))])"
        }
        let keys = codingKeys("CodingKeys")
        var alternatives: [String] = []
        for declaration in declarations {
            for element in declaration.elements {
                let name = element.name.text.filter { $0 != "`" }
                guard let key = keys?[name] ?? (keys == nil ? name : nil) else { continue }
                let fields = fields(of: element, problems: &problems)
                alternatives.append(".choice(\(arguments(declaration.documentationText, fields, first: literal(key))))")
            }
        }
        return "oneOf(\(arguments(documentationText, alternatives)))"
    }

    /// The associated values of a case: under their labels, or under their numbers.
    private func fields(of element: EnumCaseElementSyntax, problems: inout Problems) -> [String] {
        let bare = element.name.text.filter { $0 != "`" }
        let keys = codingKeys(bare.prefix(1).uppercased() + bare.dropFirst() + "CodingKeys")
        var fields: [String] = []
        for (index, parameter) in (element.parameterClause?.parameters ?? []).enumerated() {
            let label = parameter.firstName.flatMap { $0.tokenKind == .wildcard ? nil : $0.text.filter { $0 != "`" } } ?? "_\(index)"
            guard let key = keys?[label] ?? (keys == nil ? label : nil) else { continue }
            parameter.type.check(holdsNot: name, problems: &problems)
            if let part = UnencodablePart(in: parameter.type) {
                problems.report("'\(label)' cannot be encoded: \(part.phrase) has no JSON form", at: part.node)
            }
            let value = StoredProperty(name: label, type: parameter.type)
            fields.append(value.schemaField(key, isRequired: !value.isOptional, saysDefault: false))
        }
        return fields
    }
}

/// The arguments of a call: a description, which stands as nil where others follow, and the others.
private func arguments(_ description: String?, _ others: [String], first: String? = nil) -> String {
    ([first, description.map(literal) ?? (others.isEmpty ? nil : "nil")].compactMap { $0 } + others).joined(separator: ", ")
}
