import SwiftSyntax
import SwiftSyntaxBuilder

extension HandlersModel {
    /// The list of handlers.
    var list: DeclSyntax {
        """
        \(raw: access)nonisolated var eventHandlers: [FlxEvents.EventHandler] {
        [
        \(raw: lines(handlers.map(code)))
        ]
        }
        """
    }

    /// The conformance, and the record by which the type is found.
    func conformance(of type: some TypeSyntaxProtocol, declaring protocols: [TypeSyntax]) throws -> ExtensionDeclSyntax {
        let record = isDiscoverable ? "\n\(DiscoveryRecord.code(registering: "\(type.trimmed)()"))\n" : ""
        let conformance = protocols.isEmpty ? "" : ": FlxEvents.HandlerGroup"
        return try ExtensionDeclSyntax(
            """
            \(raw: surroundings.attributes)nonisolated extension \(type.trimmed)\(raw: conformance) {\(raw: record)}
            """)
    }

    private func code(of handler: Handler) -> String {
        let method = handler.method
        let waits = method.isAsync || handler.isIsolated
        let effects = waits ? "async throws" : "throws"
        let marks = (method.canThrow ? "try " : "") + (waits ? "await " : "")
        let options = handler.options.map { ", options: \($0)" } ?? ""
        let name = literal(name(of: handler))
        let envelope = method.takesEnvelope ? "envelope" : "_"
        if let pattern = handler.pattern {
            return """
                FlxEvents.EventHandler(\(name), on: \(literal(pattern))\(options)) { publication \(effects) in
                \(marks)self.\(method.call("publication.event"))
                },
                """
        }
        return """
            FlxEvents.EventHandler(\(name), of: \(method.eventTypeName).self\(options)) { event, \(envelope) \(effects) in
            \(marks)self.\(method.call("event", "envelope"))
            },
            """
    }
}
