import SwiftSyntax
import SwiftSyntaxBuilder

extension EventModel {
    /// The initializer from values, as the language would write it: as visible as the struct, or as a hidden property that it asks for.
    /// A hidden property with a value is not asked for.
    var memberwiseInitializer: DeclSyntax {
        let asked = properties.filter { hiddenAccess(of: $0) == nil || $0.valueAtStart == nil }
        let hidden = Self.accesses.first { asked.compactMap(hiddenAccess).contains($0) }
        let access = hidden ?? (access.hasPrefix("@") ? "" : access)
        let parameters = asked.map { property in
            "\(property.name): \(property.plainType)" + (defaultArgument(of: property).map { " = \($0)" } ?? "")
        }
        guard !asked.isEmpty else { return "\(raw: access)nonisolated init() {}" }
        return """
            \(raw: access)nonisolated init(\(raw: parameters.joined(separator: ", "))) {
            \(raw: lines(asked.map { "self.\($0.name) = \($0.name)" }))
            }
            """
    }

    /// The access of a property if fewer see it than the struct; nil for any other.
    private func hiddenAccess(of property: StoredProperty) -> String? {
        let outer = Self.accesses.firstIndex(of: access) ?? 2
        return Self.accesses.prefix(outer).first { $0 == property.access }
    }

    /// From the most hidden to the most visible.
    private static let accesses = ["private ", "fileprivate ", "internal ", "package ", "public "]

    /// The initial values that an initializer cannot say itself: what they name may be hidden from other modules, and a choice is no
    /// argument.
    var initialValues: [DeclSyntax] {
        properties.filter(isValueHidden).map { property in
            """
            \(raw: isMadeForOthers ? "@usableFromInline " : "")nonisolated static func initialValue(\
            \(raw: property.name) _: Void) -> \(raw: property.plainType) {
            \(raw: property.valueAtStart ?? "")
            }
            """
        }
    }

    private func isValueHidden(_ property: StoredProperty) -> Bool {
        guard !hasInitializer, hiddenAccess(of: property) == nil, let value = property.initialValue else { return false }
        if value.is(IfExprSyntax.self) || value.is(SwitchExprSyntax.self) { return true }
        return isMadeForOthers && !value.isPlainLiteral && !value.is(NilLiteralExprSyntax.self)
    }

    /// Returns true if the initializer may be called from other modules.
    private var isMadeForOthers: Bool { ["public ", "package "].contains(access) }

    private func defaultArgument(of property: StoredProperty) -> String? {
        isValueHidden(property) ? "Self.initialValue(\(property.name): ())" : property.valueAtStart
    }

    /// The initializer from JSON. What has a value from the start is read in place, the rest by way of locals.
    var readingInitializer: DeclSyntax {
        let free = FreeNames(beside: properties)
        let json = free("json")
        let label = json == "json" ? "json" : "json \(json)"
        let needed = fields.filter { $0.property.valueAtStart == nil }
        let open = needed.map(\.property)
        let statements =
            open.map(local)
            + ["try \(json).beginObject()"] + loop(json: json, field: free("field"))
            + needed.filter { !$0.property.isOptional }.map { field in
                "guard let \(field.property.name) else { throw \(json).missing(\(literal(field.key))) }"
            }
            + open.map { "self.\($0.name) = \($0.name)" }
        return """
            \(raw: access)nonisolated init(\(raw: label): inout FlxCore.JSONReader) throws(FlxCore.FlxError) {
            \(raw: lines(statements))
            }
            """
    }

    /// The category. It stands in the struct, where what its expression names is in sight even if it is nested beside the struct.
    var categoryMember: DeclSyntax {
        "\(raw: access)nonisolated static let category: FlxCore.EventCategory? = \(raw: arguments.category)"
    }

    /// The conformance: name, version, writing, and the record by which the type is found.
    func conformance(of type: some TypeSyntaxProtocol, declaring protocols: [TypeSyntax]) throws -> ExtensionDeclSyntax {
        let json = FreeNames(beside: properties)("json")
        let keys = fields.map { literal($0.key) }
        let statements =
            ["\(json).beginObject()"] + zip(keys, fields).map { "try \(json).field(\($0), \($1.property.name))" }
            + ["\(json).endObject()"]
        let isDiscovered = arguments.isDiscovered && surroundings.isAlwaysThere
        let record = isDiscovered ? "\n\n" + DiscoveryRecord.code(registering: "\(type.trimmed).self") : ""
        return try ExtensionDeclSyntax(
            """
            \(raw: surroundings.attributes)nonisolated extension \(type.trimmed)\(raw: protocols.isEmpty ? "" : ": FlxCore.DomainEvent") {
            \(raw: access)static let eventType: FlxCore.EventType = \(raw: literal(arguments.name))
            \(raw: access)static let schemaVersion: Int = \(raw: arguments.version)
            private static let jsonFields = FlxCore.JSONFields(\(raw: keys.joined(separator: ", ")))

            \(raw: access)func write(to \(raw: json): inout FlxCore.JSONWriter) throws(FlxCore.FlxError) {
            \(raw: lines(statements))
            }\(raw: record)
            }
            """)
    }

    private func local(_ property: StoredProperty) -> String {
        let type = property.plainType
        return "var \(property.name): \(property.isOptional ? "\(type) = nil" : "\(type)?")"
    }

    /// Reads the fields in whatever order they come.
    private func loop(json: String, field: String) -> [String] {
        guard !fields.isEmpty else { return ["_ = try \(json).nextField(of: Self.jsonFields)"] }
        let cases = fields.map(\.property).enumerated().map { index, property in
            let label = index == fields.count - 1 ? "default" : "case \(index)"
            let target = property.valueAtStart == nil ? property.name : "self.\(property.name)"
            return "\(label): \(target) = try \(json).read(\(property.plainType).self)"
        }
        return ["while let \(field) = try \(json).nextField(of: Self.jsonFields) {", "switch \(field) {"] + cases + ["}", "}"]
    }
}
