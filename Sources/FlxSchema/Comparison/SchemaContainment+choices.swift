import FlxCore
import OrderedCollections

// For countable values the validator decides, without reasoning.
extension SchemaContainment {
    /// The verdicts of the validator on a value, with formats and contents asserted and without.
    private struct Fit {
        let isAlways: Bool
        let isEver: Bool
    }

    /// The reasons why some of the values that may be written are refused.
    mutating func compare(
        _ choices: [EventValue], of source: SchemaSource, _ facts: SchemaFacts, _ reader: SchemaTerm, _ place: String
    ) -> [Finding] {
        guard isStatic[reader.side] else {
            return [Finding(place, "is read by a schema with a meaning that depends on its user ($dynamicRef)")]
        }
        var refused: [EventValue] = []
        for value in choices where mayBe(value, source) {
            // The facts are about a text itself, not about those within a value.
            guard let fit = fit(of: value, to: reader, contents: value.string == nil ? [] : facts.contents) else {
                return [Finding(place, "takes too long to be compared")]
            }
            if !fit.isAlways { refused.append(value) }
        }
        guard !refused.isEmpty else { return [] }
        let first = refused.prefix(8).map { String($0.description.scalarPrefix(40)) }
        let shown = first.joined(separator: ", ") + (refused.count > 8 ? ", …" : "")
        return [Finding(place, "may be \(shown), and readers refuse that", refused.first)]
    }

    /// Returns true if a value may be written, or if this is unknown.
    mutating func mayBe(_ value: EventValue, _ source: SchemaSource) -> Bool {
        guard !isSpent else { return true }
        guard source.kinds.contains(value.kindOfSchema) else { return false }
        if case .object(let fields) = value, source.required.contains(where: { fields[$0] == nil }) { return false }
        for term in source.terms where isStatic[term.side] {
            if fit(of: value, to: term)?.isEver == false { return false }
        }
        for term in source.refused where isStatic[term.side] {
            if fit(of: value, to: term)?.isAlways == true { return false }
        }
        return true
    }

    /// Returns true if a value is certainly accepted; false if this is unknown.
    mutating func takes(_ term: SchemaTerm, _ value: EventValue) -> Bool {
        isStatic[term.side] && fit(of: value, to: term)?.isAlways ?? false
    }

    /// Returns true if a value is certainly refused.
    mutating func refuses(_ term: SchemaTerm, _ value: EventValue) -> Bool {
        isStatic[term.side] && fit(of: value, to: term).map { !$0.isEver } ?? false
    }

    private mutating func fit(of value: EventValue, to term: SchemaTerm, contents: Set<ExactText> = []) -> Fit? {
        guard let strict = accepts(term, value, assertingFormats: true, contents: contents) else { return nil }
        guard hasFormats[term.side] else { return Fit(isAlways: strict, isEver: strict) }
        guard let lax = accepts(term, value, assertingFormats: false) else { return nil }
        return Fit(isAlways: strict && lax, isEver: strict || lax)
    }
}

extension SchemaProgram {
    /// True if it contains formats or contents: some readers assert them, others do not.
    var hasFormats: Bool {
        nodes.contains { node in
            node.keywords.contains { keyword in
                switch keyword {
                case .format, .content: true
                default: false
                }
            }
        }
    }
}
