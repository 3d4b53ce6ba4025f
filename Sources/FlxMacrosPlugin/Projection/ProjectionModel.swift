import SwiftSyntax

/// What `@Projection` knows of the struct it stands on.
struct ProjectionModel {
    /// The name of the projection.
    private(set) var name: String
    /// The version of the fold.
    private(set) var version = 1
    /// The access of the members that are made: `public `, `package ` or nothing.
    let access: String
    /// The methods `on(_:)`, in order.
    private(set) var methods: [HandlerMethod] = []
    /// Whether the struct says itself which events it is fed.
    let hasSelection: Bool
    /// Whether discovery can make one.
    let isDiscoverable: Bool

    /// Reads the struct; nil if something is wrong with it, which is then among the problems.
    init?(_ attribute: AttributeSyntax, on declaration: some DeclGroupSyntax, within outer: [Syntax], problems: inout Problems) {
        guard let structure = declaration.as(StructDeclSyntax.self) else {
            problems.report("@Projection needs a struct: its state is a value", at: declaration.introducer)
            return nil
        }
        name = words(of: structure.name.text).joined(separator: "-")
        access = structure.modifiers.memberAccess
        hasSelection = structure.declaresVariable("selection")
        isDiscoverable = structure.isMadeWithoutArguments && !structure.isOnGlobalActor
        if let generics = structure.genericParameterClause {
            problems.report("@Projection cannot stand on a generic struct: one name stands for one type", at: generics)
        }
        structure.checkPlace(within: outer, problems: &problems)
        readArguments(of: attribute, problems: &problems)
        readMethods(of: structure, problems: &problems)
        guard problems.diagnostics.isEmpty else { return nil }
    }

    private mutating func readArguments(of attribute: AttributeSyntax, problems: inout Problems) {
        guard case .argumentList(let arguments) = attribute.arguments else { return }
        for argument in arguments {
            if argument.label == nil {
                name = Literals.name(argument.expression, of: "a projection", limit: 200, problems: &problems) ?? name
            } else {
                version = Literals.version(argument.expression, of: "a projection", problems: &problems) ?? version
            }
        }
    }

    private mutating func readMethods(of structure: StructDeclSyntax, problems: inout Problems) {
        let functions = structure.methods(where: { $0.name.text == "on" }, problems: &problems)
        if functions.isEmpty, problems.diagnostics.isEmpty {
            problems.report("'\(structure.name.text)' has no method 'on(_:)' to take an event", at: structure.name)
        }
        for function in functions {
            if let async = function.signature.effectSpecifiers?.asyncSpecifier {
                problems.report("a projection changes at once: its methods cannot be async", at: async)
            }
            guard let method = HandlerMethod(function, envelope: "RecordedEvent", problems: &problems) else { continue }
            if methods.contains(where: { $0.eventTypeName == method.eventTypeName }) {
                problems.report("two methods handle '\(method.eventTypeName)': make one of them", at: method.eventType)
            } else if method.takesAnyEvent || method.eventTypeName.hasSuffix("RecordedEvent") {
                problems.report("'on' takes an event of one type; write 'apply(_:)' by hand to take any event", at: method.eventType)
            } else {
                methods.append(method)
            }
        }
    }
}
