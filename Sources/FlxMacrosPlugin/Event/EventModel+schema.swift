import SwiftParser
import SwiftSyntax
import SwiftSyntaxBuilder

extension EventModel {
    /// The schema of the payload. It stands in the struct, where the types of its properties are in sight.
    var schemaMember: DeclSyntax {
        let fields = properties.map { field($0) }
        let arguments = (documentation.map { [literal($0)] } ?? (fields.isEmpty ? [] : ["nil"])) + fields
        return """
            \(raw: access)nonisolated static let schema: FlxCore.EventValue? = FlxEvents.PayloadSchema.object(\
            \(raw: arguments.joined(separator: ", ")))
            """
    }

    private func field(_ property: StoredProperty) -> String {
        var arguments = [literal(key(of: property)), "\(property.plainType).self"]
        if property.isOptional || property.valueAtStart != nil { arguments.append("isRequired: false") }
        if let value = property.initialValue, value.isPlainLiteral { arguments.append("default: \(value.trimmedDescription)") }
        if let text = property.documentation { arguments.append("description: \(literal(text))") }
        return ".field(\((arguments + property.constraints).joined(separator: ", ")))"
    }
}

extension ExprSyntax {
    /// Whether it is a literal that stands for the same value in JSON.
    fileprivate var isPlainLiteral: Bool {
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
