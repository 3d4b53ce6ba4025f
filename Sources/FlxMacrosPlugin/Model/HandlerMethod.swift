import SwiftSyntax

/// A method that takes an event: `on(_:)` of a projection, or one with `@Handles`.
struct HandlerMethod {
    /// The declaration.
    let function: FunctionDeclSyntax
    /// The type of the first parameter.
    let eventType: TypeSyntax
    /// True if a second parameter takes what the event came in.
    let takesEnvelope: Bool

    /// The name of the method, as code says it.
    var name: String { function.name.text }
    /// The name of the method, as reports say it.
    var bareName: String { function.name.bareText }
    /// The text of the event's type.
    var eventTypeName: String { eventType.trimmedDescription }
    var canThrow: Bool {
        guard let clause = function.signature.effectSpecifiers?.throwsClause else { return false }
        return clause.type?.trimmedDescription != "Never"
    }
    var isAsync: Bool { function.signature.effectSpecifiers?.asyncSpecifier != nil }
    /// True if the first parameter is the envelope itself.
    var takesAnyEvent: Bool { eventType.names("Event") }

    /// Reads a method; nil if it cannot handle an event, which is then among the problems.
    /// - Parameter envelope: the type that a second parameter may have.
    init?(_ function: FunctionDeclSyntax, envelope: String, problems: inout Problems) {
        let count = problems.diagnostics.count
        let name = function.name.text
        let parameters = Array(function.signature.parameterClause.parameters)
        if let modifier = function.modifiers.first(where: { [.keyword(.static), .keyword(.class)].contains($0.name.tokenKind) }) {
            problems.report("'\(name)' must be a method of the value, not of its type", at: modifier)
        }
        if let generics = function.genericParameterClause {
            problems.report("'\(name)' cannot be generic: its parameter's type says which events it handles", at: generics)
        }
        if let returned = function.signature.returnClause?.type, !["Void", "()"].contains(returned.trimmedDescription) {
            problems.report("'\(name)' handles an event and returns nothing", at: returned)
        }
        if parameters.isEmpty || parameters.count > 2 {
            problems.report(
                "'\(name)' takes an event and, if it wants it, the \(envelope) around it", at: function.signature.parameterClause)
        } else if !parameters[0].type.isNamed {
            problems.report("'\(name)' takes an event of one type", at: parameters[0].type)
        } else if Self.plainTypes.contains(parameters[0].type.trimmedDescription) {
            let type = parameters[0].type.trimmedDescription
            problems.report("'\(name)' takes an event, and '\(type)' is none: give another method another name", at: parameters[0].type)
        }
        if parameters.count == 2, !parameters[1].type.names(envelope) {
            problems.report("the second parameter of '\(name)' must be of the type \(envelope)", at: parameters[1].type)
        }
        guard problems.diagnostics.count == count else { return nil }
        self.function = function
        eventType = parameters[0].type
        takesEnvelope = parameters.count == 2
    }

    /// Types of the standard library that are no events.
    private static let plainTypes: Set = [
        "String", "Bool", "Double", "Float", "Int", "Int8", "Int16", "Int32", "Int64", "UInt", "UInt8", "UInt16", "UInt32", "UInt64",
    ]

    /// A call of the method, its labels as declared.
    func call(_ arguments: String...) -> String {
        let labelled = zip(function.signature.parameterClause.parameters, arguments).map { parameter, argument in
            parameter.firstName.tokenKind == .wildcard ? argument : "\(parameter.firstName.text): \(argument)"
        }
        return "\(name)(\(labelled.joined(separator: ", ")))"
    }
}

extension TypeSyntax {
    /// Returns true if the type is one of ours, whether or not a module stands before it.
    fileprivate func names(_ type: String) -> Bool {
        [type, "FlxCore.\(type)", "FlxEvents.\(type)", "FlxMacros.\(type)"].contains(trimmedDescription)
    }

    /// True if the type is written as a name, such as `Created` or `Orders.Created`.
    fileprivate var isNamed: Bool {
        if let member = self.as(MemberTypeSyntax.self) { return member.baseType.isNamed }
        return self.as(IdentifierTypeSyntax.self).map { !["Any", "AnyObject", "Void"].contains($0.name.text) } ?? false
    }
}
