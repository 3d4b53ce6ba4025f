import FlxCore
import OrderedCollections

/// The vocabularies of draft 2020-12 with an effect in a schema.
struct SchemaVocabularies: OptionSet, Sendable {
    let rawValue: UInt8

    static let applicator = SchemaVocabularies(rawValue: 1)
    static let unevaluated = SchemaVocabularies(rawValue: 2)
    static let validation = SchemaVocabularies(rawValue: 4)
    /// Formats are asserted, and not only noted.
    static let formatAssertion = SchemaVocabularies(rawValue: 8)

    /// Those of the standard's own dialect.
    static let standard: SchemaVocabularies = [.applicator, .unevaluated, .validation]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Reads `$vocabulary` of a dialect's schema. Without it the dialect has the standard's vocabularies.
    /// - Throws: ``FlxError/Code/invalidValue`` for an unknown vocabulary that is required.
    init(ofDialect document: EventValue, named uri: String) throws(FlxError) {
        guard let vocabularies = document["$vocabulary"]?.object else {
            self = .standard
            return
        }
        self = []
        for (name, isRequired) in vocabularies {
            switch ExactText(name.description.without(prefix: MetaSchema.base + "vocab/") ?? "") {
            case "core", "meta-data", "format-annotation", "content": break
            case "applicator": insert(.applicator)
            case "unevaluated": insert(.unevaluated)
            case "validation": insert(.validation)
            case "format-assertion": insert(.formatAssertion)
            default:
                if isRequired == true {
                    throw FlxError(.invalidValue, "schema: the dialect '\(uri)' requires the vocabulary '\(name)', unknown here")
                }
            }
        }
    }
}
