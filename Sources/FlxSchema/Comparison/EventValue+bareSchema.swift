package import FlxCore
import OrderedCollections

extension EventValue {
    private static let annotations: Set<ExactText> = [
        "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment",
    ]

    /// A schema without annotations at any level, and without the name of the default dialect. Keys that name members or values stay
    /// unchanged. So does a schema with a reference to a part of its annotations: that part then has an effect.
    package var bareSchema: EventValue { refersToAnnotations ? self : bare(isWhole: true) }

    private func bare(isWhole: Bool) -> EventValue {
        guard case .object(let fields) = self else { return self }
        var schema: OrderedDictionary<ExactText, EventValue> = [:]
        for (key, value) in fields where !Self.annotations.contains(key) {
            // Within a document of another dialect the name counts.
            if isWhole, key == "$schema", value.isStandardDialect { continue }
            schema[key] = value.changingSchemas(under: key) { $0.bare(isWhole: false) }
        }
        return .object(schema)
    }

    /// True if it refers to a part of the annotations of a schema, its own or another one's.
    var refersToAnnotations: Bool {
        switch self {
        case .array(let elements): elements.contains(where: \.refersToAnnotations)
        case .object(let fields):
            fields.contains { key, value in
                if let text = value.string, key == "$ref" || key == "$dynamicRef" {
                    let pointer = URIReference.fragment(of: text) ?? ""
                    return pointer.parts(at: "/").contains { Self.annotations.contains(ExactText($0)) }
                }
                return value.refersToAnnotations
            }
        default: false
        }
    }

    private var isStandardDialect: Bool { string.map { URIReference($0).description == MetaSchema.dialect } ?? false }
}
