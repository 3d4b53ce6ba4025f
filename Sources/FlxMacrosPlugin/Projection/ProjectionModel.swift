import SwiftSyntax

/// The struct of a `@Projection`, as the macro sees it.
struct ProjectionModel {
    /// The longest name: checkpoints have it with a prefix and the version.
    private static let nameLimit = 200

    /// The name of the projection.
    private(set) var name: String
    /// The version of the fold.
    private(set) var version = 1
    /// The access of the members that are made: `public `, `package ` or nothing.
    let access: String
    /// What the conformance needs from the type and from around it.
    let surroundings: Surroundings
    /// The methods `on(_:)`, in order.
    private(set) var methods: [HandlerMethod] = []
    /// True if the struct says itself which events it is fed.
    let hasSelection: Bool
    /// True if discovery can make one.
    let isDiscoverable: Bool

    /// Reads the struct; nil if something is wrong with it, which is then among the problems.
    init?(_ attribute: AttributeSyntax, on declaration: some DeclGroupSyntax, within outer: [Syntax], problems: inout Problems) {
        guard let structure = declaration.as(StructDeclSyntax.self) else {
            problems.report("@Projection needs a struct: its state is a value", at: declaration.introducer)
            return nil
        }
        name = words(of: structure.name.bareText).joined(separator: "-")
        access = structure.memberAccess(within: outer)
        surroundings = Surroundings(of: structure, within: outer)
        hasSelection = structure.declaresVariable("selection")
        isDiscoverable =
            attribute.wantsDiscovery(problems: &problems) && structure.isMadeWithoutArguments && !structure.isOnGlobalActor
            && surroundings.isAlwaysThere
        if let generics = structure.genericParameterClause {
            problems.report("@Projection cannot stand on a generic struct: one name stands for one type", at: generics)
        }
        structure.checkPlace(within: outer, problems: &problems)
        structure.checkMakesNothing(of: .projection, beside: attribute, problems: &problems)
        if !readArguments(of: attribute, problems: &problems) {
            structure.name.check(default: name, of: "a projection", limit: Self.nameLimit, problems: &problems)
        }
        readMethods(of: structure, problems: &problems)
        guard problems.diagnostics.isEmpty else { return nil }
    }

    /// Reads the arguments; says whether there is a name among them.
    private mutating func readArguments(of attribute: AttributeSyntax, problems: inout Problems) -> Bool {
        guard case .argumentList(let arguments) = attribute.arguments else { return false }
        var isNamed = false
        for argument in arguments {
            let value = argument.expression
            switch argument.label?.text {
            case nil:
                isNamed = !value.is(NilLiteralExprSyntax.self)
                name = Literals.name(value, of: "a projection", limit: Self.nameLimit, problems: &problems) ?? name
            case "version": version = Literals.version(value, of: "a projection", problems: &problems) ?? version
            default: break
            }
        }
        return isNamed
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
