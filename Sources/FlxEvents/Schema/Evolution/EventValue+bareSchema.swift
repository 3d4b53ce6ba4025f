import FlxCore
import OrderedCollections

extension EventValue {
    private static let annotations: Set<ExactText> = [
        "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment",
    ]

    /// A schema without annotations at any level, and without the name of the dialect that counts anyway. Keys that name members or values
    /// are left alone.
    var bareSchema: EventValue {
        var schema = self
        if case .object(let fields) = self {
            schema = .object(fields.filter { !Self.annotations.contains($0.key) && !($0.key == "$schema" && $0.value.isStandardDialect) })
        }
        for (keys, inner) in schema.subschemas { schema.replace(at: keys, with: inner.bareSchema) }
        return schema
    }

    private var isStandardDialect: Bool { string.map { URIReference($0).description == MetaSchema.dialect } ?? false }

    /// Puts a schema in the place of one of ``subschemas``.
    mutating func replace(at keys: [String], with value: EventValue) {
        guard keys.count > 1 else {
            self[keys[0]] = value
            return
        }
        if case .array(var elements)? = self[keys[0]], let index = Int(keys[1]), elements.indices.contains(index) {
            elements[index] = value
            self[keys[0]] = .array(elements)
        } else {
            self[keys[0]]?[keys[1]] = value
        }
    }
}
