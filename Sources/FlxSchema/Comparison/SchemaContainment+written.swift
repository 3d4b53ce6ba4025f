import FlxCore

/// The possible names of members of a source.
struct SchemaNames {
    /// Those mentioned by a schema at the place.
    var explicit: Set<ExactText> = []
    /// Those matching patterns, with the schemas known for these members.
    var patterns: [(pattern: TextPattern, terms: [SchemaTerm])] = []
    /// The schemas that may apply to members without mentioned names.
    var mentions: [SchemaTerm] = []
    /// All others; nil if they are not written.
    var rest: SchemaSource?
}

extension SchemaContainment {
    /// The names of the members that may be written.
    mutating func names(of source: SchemaSource) -> SchemaNames {
        if let names = knownNames[source] { return names }
        let facts = facts(of: source)
        var (names, rest, isRestWritten, describes) = (SchemaNames(), [SchemaTerm](), source.isOpen, false)
        names.explicit = Set(source.required)
        var looks = facts.mentioning.count
        for term in facts.mentioning.sorted() {
            let isFact = facts.terms.contains(term)
            // The reader's demands prevent no writer from writing a member.
            let isWriters = isFact && term.side == 0
            for keyword in keywords(of: term) {
                looks += keyword.nameCount
                switch keyword {
                case .type(let types): describes = describes || (isWriters && SchemaKinds(types).contains(.object))
                case .members(let members):
                    names.explicit.formUnion(members.named.keys)
                    names.patterns += members.matching.map {
                        ($0.pattern, isFact ? [SchemaTerm(side: term.side, node: $0.node)] : [])
                    }
                    guard let others = members.others else { break }
                    isRestWritten = true
                    if isFact { rest.append(SchemaTerm(side: term.side, node: others)) }
                case .unevaluatedProperties(let node):
                    isRestWritten = true
                    if isFact, spend(facts.mentioning.count / 64), !inPlace([term]).contains(where: { evaluatesRest($0, besides: term) }) {
                        rest.append(SchemaTerm(side: term.side, node: node))
                    }
                case .required(let required): names.explicit.formUnion(required)
                case .dependentRequired(let rules): for rule in rules { names.explicit.formUnion(rule.1 + [rule.0]) }
                case .dependentSchemas(let rules): names.explicit.formUnion(rules.map(\.0))
                default: continue
                }
                if case .type = keyword { continue }
                describes = describes || isWriters
            }
        }
        names.mentions = mentions(besides: facts) { keyword in
            switch keyword {
            case .members(let members): members.matching.map(\.node) + [members.others].compactMap { $0 }
            case .unevaluatedProperties(let node): [node]
            default: []
            }
        }
        let others = SchemaSource(rest, mentions: names.mentions, isOpen: source.isOpen)
        if isRestWritten || !describes { names.rest = others }
        // All names are kept for the source.
        _ = spend((looks + names.mentions.count) / 64)
        knownNames[source] = names
        // The question about the rest may lead to its names, to the rest of the rest, and back here.
        guard names.rest != nil, restDepth < 4 else { return names }
        restDepth += 1
        defer { restDepth -= 1 }
        if isImpossible(others, depth: 2) { names.rest = nil }
        knownNames[source] = names
        return names
    }

    /// The values written as a member; nil if it is not written.
    mutating func member(_ name: ExactText, of source: SchemaSource, depth: Int = 0) -> SchemaSource? {
        let (facts, names) = (facts(of: source), names(of: source))
        // Without time it may be anything.
        let looks = 1 + facts.unevaluatedProperties.count
        guard spend(looks * (facts.mentioning.count / 64 + facts.patternSize * (1 + name.description.utf8.count) / 512)) else {
            return SchemaSource([])
        }
        var terms: [SchemaTerm] = []
        for (term, members) in facts.members {
            var isKnown = false
            if let node = members.named[name] {
                isKnown = true
                terms.append(SchemaTerm(side: term.side, node: node))
            }
            for (pattern, node) in members.matching {
                guard let matches = pattern.matchesInTime(name.description) else {
                    // The others may be asked about it, or may not.
                    isKnown = true
                    continue
                }
                guard matches else { continue }
                isKnown = true
                terms.append(SchemaTerm(side: term.side, node: node))
            }
            if !isKnown, let others = members.others { terms.append(SchemaTerm(side: term.side, node: others)) }
        }
        for (term, rest) in facts.unevaluatedProperties {
            let isEvaluated = inPlace([term]).contains { evaluates(name, $0) || evaluatesRest($0, besides: term) }
            if !isEvaluated { terms.append(rest) }
        }
        let isWritten = !terms.isEmpty || names.rest != nil || names.explicit.contains(name)
        guard isWritten || names.patterns.contains(where: { $0.pattern.matchesInTime(name.description) ?? true }) else { return nil }
        let mentions = mentions(besides: facts) { keyword in
            switch keyword {
            case .members(let members):
                [members.named[name], members.others].compactMap { $0 }
                    + members.matching.filter { $0.pattern.matchesInTime(name.description) ?? true }.map(\.node)
            case .unevaluatedProperties(let node): [node]
            default: []
            }
        }
        let member = SchemaSource(terms, mentions: mentions, isOpen: source.isOpen)
        return isImpossible(member, depth: depth) ? nil : member
    }

