import FlxCore

extension SchemaContainment {
    /// Why a keyword of the reader refuses some values of a source.
    mutating func ask(
        _ keyword: SchemaKeyword, of source: SchemaSource, _ facts: SchemaFacts, _ reader: SchemaTerm, _ place: String
    ) -> [Finding] {
        func other(_ node: Int) -> SchemaTerm { SchemaTerm(side: reader.side, node: node) }
        switch keyword {
        case .never: return [Finding(place, "is not read at all")]
        case .type(let types):
            let refused = facts.kinds.subtracting(SchemaKinds(types))
            return refused.isEmpty ? [] : [Finding(place, "may be \(refused.listed), and readers take \(SchemaKinds(types).listed)")]
        case .enumeration(_, _, let shown): return [Finding(place, "may be anything, and readers take certain values: \(shown)")]
        case .constant(_, _, let shown): return [Finding(place, "may be anything, and readers take one value: \(shown)")]
        case .bound(let bound, let number): return ask(bound, number, facts, place)
        case .multipleOf(let number): return askMultiple(of: number, facts, place)
        case .length, .pattern, .format, .content: return askText(keyword, source, facts, reader, place)
        case .properties, .required, .dependentRequired, .dependentSchemas, .members, .propertyNames, .unevaluatedProperties:
            return facts.kinds.contains(.object) ? askMembers(keyword, source.limited(to: .object), reader, place) : []
        case .items, .uniqueItems, .elements, .contains, .unevaluatedItems:
            return facts.kinds.contains(.array) ? askElements(keyword, source.limited(to: .array), reader, place) : []
        case .reference(let node): return compare(source, other(node), place)
        case .dynamicReference(let node, let anchor):
            let targets = programs[reader.side].targets(ofDynamic: anchor, otherwise: node)
            // Many references may lead to the same many schemas, and repeated questions cost nothing else.
            guard spend(targets.count / 4) else { return [Finding(place, Self.tooLarge)] }
            return targets.flatMap { compare(source, other($0), place) }
        case .allOf(let nodes): return nodes.flatMap { compare(source, other($0), place) }
        case .anyOf(let nodes): return askAny(nodes.map(other), source, reader, place)
        case .oneOf(let nodes): return askOne(nodes.map(other), source, reader, place)
        case .not(let node): return askNot(other(node), source, reader, place)
        case .condition(let condition, let then, let otherwise):
            return ask(if: other(condition), then.map(other), else: otherwise.map(other), source, place)
        }
    }
}

extension EventValue {
    /// The kind of a value.
    var kindOfSchema: SchemaKinds {
        switch self {
        case .null: .null
        case .bool: .boolean
        case .number(let number): SchemaNumber(number).isInteger ? .integer : .fraction
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }
}
