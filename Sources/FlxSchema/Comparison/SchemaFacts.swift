import FlxCore
import OrderedCollections

/// The facts about the values of a ``SchemaSource``: each is true of all of these values.
struct SchemaFacts {
    /// A statement of a schema at the place, with that schema.
    typealias Said<Content> = (by: SchemaTerm, content: Content)
    /// A bound of numbers.
    typealias Bound = (number: SchemaNumber, isExclusive: Bool)

    var kinds: SchemaKinds
    /// The source itself.
    let source: SchemaSource
    /// All values, if they are countable.
    var choices: [EventValue]?
    /// The tightest of the bounds on each side.
    var lowest: Bound?
    var highest: Bound?
    var multiples: [SchemaNumber] = []
    var length = SchemaCount()
    var items = SchemaCount()
    var properties = SchemaCount()
    /// The patterns by their texts.
    var patterns: OrderedDictionary<ExactText, TextPattern> = [:]
    var formats: Set<SchemaFormat> = []
    var contents: Set<ExactText> = []
    var isUnique = false
    var required: Set<ExactText>
    var members: [Said<SchemaMembers>] = []
    var propertyNames: [SchemaTerm] = []
    var elements: [Said<(first: [Int], rest: Int?)>] = []
    var contains: [(term: SchemaTerm, count: SchemaCount)] = []
    var unevaluatedProperties: [Said<SchemaTerm>] = []
    var unevaluatedItems: [Said<SchemaTerm>] = []
    /// Of each of these, a value fits at least one.
    var branches: [(terms: [SchemaTerm], isExactlyOne: Bool)] = []
    var conditions: [(if: SchemaTerm, then: SchemaTerm?, else: SchemaTerm?)] = []
    var refused: [SchemaTerm]
    /// All schemas that the values fit.
    var terms: Set<SchemaTerm> = []
    /// All schemas that some of the values fit. Members mentioned there may be written.
    var mentioning: Set<SchemaTerm> = []
    /// The number of elements at the front with a statement of their own in one of these.
    var positions = 0
    /// The number of instructions of the patterns for names of members.
    var patternSize = 0
    /// The number of examined rules about members that depend on others.
    private(set) var rulesAsked = 0

    private var dependentRequired: [ExactText: [[ExactText]]] = [:]
    private var dependentSchemas: [(ExactText, SchemaTerm)] = []

    /// Collects the statements of a source's schemas.
    init(of source: SchemaSource, in programs: [SchemaProgram]) {
        self.source = source
        (kinds, refused, required) = (source.kinds, source.refused, Set(source.required))
        var open = Array(source.terms.reversed())
        var hasGrown = true
        while hasGrown {
            while let term = open.popLast() {
                guard terms.insert(term).inserted else { continue }
                for keyword in programs[term.side].nodes[term.node].keywords { note(keyword, of: term, in: programs, &open) }
            }
            let count = required.count
            requireDependent()
            rulesAsked += dependentSchemas.count
            // Required members are required only in objects: values of other kinds are not affected.
            for (name, term) in dependentSchemas where kinds.isSubset(of: .object) && required.contains(name) && !terms.contains(term) {
                open.append(term)
            }
            hasGrown = required.count > count || !open.isEmpty
        }
        if kinds.isSubset(of: [.null, .boolean]), choices == nil {
            choices = (kinds.contains(.null) ? [.null] : []) + (kinds.contains(.boolean) ? [true, false] : [])
        }
    }

    /// Adds the names required by others, each rule once.
    private mutating func requireDependent() {
        var names = dependentRequired.isEmpty ? [] : Array(required)
        rulesAsked += names.count
        while let name = names.popLast() {
            let others = dependentRequired.removeValue(forKey: name) ?? []
            rulesAsked += others.reduce(0) { $0 + $1.count }
            names += others.joined().filter { required.insert($0).inserted }
        }
    }

    private mutating func note(
        _ keyword: SchemaKeyword, of term: SchemaTerm, in programs: [SchemaProgram], _ open: inout [SchemaTerm]
    ) {
        func other(_ node: Int) -> SchemaTerm { SchemaTerm(side: term.side, node: node) }
        switch keyword {
        case .never: kinds = []
        case .type(let types): kinds.formIntersection(SchemaKinds(types))
        case .enumeration(_, let values, _): choices = choices.map { $0.count <= values.count ? $0 : values } ?? values
        case .constant(_, let value, _): choices = [value]
        case .bound(let bound, let number): note(bound, number)
        case .multipleOf(let number): multiples.append(number)
        case .length(let count): length.formIntersection(count)
        case .items(let count): items.formIntersection(count)
        case .properties(let count): properties.formIntersection(count)
        case .pattern(let pattern): patterns[ExactText(pattern.text)] = pattern
        case .format(let format): formats.insert(format)
        case .content(let content): contents.insert(ExactText(content))
        case .uniqueItems: isUnique = true
        case .required(let names): required.formUnion(names)
        case .dependentRequired(let rules):
            rulesAsked += rules.count
            for (name, names) in rules { dependentRequired[name, default: []].append(names) }
        case .dependentSchemas(let rules): dependentSchemas += rules.map { ($0, other($1)) }
        case .members(let members): self.members.append((term, members))
        case .propertyNames(let node): propertyNames.append(other(node))
        case .elements(let first, let rest): elements.append((term, (first, rest)))
        case .contains(let node, let count): contains.append((other(node), count))
        case .unevaluatedProperties(let node): unevaluatedProperties.append((term, other(node)))
        case .unevaluatedItems(let node): unevaluatedItems.append((term, other(node)))
        case .reference(let node): open.append(other(node))
        case .allOf(let nodes): open += nodes.reversed().map(other)
        case .anyOf(let nodes): branches.append((nodes.map(other), false))
        case .oneOf(let nodes): branches.append((nodes.map(other), true))
        case .dynamicReference(let node, let anchor):
            let targets = programs[term.side].targets(ofDynamic: anchor, otherwise: node).map(other)
            if targets.count == 1 { open += targets } else { branches.append((targets, false)) }
        case .not(let node): refused.append(other(node))
        case .condition(let condition, let then, let otherwise):
            conditions.append((other(condition), then.map(other), otherwise.map(other)))
        }
    }

    private mutating func note(_ bound: SchemaBound, _ number: SchemaNumber) {
        let isExclusive = bound.isExclusive
        guard let known = bound.isLowest ? lowest : highest else {
            if bound.isLowest { lowest = (number, isExclusive) } else { highest = (number, isExclusive) }
            return
        }
        let order = number.value.compared(to: known.number.value) * (bound.isLowest ? 1 : -1)
        guard order > 0 || (order == 0 && isExclusive && !known.isExclusive) else { return }
        if bound.isLowest { lowest = (number, isExclusive) } else { highest = (number, isExclusive) }
    }
}

extension SchemaCount {
    /// True if nothing is between the least and the most.
    var isImpossible: Bool { most.map { $0 < least } ?? false }

    mutating func formIntersection(_ other: SchemaCount) {
        least = max(least, other.least)
        most = [most, other.most].compactMap { $0 }.min()
    }
}