    /// The values written as an element.
    mutating func element(_ index: Int, of facts: SchemaFacts) -> SchemaSource {
        guard spend((1 + facts.unevaluatedItems.count) * facts.mentioning.count / 64) else { return SchemaSource([]) }
        var terms: [SchemaTerm] = []
        for (term, (first, rest)) in facts.elements {
            guard let node = index < first.count ? first[index] : rest else { continue }
            terms.append(SchemaTerm(side: term.side, node: node))
        }
        for (term, rest) in facts.unevaluatedItems where !inPlace([term]).contains(where: { evaluates(index, $0, besides: term) }) {
            terms.append(rest)
        }
        let mentions = mentions(besides: facts) { keyword in
            switch keyword {
            case .elements(let first, let rest): (index < first.count ? [first[index]] : []) + [rest].compactMap { $0 }
            case .contains(let node, _), .unevaluatedItems(let node): [node]
            default: []
            }
        }
        return SchemaSource(terms, mentions: mentions, isOpen: facts.source.isOpen)
    }

    /// The schemas for a part of the value, from all schemas applied to the value.
    private func mentions(besides facts: SchemaFacts, _ nodes: (SchemaKeyword) -> [Int]) -> [SchemaTerm] {
        facts.mentioning.flatMap { term in
            keywords(of: term).flatMap(nodes).map { SchemaTerm(side: term.side, node: $0) }
        }
    }

    /// All schemas applied to the same value as the given ones, required or not.
    /// - Parameter refused: Schemas that the value does not fit; they are left out.
    func inPlace(_ terms: Set<SchemaTerm>, besides refused: Set<SchemaTerm> = []) -> Set<SchemaTerm> {
        var (all, open) = (Set<SchemaTerm>(), Array(terms))
        var anchors = programs.map { _ in Set<ExactText>() }
        while let term = open.popLast() {
            guard !refused.contains(term), all.insert(term).inserted else { continue }
            for keyword in keywords(of: term) {
                // All dynamic references to an anchor lead to the same schemas.
                if case .dynamicReference(_, let anchor) = keyword, !anchors[term.side].insert(anchor).inserted { continue }
                open += programs[term.side].nodesInPlace(of: keyword).map { SchemaTerm(side: term.side, node: $0) }
            }
        }
        return all
    }

    private func evaluates(_ name: ExactText, _ term: SchemaTerm) -> Bool {
        keywords(of: term).contains { keyword in
            guard case .members(let members) = keyword else { return false }
            return members.named[name] != nil || members.matching.contains { $0.pattern.matchesInTime(name.description) ?? true }
        }
    }

    private func evaluatesRest(_ term: SchemaTerm, besides owner: SchemaTerm) -> Bool {
        keywords(of: term).contains { keyword in
            switch keyword {
            case .members(let members): members.others != nil
            case .unevaluatedProperties: term != owner
            default: false
            }
        }
    }

    private func evaluates(_ index: Int, _ term: SchemaTerm, besides owner: SchemaTerm) -> Bool {
        keywords(of: term).contains { keyword in
            switch keyword {
            case .elements(let first, let rest): index < first.count || rest != nil
            case .contains: true
            case .unevaluatedItems: term != owner
            default: false
            }
        }
    }
}
