package import FlxCore
import OrderedCollections

/// A schema that describes an object by its properties alone. Steps on fields change it in a known way.
package struct PlainObjectSchema {
    private static let plain: Set<ExactText> = ["type", "properties", "required", "$defs", "additionalProperties", "$schema"]

    /// The schema as it is now.
    package private(set) var document: EventValue

    /// - Returns: nil for a schema with further keywords, or with an undetected reference to itself.
    package init?(_ schema: EventValue) {
        let schema = schema.bareSchema
        guard let fields = schema.object, fields["type"] == "object", fields.keys.allSatisfy(Self.plain.contains),
            fields["additionalProperties"] == nil || fields["additionalProperties"] == false, !schema.hasUnseenReference(isSeen: true)
        else { return nil }
        document = .object(fields)
        keepOriginal()
    }

    /// Redirects references to the whole, or to its properties, to a copy outside all steps: the steps do not change their meaning.
    private mutating func keepOriginal() {
        var name = "original"
        while document["$defs"]?[name] != nil { name += "_" }
        let redirected = document.redirected(to: "#/$defs/\(name)")
        guard redirected != document else { return }
        var original = redirected
        original["$defs"] = nil
        document = redirected
        if document["$defs"] == nil { document["$defs"] = [:] }
        document["$defs"]?[name] = original
    }

    /// Renames a field.
    /// - Returns: False if the effect is unknown: renaming a field to an existing name is an error for an event with both.
    package mutating func rename(_ source: String, to target: String) -> Bool {
        guard let schema = document["properties"]?[source], document["properties"]?[target] == nil, !requires(target) else { return false }
        let isRequired = requires(source)
        remove(source)
        put(target, schema, isRequired: isRequired)
        return true
    }

    /// A field gets a value, whatever it had.
    package mutating func set(_ name: String, to value: EventValue) { put(name, ["const": value], isRequired: true) }

    /// Gives a field a value if it has none.
    package mutating func fill(_ name: String, with value: EventValue) {
        var old = document["properties"]?[name]
        if old == nil, requires(name) { old = true }
        let schema: EventValue = old.map { requires(name) ? $0 : ["anyOf": [$0, ["const": value]]] } ?? ["const": value]
        put(name, schema, isRequired: true)
    }

    private func requires(_ name: String) -> Bool { document["required"]?.array?.contains(.string(name)) ?? false }

    /// A field goes.
    package mutating func remove(_ name: String) {
        document["properties"]?[name] = nil
        document["required"] = document["required"]?.array.map { .array($0.filter { $0 != .string(name) }) }
    }

    private mutating func put(_ name: String, _ schema: EventValue, isRequired: Bool) {
        remove(name)
        if document["properties"] == nil { document["properties"] = [:] }
        document["properties"]?[name] = schema
        if isRequired { document["required"] = .array((document["required"]?.array ?? []) + [.string(name)]) }
    }
}

extension EventValue {
    /// The schema with its references to the document, but for those to definitions, leading to another place.
    fileprivate func redirected(to place: String) -> EventValue {
        // A schema with a name of its own is a document of its own.
        guard case .object(let fields) = self, fields["$id"] == nil else { return self }
        var schema: OrderedDictionary<ExactText, EventValue> = [:]
        for (key, value) in fields {
            if key == "$ref" || key == "$dynamicRef", let target = value.string.flatMap({ Self.placeInDocument($0) }) {
                schema[key] = .string(place + target)
            } else {
                schema[key] = value.changingSchemas(under: key) { $0.redirected(to: place) }
            }
        }
        return .object(schema)
    }

    /// Returns true if a reference to the document is outside the reach of ``redirected(to:)``: in a value used as a schema only by a
    /// reference, or in a schema with a name of its own.
    fileprivate func hasUnseenReference(isSeen: Bool, isSchema: Bool = true, from base: URIReference = URIReference("")) -> Bool {
        if let elements = array { return elements.contains { $0.hasUnseenReference(isSeen: false, isSchema: false, from: base) } }
        guard case .object(let fields) = self else { return false }
        let name = isSchema ? fields["$id"]?.string : nil
        let base = name.map { URIReference($0).resolved(against: base) } ?? base
        let isSeen = isSeen && fields["$id"] == nil
        return fields.contains { key, value in
            if key == "$ref" || key == "$dynamicRef", let text = value.string {
                return !isSeen && Self.placeInDocument(text, from: base) != nil
            }
            var schemas: [EventValue] = []
            let rest = !isSchema ? value : value.changingSchemas(under: key) { schema in
                schemas.append(schema)
                return true
            }
            return rest.hasUnseenReference(isSeen: false, isSchema: false, from: base)
                || schemas.contains { $0.hasUnseenReference(isSeen: isSeen, from: base) }
        }
    }

    /// The fragment, as it is written, of a reference to a place of the document, but for those in its definitions.
    private static func placeInDocument(_ reference: String, from base: URIReference = URIReference("")) -> Substring? {
        guard URIReference(reference).resolved(against: base).description.isEmpty else { return nil }
        guard let written = reference.halves(at: "#")?.1 else { return "" }
        guard let fragment = URIReference.fragment(of: reference), fragment.isEmpty || fragment.begins(with: "/") else { return nil }
        return fragment.begins(with: "/$defs/") ? nil : written
    }
}
