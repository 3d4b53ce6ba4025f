import SwiftSyntax

/// The type of an `@EventHandlers`, as the macro sees it.
struct HandlersModel {
    /// One method and what `@Handles` says of it.
    struct Handler {
        let method: HandlerMethod
        /// The pattern, as a literal; nil for the type of the parameter.
        let pattern: String?
        /// The options, as an expression.
        let options: String?
        /// True if a call has to wait for an actor.
        let isIsolated: Bool

        /// The handled events: a pattern or a type.
        var subject: String { pattern ?? method.eventTypeName }
    }

    /// The name of the type.
    let typeName: String
    /// The access of the members that are made: `public `, `package ` or nothing.
    let access: String
    /// What the conformance needs from the type and from around it.
    let surroundings: Surroundings
    /// True if the members of the type belong to an actor.
    let isIsolated: Bool
    /// True if discovery can make one.
    let isDiscoverable: Bool
    /// The handlers, in order.
    private(set) var handlers: [Handler] = []

    /// Reads the type; nil if something is wrong with it, which is then among the problems.
    init?(_ attribute: AttributeSyntax, on declaration: some DeclGroupSyntax, within outer: [Syntax], problems: inout Problems) {
        guard let name = declaration.nameOfHandlerType else {
            problems.report("@EventHandlers needs a struct, a class or an actor", at: declaration.introducer)
            return nil
        }
        declaration.checkPlace(within: outer, problems: &problems)
        declaration.checkMakesNothing(of: .handlers, beside: attribute, problems: &problems)
        typeName = name.bareText
        access = declaration.memberAccess(within: outer)
        surroundings = Surroundings(of: declaration, within: outer)
        isIsolated = declaration.is(ActorDeclSyntax.self) || declaration.isOnGlobalActor
        isDiscoverable =
            attribute.wantsDiscovery(problems: &problems) && declaration.isMadeWithoutArguments && !declaration.isOnGlobalActor
            && !declaration.isGeneric && surroundings.isAlwaysThere
        for function in declaration.methods(where: { !$0.attributes.named("Handles").isEmpty }, problems: &problems) {
            for mark in function.attributes.named("Handles") {
                guard let handler = read(function, mark, problems: &problems) else { continue }
                if handlers.contains(where: { $0.method.name == handler.method.name && $0.subject == handler.subject }) {
                    problems.report("'\(handler.method.name)' handles '\(handler.subject)' already", at: mark)
                }
                handlers.append(handler)
            }
        }
        if handlers.isEmpty, problems.diagnostics.isEmpty {
            problems.report("'\(typeName)' has no method with @Handles", at: name)
        }
        guard problems.diagnostics.isEmpty else { return nil }
    }

    private func read(_ function: FunctionDeclSyntax, _ mark: AttributeSyntax, problems: inout Problems) -> Handler? {
        var pattern: String?
        var options: String?
        var isGood = true
        if case .argumentList(let arguments) = mark.arguments {
            for argument in arguments {
                if argument.label != nil {
                    options = argument.expression.trimmedDescription
                } else if !argument.expression.is(NilLiteralExprSyntax.self) {
                    pattern = Literals.name(argument.expression, of: "a pattern", problems: &problems)
                    isGood = pattern != nil
                }
            }
        }
        guard let method = HandlerMethod(function, envelope: "Event", problems: &problems), isGood else { return nil }
        if let modifier = function.modifiers.first(where: { $0.name.tokenKind == .keyword(.mutating) }) {
            problems.report("'\(method.name)' cannot change the value: handlers run at the same time", at: modifier)
        }
        if pattern != nil, !method.takesAnyEvent || method.takesEnvelope {
            problems.report("a handler of a pattern takes an Event: types differ from one to the next", at: method.eventType)
        } else if pattern == nil, method.takesAnyEvent {
            problems.report("'\(method.name)' takes any Event: say which by a pattern, such as @Handles(\"order.*\")", at: method.eventType)
        }
        let isFree = function.modifiers.contains(.nonisolated)
        return Handler(
            method: method, pattern: pattern, options: options,
            isIsolated: !isFree && (isIsolated || function.attributes.namesGlobalActor))
    }

    /// The name of a handler in reports: the type and the method, and the event where the method's name is not enough.
    func name(of handler: Handler) -> String {
        let method = handler.method.bareName
        let isUnique = handlers.filter { $0.method.bareName == method }.count == 1
        return "\(typeName).\(method)" + (isUnique ? "" : "(\(handler.subject))")
    }
}

extension DeclGroupSyntax {
    /// The name of a type whose values can handle events.
    fileprivate var nameOfHandlerType: TokenSyntax? {
        self.as(StructDeclSyntax.self)?.name ?? self.as(ClassDeclSyntax.self)?.name ?? self.as(ActorDeclSyntax.self)?.name
    }
}
