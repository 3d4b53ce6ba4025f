import SwiftParser
import SwiftSyntax
import SwiftSyntaxBuilder

extension EventModel {
    /// The schema of the payload. It stands in the struct, where the types of its properties are in sight.
    var schemaMember: DeclSyntax {
        let fields = fields.map { field in
            let property = field.property
            return property.schemaField(field.key, isRequired: !property.isOptional && property.valueAtStart == nil, saysDefault: true)
        }
        let arguments = (documentation.map { [literal($0)] } ?? (fields.isEmpty ? [] : ["nil"])) + fields
        return """
            \(raw: access)nonisolated static let schema: FlxCore.EventValue? = FlxEvents.PayloadSchema.object(\
            \(raw: arguments.joined(separator: ", ")))
            """
    }
}

extension StoredProperty {
    /// The property as a field of a schema.
    /// - Parameter saysDefault: Whether its initial value stands for a field that is missing.
    func schemaField(_ key: String, isRequired: Bool, saysDefault: Bool) -> String {
        var arguments = [literal(key), "\(plainType).self"]
        if !isRequired { arguments.append("isRequired: false") }
        if saysDefault, let value = initialValue, value.isPlainLiteral { arguments.append("default: \(value.trimmedDescription)") }
        if let text = documentation { arguments.append("description: \(literal(text))") }
        return ".field(\((arguments + constraints).joined(separator: ", ")))"
    }
}

extension ExprSyntax {
    /// True if it is a literal that stands for the same value in JSON.
    var isPlainLiteral: Bool {
        if let prefixed = self.as(PrefixOperatorExprSyntax.self), prefixed.operator.text == "-" {
            return [.integerLiteralExpr, .floatLiteralExpr].contains(prefixed.expression.kind)
        }
        if let array = self.as(ArrayExprSyntax.self) { return array.elements.allSatisfy(\.expression.isPlainLiteral) }
        if let text = self.as(StringLiteralExprSyntax.self) { return text.representedLiteralValue != nil }
        return [.integerLiteralExpr, .floatLiteralExpr, .booleanLiteralExpr].contains(kind)
    }
}

extension AttributeSyntax {
    /// The arguments as they are written.
    var argumentTexts: [String] {
        guard case .argumentList(let arguments) = arguments else { return [] }
        return arguments.map(\.expression.trimmedDescription)
    }
}

extension SyntaxProtocol {
    /// The text of the documentation comment before it; nil if there is none.
    var documentationText: String? {
        let lines = leadingTrivia.flatMap { piece -> [Substring] in
            switch piece {
            case .docLineComment(let text): [text.dropFirst(3)]
            case .docBlockComment(let text): text.dropFirst(3).dropLast(2).split(separator: "\n").map { $0.drop { " *".contains($0) } }
            default: []
            }
        }
        let words = lines.flatMap { $0.split(whereSeparator: \.isWhitespace) }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }
}
