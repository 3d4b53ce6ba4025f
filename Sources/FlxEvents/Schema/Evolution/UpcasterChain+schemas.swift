import FlxCore
import OrderedCollections

extension UpcasterChain {
    /// The result of the steps for events of a version on their way to another one.
    enum Outcome {
        /// No step changes them: they are read as they are.
        case itself
        /// They fit one of these schemas when they arrive.
        case known([EventValue])
        /// They arrive, and what they are then is not known.
        case unknown
        /// They do not arrive.
        case nothing
    }

    /// Returns true if events of a version become events of another one.
    func leads(from source: EventVersion, to target: EventVersion) -> Bool {
        if case .nothing = outcome(of: EventSchema(source.type, version: source.version, [:]), for: target) { return false }
        return steps[source] != nil
    }

    /// The events of a schema as they arrive at another version.
    func outcome(of schema: EventSchema, for target: EventVersion) -> Outcome {
        guard steps[schema.subject] != nil else { return schema.subject.type == target.type ? .itself : .nothing }
        var open: [(EventVersion, SteppedSchema?)] = [(schema.subject, .given(schema.document))]
        var (arrived, isKnown, hasArrived) = ([EventValue](), true, false)
        var seen = 0
        while let (version, schema) = open.popLast() {
            seen += 1
            guard seen <= 10_000 else { return .unknown }
            // An older version of the type, from which no step leads on, is read as it is.
            if version == target || (steps[version] == nil && version.type == target.type && version < target) {
                hasArrived = true
                if let schema { arrived.append(schema.document) } else { isKnown = false }
            }
            guard version != target, let step = steps[version] else { continue }
            for next in step.targets { open.append((next, schema.flatMap { step.change.result(of: $0) })) }
        }
        return hasArrived ? (isKnown ? .known(arrived) : .unknown) : .nothing
    }

    /// Returns true if downcasters lead from a version to an older one.
    func leadsDown(from source: EventVersion, to target: EventVersion) -> Bool {
        var place = source
        while let step = downSteps[place] {
            place = step.target
            if place == target { return true }
        }
        return false
    }
}

extension Upcaster.Change {
    /// The schema after a step; nil if that is not known.
    fileprivate func result(of schema: SteppedSchema) -> SteppedSchema? {
        switch self {
        case .nothing: return schema
        case .transform(let transform):
            guard var plain = schema.plain else { return nil }
            for step in transform.steps {
                guard plain.change(by: step) else { return nil }
            }
            return .plain(plain)
        case .data, .payload, .parts, .absorbed, .merge: return nil
        }
    }
}

/// A schema on its way through steps. It is taken apart once, and not by each step again.
private enum SteppedSchema {
    case given(EventValue)
    case plain(PlainObjectSchema)

    var document: EventValue {
        switch self {
        case .given(let document): document
        case .plain(let schema): schema.document
        }
    }

    var plain: PlainObjectSchema? {
        switch self {
        case .given(let document): PlainObjectSchema(document)
        case .plain(let schema): schema
        }
    }
}

/// A schema that describes an object by its properties alone, which steps on fields change in a known way.
private struct PlainObjectSchema {
    private static let plain: Set<ExactText> = ["type", "properties", "required", "$defs", "additionalProperties", "$schema"]

    private(set) var document: EventValue

    init?(_ schema: EventValue) {
        let schema = schema.bareSchema
        guard let fields = schema.object, fields["type"] == "object", fields.keys.allSatisfy(Self.plain.contains),
            fields["additionalProperties"] == nil || fields["additionalProperties"] == false, !schema.hasUnseenReference(isSeen: true)
        else { return nil }
        document = .object(fields)
        keepOriginal()
    }

    /// Leads references to the whole, or to its properties, to a copy that no step changes: what they describe is not changed either.
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

    /// Does a step to the schema; false for one whose effect is not known.
    mutating func change(by step: Transform.Step) -> Bool {
        switch step {
        case .retype, .convert: return true
        case .rename(.data(let source), to: .data(let target)) where source.count == 1 && target.count == 1:
            // A field that is renamed over another is an error when an event has both.
            guard let schema = document["properties"]?[source[0]], document["properties"]?[target[0]] == nil, !requires(target[0])
            else { return false }
            let isRequired = requires(source[0])
            remove(source[0])
            put(target[0], schema, isRequired: isRequired)
        case .drop(.data(let path)) where path.count == 1: remove(path[0])
        case .set(.data(let path), let value) where path.count == 1: put(path[0], ["const": value], isRequired: true)
        case .default(.data(let path), let value) where path.count == 1:
            var old = document["properties"]?[path[0]]
            if old == nil, requires(path[0]) { old = true }
            let schema: EventValue = old.map { requires(path[0]) ? $0 : ["anyOf": [$0, ["const": value]]] } ?? ["const": value]
            put(path[0], schema, isRequired: true)
        default: return false
        }
        return true
    }

    private func requires(_ name: String) -> Bool { document["required"]?.array?.contains(.string(name)) ?? false }

    private mutating func remove(_ name: String) {
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

    /// Returns true if a reference to the document is where ``redirected(to:)`` does not look: in what is no schema and may be referred
    /// to as one, or in a schema with a name of its own.
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
