import SwiftSyntax

/// The members that a macro declares, which the type must leave to it.
struct MadeMembers {
    /// The macro, without its at sign.
    let macro: String
    /// The names of variables, and whether they belong to the type itself.
    var variables: Set<String>
    var areStatic = true
    /// Functions by name, `init` among them, with the type that marks their first parameter.
    var functions: [String: String] = [:]
    /// The way in which the type can have its own.
    let instead: String

    static let event = MadeMembers(
        macro: "Event", variables: ["eventType", "schemaVersion", "category", "jsonFields", "discoveryRecord"],
        functions: ["init": "JSONReader", "write": "JSONWriter"],
        instead: "say it in the attribute, or conform to 'DomainEvent' by hand without it")
    static let schema = MadeMembers(macro: "Schema", variables: ["jsonSchema"], instead: "take one of the two away")
    static let projection = MadeMembers(
        macro: "Projection", variables: ["name", "version", "discoveryRecord"], functions: ["apply": "RecordedEvent"],
        instead: "say it in the attribute, or conform to 'Projection' by hand without it")
    static let handlers = MadeMembers(
        macro: "EventHandlers", variables: ["eventHandlers"], areStatic: false, instead: "take one of the two away")
}

extension DeclGroupSyntax {
    /// Reports members that a macro would declare for the second time, and the macro itself where it stands twice.
    func checkMakesNothing(of made: MadeMembers, beside attribute: AttributeSyntax, problems: inout Problems) {
        if attributes.named(made.macro).count > 1 { problems.report("@\(made.macro) stands here twice: take one away", at: attribute) }
        for member in memberBlock.members.inAnyBuild {
            guard let name = member.name(among: made) else { continue }
            problems.report("@\(made.macro) makes '\(name.trimmedDescription)' itself: \(made.instead)", at: name)
        }
    }
}

extension DeclSyntax {
    fileprivate func name(among made: MadeMembers) -> Syntax? {
        if let variable = self.as(VariableDeclSyntax.self), variable.modifiers.contains(.static) == made.areStatic {
            return variable.bindings.lazy.map(\.pattern).first { made.variables.contains($0.trimmedDescription) }.map(Syntax.init)
        }
        let signature = self.as(FunctionDeclSyntax.self)?.signature ?? self.as(InitializerDeclSyntax.self)?.signature
        let name = self.as(FunctionDeclSyntax.self)?.name ?? self.as(InitializerDeclSyntax.self)?.initKeyword
        guard let name, let mark = made.functions[name.text], let parameters = signature?.parameterClause.parameters else { return nil }
        return parameters.count == 1 && parameters.first?.type.trimmedDescription.hasSuffix(mark) == true ? Syntax(name) : nil
    }
}
