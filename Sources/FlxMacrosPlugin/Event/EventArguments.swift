import SwiftSyntax

/// What an `@Event` attribute says.
struct EventArguments {
    /// The name of the type.
    private(set) var name: String
    /// The version of the schema, from 1.
    private(set) var version = 1
    /// The category, as an expression.
    private(set) var category = "nil"
    /// How keys are made.
    private(set) var keys = EventModel.KeyStyle.asWritten

    /// Reads the arguments; the name defaults to the words of the struct's name, parted by dots.
    init(_ attribute: AttributeSyntax, on structName: String, problems: inout Problems) {
        name = words(of: structName.filter { $0 != "`" }).joined(separator: ".")
        guard case .argumentList(let arguments) = attribute.arguments else { return }
        for argument in arguments {
            let value = argument.expression
            switch argument.label?.text {
            case nil: name = Literals.name(value, of: "an event", problems: &problems) ?? name
            case "version": version = Literals.version(value, of: "an event", problems: &problems) ?? version
            case "category": category = value.trimmedDescription
            case "keys": readKeys(value, problems: &problems)
            default: break
            }
        }
    }

    private mutating func readKeys(_ value: ExprSyntax, problems: inout Problems) {
        let member = value.as(MemberAccessExprSyntax.self)?.declName.baseName.text
        guard let style = member.flatMap(EventModel.KeyStyle.init) else {
            problems.report("the keys of an event must be '.asWritten' or '.snakeCase', said right here", at: value)
            return
        }
        keys = style
    }
}
