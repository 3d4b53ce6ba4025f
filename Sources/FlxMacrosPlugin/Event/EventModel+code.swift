import SwiftSyntax
import SwiftSyntaxBuilder

extension EventModel {
    /// The initializer from values, as the language would write it, with the access of the struct.
    var memberwiseInitializer: DeclSyntax {
        let parameters = properties.map { property in
            let value = property.valueAtStart.map { " = \($0)" } ?? ""
            return "\(property.name): \(property.plainType)\(value)"
        }
        guard !properties.isEmpty else { return "\(raw: access)nonisolated init() {}" }
        return """
            \(raw: access)nonisolated init(\(raw: parameters.joined(separator: ", "))) {
            \(raw: lines(properties.map { "self.\($0.name) = \($0.name)" }))
            }
            """
    }

    /// The initializer from JSON. What has a value from the start is read in place, the rest by way of locals.
    var readingInitializer: DeclSyntax {
        let free = FreeNames(beside: properties)
        let json = free("json")
        let label = json == "json" ? "json" : "json \(json)"
        let open = properties.filter { $0.valueAtStart == nil }
        let statements =
            open.map(local)
            + ["try \(json).beginObject()"] + loop(json: json, field: free("field"))
            + open.filter { !$0.isOptional }.map { "guard let \($0.name) else { throw \(json).missing(\(literal(key(of: $0)))) }" }
            + open.map { "self.\($0.name) = \($0.name)" }
        return """
            \(raw: access)nonisolated init(\(raw: label): inout FlxCore.JSONReader) throws(FlxCore.FlxError) {
            \(raw: lines(statements))
            }
            """
    }

    /// The conformance: name, version, category, writing, and the record by which the type is found.
    func conformance(of type: some TypeSyntaxProtocol, declaring protocols: [TypeSyntax]) throws -> ExtensionDeclSyntax {
        let json = FreeNames(beside: properties)("json")
        let keys = properties.map { literal(key(of: $0)) }
        let statements =
            ["\(json).beginObject()"] + zip(keys, properties).map { "try \(json).field(\($0), \($1.name))" } + ["\(json).endObject()"]
        return try ExtensionDeclSyntax(
            """
            nonisolated extension \(type.trimmed)\(raw: protocols.isEmpty ? "" : ": FlxCore.DomainEvent") {
            \(raw: access)static let eventType: FlxCore.EventType = \(raw: literal(arguments.name))
            \(raw: access)static let schemaVersion: Int = \(raw: arguments.version)
            \(raw: access)static let category: FlxCore.EventCategory? = \(raw: arguments.category)
            private static let jsonFields = FlxCore.JSONFields(\(raw: keys.joined(separator: ", ")))

            \(raw: access)func write(to \(raw: json): inout FlxCore.JSONWriter) throws(FlxCore.FlxError) {
            \(raw: lines(statements))
            }

            \(raw: DiscoveryRecord.code(registering: "\(type.trimmed).self"))
            }
            """)
    }

    private func local(_ property: StoredProperty) -> String {
        let type = property.plainType
        return "var \(property.name): \(property.isOptional ? "\(type) = nil" : "\(type)?")"
    }

    /// Reads the fields in whatever order they come.
    private func loop(json: String, field: String) -> [String] {
        guard !properties.isEmpty else { return ["_ = try \(json).nextField(of: Self.jsonFields)"] }
        let cases = properties.enumerated().map { index, property in
            let label = index == properties.count - 1 ? "default" : "case \(index)"
            let target = property.valueAtStart == nil ? property.name : "self.\(property.name)"
            return "\(label): \(target) = try \(json).read(\(property.plainType).self)"
        }
        return ["while let \(field) = try \(json).nextField(of: Self.jsonFields) {", "switch \(field) {"] + cases + ["}", "}"]
    }
}
