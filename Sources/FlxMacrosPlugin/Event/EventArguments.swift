import SwiftSyntax

/// The arguments of an `@Event` attribute.
struct EventArguments {
    /// The name of the type.
    private(set) var name: String
    /// The version of the schema, from 1.
    private(set) var version = 1
    /// The category, as an expression.
    private(set) var category = "nil"
    /// The form of the keys.
    private(set) var keys = EventModel.KeyStyle.asWritten
    /// The argument for the form of the keys; nil if there is none.
    private(set) var keysPlace: ExprSyntax?
    /// True if discovery finds the type.
    let isDiscovered: Bool

    /// Reads the arguments; the name defaults to the words of the struct's name, parted by dots.
    init(_ attribute: AttributeSyntax, on structName: TokenSyntax, problems: inout Problems) {
        name = words(of: structName.bareText).joined(separator: ".")
        isDiscovered = attribute.wantsDiscovery(problems: &problems)
        var isNamed = false
        if case .argumentList(let arguments) = attribute.arguments {
            for argument in arguments {
                let value = argument.expression
                switch argument.label?.text {
                case nil:
                    isNamed = !value.is(NilLiteralExprSyntax.self)
                    name = Literals.name(value, of: "an event", problems: &problems) ?? name
                case "version": version = Literals.version(value, of: "an event", problems: &problems) ?? version
                case "category": category = value.trimmedDescription
                case "keys": readKeys(value, problems: &problems)
                default: break
                }
            }
        }
        if !isNamed { structName.check(default: name, of: "an event", problems: &problems) }
    }

    private mutating func readKeys(_ value: ExprSyntax, problems: inout Problems) {
        keysPlace = value
        let member = value.as(MemberAccessExprSyntax.self)?.declName.baseName.text
        guard let style = member.flatMap(EventModel.KeyStyle.init) else {
            problems.report("the keys of an event must be '.asWritten' or '.snakeCase', said right here", at: value)
            return
        }
        keys = style
    }
}

extension TokenSyntax {
    /// The text without backticks.
    var bareText: String { text.filter { $0 != "`" } }

    /// Reports a name that is made of this one and cannot be used.
    func check(default name: String, of thing: String, limit: Int = NameFault.limit, problems: inout Problems) {
        guard let fault = NameFault(of: name, limit: limit) else { return }
        problems.report("the name of \(thing), made of '\(bareText)': \(fault.text); say another one in the attribute", at: self)
    }
}
