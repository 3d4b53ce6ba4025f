import FlxCore

/// A schema with a URI of its own: a document, or a part of one with `$id`.
struct SchemaResource: Sendable {
    let uri: URIReference
    let root: EventValue
    let vocabularies: SchemaVocabularies
    /// The JSON pointers of `$anchor` and `$dynamicAnchor`, by their names.
    var anchors: [String: String] = [:]
    /// Those of `$dynamicAnchor` alone.
    var dynamicAnchors: [String: String] = [:]

    /// Where a part of it stands.
    func location(of pointer: String) -> String { "\(uri)#\(pointer)" }
}

/// A place in a resource.
struct SchemaPlace: Hashable, Sendable {
    var resource: Int
    var pointer: String

    func appending(_ key: String) -> SchemaPlace {
        SchemaPlace(resource: resource, pointer: pointer + "/" + JSONPointer.escaped(key))
    }
}

extension EventValue {
    private static let single: Set = [
        "additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else", "unevaluatedItems",
        "unevaluatedProperties", "contentSchema",
    ]
    private static let listed: Set = ["allOf", "anyOf", "oneOf", "prefixItems"]
    private static let named: Set = ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"]

    /// The schemas that stand directly in a schema, with the keys that lead to them.
    var subschemas: [(keys: [String], schema: EventValue)] {
        guard case .object(let fields) = self else { return [] }
        return fields.flatMap { key, value -> [(keys: [String], schema: EventValue)] in
            switch value {
            case .object(let members) where Self.named.contains(key): members.map { ([key, $0.key], $0.value) }
            case .array(let elements) where Self.listed.contains(key): elements.enumerated().map { ([key, String($0)], $1) }
            case .object, .bool: Self.single.contains(key) ? [([key], value)] : []
            default: []
            }
        }
    }
}
