import SwiftSyntax
import SwiftSyntaxBuilder

extension ProjectionModel {
    /// The members of the struct: the types that it is fed, unless it says so itself, and the dispatch.
    var members: [DeclSyntax] {
        hasSelection ? [dispatch] : [selection, dispatch]
    }

    private var selection: DeclSyntax {
        let types = methods.map { "\($0.eventTypeName).eventType" }.joined(separator: ", ")
        return "\(raw: access)nonisolated static let selection: FlxCore.Selection = .types(\(raw: types))"
    }

    /// The dispatch over the methods.
    private var dispatch: DeclSyntax {
        let cases = methods.flatMap { method in
            let name = method.eventTypeName
            return [
                "case (\(name).eventType, \(name).schemaVersion):",
                "try \(method.call("recorded.event.decode(as: \(name).self)", "recorded"))",
            ]
        }
        return """
            \(raw: access)nonisolated mutating func apply(_ recorded: FlxCore.RecordedEvent) throws -> Bool {
            switch (recorded.event.type, recorded.event.schemaVersion) {
            \(raw: lines(cases))
            default:
            return false
            }
            return true
            }
            """
    }

    /// The conformance: name, version and the record by which the type is found.
    func conformance(of type: some TypeSyntaxProtocol, declaring protocols: [TypeSyntax]) throws -> ExtensionDeclSyntax {
        let record = isDiscoverable ? "\n\n" + DiscoveryRecord.code(registering: "\(type.trimmed)()") : ""
        return try ExtensionDeclSyntax(
            """
            \(raw: surroundings.attributes)nonisolated extension \(type.trimmed)\(raw: protocols.isEmpty ? "" : ": FlxEvents.Projection") {
            \(raw: access)static let name: String = \(raw: literal(name))
            \(raw: access)static let version: Int = \(raw: version)\(raw: record)
            }
            """)
    }
}
