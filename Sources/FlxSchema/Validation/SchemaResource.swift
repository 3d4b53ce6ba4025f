import FlxCore
import OrderedCollections

/// A schema with a URI of its own: a document, or a part of one with `$id`.
struct SchemaResource: Sendable {
    let uri: URIReference
    let root: EventValue
    let vocabularies: SchemaVocabularies
    /// The JSON pointers of `$anchor` and `$dynamicAnchor`, by their names.
    var anchors: [ExactText: String] = [:]
    /// Those of `$dynamicAnchor` alone.
    var dynamicAnchors: [ExactText: String] = [:]

    /// The place of a part of it.
    func location(of pointer: String) -> String { "\(uri)#\(pointer)" }
}

/// A place in a resource.
struct SchemaPlace: Hashable, Sendable {
    var resource: Int
    var pointer: String

    static func == (left: Self, right: Self) -> Bool { left.resource == right.resource && ExactText.same(left.pointer, right.pointer) }

    func hash(into hasher: inout Hasher) {
        hasher.combine(resource)
        hasher.combine(ExactText(pointer))
    }

    func appending(_ key: String) -> SchemaPlace {
        SchemaPlace(resource: resource, pointer: pointer + "/" + JSONPointer.escaped(key))
    }
}

extension EventValue {
    private static let single: Set<ExactText> = [
        "additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else", "unevaluatedItems",
        "unevaluatedProperties", "contentSchema",
    ]
    private static let listed: Set<ExactText> = ["allOf", "anyOf", "oneOf", "prefixItems"]
    private static let named: Set<ExactText> = ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"]

    /// The direct subschemas of a schema, with their keys.
    var subschemas: [(keys: [String], schema: EventValue)] {
        guard case .object(let fields) = self else { return [] }
        return fields.flatMap { key, value -> [(keys: [String], schema: EventValue)] in
            switch value {
            case .object(let members) where Self.named.contains(key): members.map { ([key.description, $0.key.description], $0.value) }
            case .array(let elements) where Self.listed.contains(key): elements.enumerated().map { ([key.description, String($0)], $1) }
            case .object, .bool: Self.single.contains(key) ? [([key.description], value)] : []
            default: []
            }
        }
    }

    /// The value under a key of a schema, with each of its direct schemas changed.
    func changingSchemas(under key: ExactText, _ change: (EventValue) -> EventValue) -> EventValue {
        switch self {
        case .object(let members) where Self.named.contains(key): .object(members.mapValues(change))
        case .array(let elements) where Self.listed.contains(key): .array(elements.map(change))
        case .object where Self.single.contains(key): change(self)
        default: self
        }
    }
}
