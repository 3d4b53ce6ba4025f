import FlxCore

extension SchemaContainment {
    private struct Pair: Hashable {
        let left, right: SchemaTerm
    }

    /// Returns true if a source has no values, as far as can be shown in a few steps.
    mutating func isImpossible(_ source: SchemaSource, depth: Int = 0) -> Bool {
        guard depth < 4, spend(1 + source.size / 16) else { return false }
        let facts = facts(of: source)
        if facts.kinds.isEmpty { return true }
        guard spend(facts.refused.count * facts.terms.count / 64) else { return false }
        if facts.refused.contains(where: { refused in
            keywords(of: refused).isEmpty || facts.terms.contains { areSame($0, refused) }
        }) { return true }
        if let choices = facts.choices { return spend(choices.count / 64) && !choices.contains { mayBe($0, source) } }
        if facts.kinds.single.allSatisfy({ isImpossible($0, source, facts, depth) }) { return true }
        return facts.branches.contains { terms, _ in
            terms.count <= 8 && !terms.contains(where: source.terms.contains)
                && terms.allSatisfy { isImpossible(source.adding($0), depth: depth + 2) }
        }
    }

    /// Returns true if it has no values of a kind.
    private mutating func isImpossible(_ kind: SchemaKinds, _ source: SchemaSource, _ facts: SchemaFacts, _ depth: Int) -> Bool {
        switch kind {
        case .integer, .fraction: return facts.hasNoNumber
        case .string: return facts.length.isImpossible
        case .array:
            if facts.items.isImpossible { return true }
            return (0..<min(facts.items.least, 4)).contains { isImpossible(element($0, of: facts), depth: depth + 1) }
        case .object:
            if facts.properties.isImpossible || facts.properties.most.map({ $0 < facts.required.count }) ?? false { return true }
            return facts.required.contains { name in
                guard let member = member(name, of: source, depth: depth + 1) else { return true }
                return isImpossible(member, depth: depth + 1)
            }
        default: return false
        }
    }

    /// Returns true if two schemas have the same demands in the same words, wherever their definitions are; false if the comparison takes
    /// too long.
    mutating func areSame(_ left: SchemaTerm, _ right: SchemaTerm) -> Bool {
        guard !isSpent else { return false }
        var pairs: Set<Pair> = []
        var open = [(left, right)]
        while let (left, right) = open.popLast() {
            // Pairs already seen are the same unless another pair differs. A schema has one meaning, unless a dynamic reference in it has
            // another target from another place.
            if left == right, isStatic[left.side] { continue }
            guard pairs.insert(Pair(left: left, right: right)).inserted else { continue }
            let (some, others) = (keywords(of: left), keywords(of: right))
            guard some.count == others.count, pairs.count < 500, pairs.count % 16 != 0 || spend() else { return false }
            for (one, other) in zip(some, others) {
                guard spend(one.weight / 64), let inner = one.pairs(with: other) else { return false }
                open += inner.map { (SchemaTerm(side: left.side, node: $0), SchemaTerm(side: right.side, node: $1)) }
            }
        }
        return true
    }
}

extension SchemaKeyword {
    /// A measure of the work of looking at all of it.
    func weight(in program: SchemaProgram) -> Int {
        guard case .dynamicReference(let node, let anchor) = self else { return 1 + weight + nameCount }
        return 1 + program.targets(ofDynamic: anchor, otherwise: node).count
    }

    /// A measure of the work of comparing it with another one.
    fileprivate var weight: Int {
        switch self {
        case .enumeration(let values, _, _): values.reduce(values.count) { $0 + $1.count / 16 }
        case .constant(let bytes, _, _): bytes.count / 16
        case .pattern(let pattern): pattern.text.utf8.count / 16
        case .required(let names): names.count
        case .allOf(let nodes), .anyOf(let nodes), .oneOf(let nodes), .elements(let nodes, _): nodes.count
        case .members(let members): members.matching.reduce(members.named.count) { $0 + 1 + $1.pattern.text.utf8.count / 16 }
        default: 0
        }
    }

    /// The pairs of schemas under two keywords: the keywords have the same meaning if all pairs have; nil if they may differ anyway.
    fileprivate func pairs(with other: SchemaKeyword) -> [(Int, Int)]? {
        switch (self, other) {
        case (.never, .never), (.uniqueItems, .uniqueItems): []
        case (.type(let one), .type(let two)): one == two ? [] : nil
        case (.enumeration(let one, _, _), .enumeration(let two, _, _)): one == two ? [] : nil
        case (.constant(let one, _, _), .constant(let two, _, _)): one == two ? [] : nil
        case (.bound(let one, let number), .bound(let two, let another)): one == two && number.text == another.text ? [] : nil
        case (.multipleOf(let one), .multipleOf(let two)): one.text == two.text ? [] : nil
        case (.length(let one), .length(let two)), (.items(let one), .items(let two)), (.properties(let one), .properties(let two)):
            one == two ? [] : nil
        case (.pattern(let one), .pattern(let two)): one.isSame(as: two) ? [] : nil
        case (.format(let one), .format(let two)): one == two ? [] : nil
        case (.content(let one), .content(let two)): ExactText.same(one, two) ? [] : nil
        case (.required(let one), .required(let two)): one == two ? [] : nil
        case (.reference(let one), .reference(let two)), (.not(let one), .not(let two)): [(one, two)]
        case (.propertyNames(let one), .propertyNames(let two)): [(one, two)]
        case (.unevaluatedProperties(let one), .unevaluatedProperties(let two)): [(one, two)]
        case (.unevaluatedItems(let one), .unevaluatedItems(let two)): [(one, two)]
        case (.contains(let one, let count), .contains(let two, let another)): count == another ? [(one, two)] : nil
        case (.allOf(let one), .allOf(let two)), (.anyOf(let one), .anyOf(let two)), (.oneOf(let one), .oneOf(let two)):
            Self.pairs(one, two)
        case (.condition(let one, let then, let otherwise), .condition(let two, let second, let third)):
            Self.pairs([one], [two], [(then, second), (otherwise, third)])
        case (.elements(let one, let rest), .elements(let two, let other)): Self.pairs(one, two, [(rest, other)])
        case (.members(let one), .members(let two)): one.pairs(with: two)
        default: nil
        }
    }

    fileprivate static func pairs(_ some: [Int], _ others: [Int], _ more: [(Int?, Int?)] = []) -> [(Int, Int)]? {
        guard some.count == others.count else { return nil }
        var pairs = Array(zip(some, others))
        for (one, two) in more {
            guard (one == nil) == (two == nil) else { return nil }
            if let one, let two { pairs.append((one, two)) }
        }
        return pairs
    }
}

extension SchemaMembers {
    fileprivate func pairs(with other: SchemaMembers) -> [(Int, Int)]? {
        guard named.count == other.named.count, matching.count == other.matching.count else { return nil }
        var pairs: [(Int, Int)] = []
        for (name, node) in named {
            guard let counterpart = other.named[name] else { return nil }
            pairs.append((node, counterpart))
        }
        for (one, two) in zip(matching, other.matching) {
            guard one.pattern.isSame(as: two.pattern) else { return nil }
            pairs.append((one.node, two.node))
        }
        return SchemaKeyword.pairs([], [], [(others, other.others)]).map { pairs + $0 }
    }
}
