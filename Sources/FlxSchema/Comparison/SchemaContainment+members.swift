import FlxCore

extension SchemaContainment {
    mutating func askMembers(_ keyword: SchemaKeyword, _ source: SchemaSource, _ reader: SchemaTerm, _ place: String) -> [Finding] {
        func other(_ node: Int) -> SchemaTerm { SchemaTerm(side: reader.side, node: node) }
        let facts = facts(of: source)
        switch keyword {
        case .required(let names):
            guard spend(names.count / 256) else { return [Finding("\(place)/required", Self.tooLarge)] }
            return names.filter { !facts.required.contains($0) }.prefix(Self.maximumFindings).map {
                Finding("\(place)/required", "'\($0)' may be missing, and readers need it")
            }
        case .dependentRequired(let rules):
            var findings: [Finding] = []
            guard spend(rules.count / 64) else { return [Finding("\(place)/dependentRequired", Self.tooLarge)] }
            for (name, names) in rules where member(name, of: source) != nil {
                guard spend(1 + names.count / 256) else { return findings + [Finding("\(place)/dependentRequired", Self.tooLarge)] }
                let known = self.facts(of: source.requiring(name)).required
                findings += names.filter { !known.contains($0) }.map {
                    Finding("\(place)/dependentRequired", "'\($0)' may be missing where there is '\(name)', and readers need it")
                }
            }
            return findings
        case .dependentSchemas(let rules):
            return rules.flatMap { name, node in
                member(name, of: source) == nil ? [] : compare(source.requiring(name), other(node), "\(place)/dependentSchemas")
            }
        case .properties(let count):
            var known = facts.properties
            known.least = max(known.least, facts.required.count)
            let names = names(of: source)
            if names.patterns.isEmpty, names.rest == nil {
                known.formIntersection(SchemaCount(most: names.explicit.count { member($0, of: source) != nil }))
            }
            return ask(count, known, "Properties", place)
        case .propertyNames(let node): return askNames(other(node), source, facts, place)
        case .members(let members):
            let others = members.others.map(other)
            let matching = members.matching.map { (pattern: $0.pattern, reader: SchemaTerm?.some(other($0.node))) }
            let rule = MemberRule(
                named: members.named.mapValues(other), matching: matching, patternSize: members.patternSize, others: others,
                keyword: "additionalProperties")
            return ask(rule, source, place)
        case .unevaluatedProperties(let node): return askUnevaluated(other(node), source, reader, place)
        default: return []
        }
    }

    /// Compares all members that may be written with the reader's schemas for them.
    private mutating func ask(_ rule: MemberRule, _ source: SchemaSource, _ place: String) -> [Finding] {
        var findings: [Finding] = []
        let names = names(of: source)
        guard spend((names.explicit.count + rule.named.count) / 64) else { return [Finding(place, Self.tooLarge)] }
        for name in names.explicit.union(rule.named.keys).sorted() {
            guard let member = member(name, of: source) else { continue }
            guard spend(rule.patternSize * (1 + name.description.utf8.count) / 512) else {
                return findings + [Finding(place, Self.tooLarge)]
            }
            guard let readers = rule.readers(of: name) else {
                findings.append(Finding(place, "has patterns that take too long to be compared"))
                continue
            }
            for (reader, path) in readers {
                var found = compareInside(member, reader, "\(place)/\(path)")
                if reader == rule.others, keywords(of: reader).isNever {
                    let reason = "'\(name)' may be written, and readers refuse unknown fields"
                    found = [Finding("\(place)/\(path)", reason, found.first?.example)]
                }
                findings += inMember(name, found, of: source)
            }
        }
        for (pattern, terms) in names.patterns {
            guard spend(1 + rule.matching.count / 64) else { return findings + [Finding(place, Self.tooLarge)] }
            // It is unknown if such a name matches other patterns too: all of them may apply.
            let member = SchemaSource(terms, mentions: names.mentions, isOpen: source.isOpen)
            guard !isImpossible(member) else { continue }
            // It is unknown if a name can match both patterns, unless they are the same.
            let name = example(of: pattern).map { ExactText($0) }
            for (_, reader) in rule.matching {
                guard let reader else { continue }
                findings += inMember(name, compareInside(member, reader, "\(place)/patternProperties"), of: source)
            }
            guard let others = rule.others, !rule.matching.contains(where: { $0.pattern.isSame(as: pattern) }) else { continue }
            findings += inMember(name, compareInside(member, others, "\(place)/\(rule.keyword)"), of: source)
        }
        guard let rest = names.rest else { return findings }
        let known = Set(names.patterns.map { ExactText($0.pattern.text) })
        for (pattern, reader) in rule.matching where !known.contains(ExactText(pattern.text)) {
            let name = example(of: pattern).map { ExactText($0) }
            if let reader { findings += inMember(name, compareInside(rest, reader, "\(place)/patternProperties"), of: source) }
        }
        if let others = rule.others {
            findings += inMember("another", compareInside(rest, others, "\(place)/\(rule.keyword)"), of: source)
        }
        return findings
    }

    private mutating func askNames(_ reader: SchemaTerm, _ source: SchemaSource, _ facts: SchemaFacts, _ place: String) -> [Finding] {
        var findings: [Finding] = []
        let names = names(of: source)
        for name in names.explicit.sorted() where member(name, of: source) != nil && !takes(reader, .string(name.description)) {
            let reason = "'\(name)' may be written, and readers refuse the name"
            findings.append(Finding("\(place)/propertyNames", reason, looksForExamples ? object(of: source, named: name) : nil))
        }
        guard names.rest != nil || !names.patterns.isEmpty else { return findings }
        let any = SchemaSource(facts.propertyNames, kinds: .string, isOpen: true)
        return findings
            + compareInside(any, reader, "\(place)/propertyNames").map { finding in
                let name = finding.example?.string.map { ExactText($0) }
                return Finding(finding.place, finding.reason, name.flatMap { object(of: source, named: $0) })
            }
    }

    /// The members not evaluated by another keyword of the reader's schema. Some keywords evaluate a member only in some cases.
    private mutating func askUnevaluated(
        _ rest: SchemaTerm, _ source: SchemaSource, _ reader: SchemaTerm, _ place: String
    ) -> [Finding] {
        let certain = certainParts(of: reader, for: source)
        var rule = MemberRule(others: rest, keyword: "unevaluatedProperties")
        for term in certain {
            for keyword in keywords(of: term) {
                switch keyword {
                case .members(let members):
                    if members.others != nil { return [] }
                    for name in members.named.keys { rule.named[name] = .some(nil) }
                    rule.matching += members.matching.map { ($0.pattern, nil) }
                    rule.patternSize += members.patternSize
                case .unevaluatedProperties where term != reader: return []
                default: break
                }
            }
        }
        return ask(rule, source, place)
    }

    /// The schemas applied to the same value as one of the reader's, for certain: all values of a source fit them.
    mutating func certainParts(of reader: SchemaTerm, for source: SchemaSource) -> Set<SchemaTerm> {
        var (parts, open) = (Set<SchemaTerm>(), [reader])
        func other(_ node: Int) -> SchemaTerm { SchemaTerm(side: reader.side, node: node) }
        while let term = open.popLast() {
            guard parts.insert(term).inserted else { continue }
            for keyword in keywords(of: term) {
                switch keyword {
                case .reference(let node): open.append(other(node))
                case .dynamicReference(let node, let anchor):
                    let targets = programs[reader.side].targets(ofDynamic: anchor, otherwise: node)
                    if targets.count == 1 { open.append(other(targets[0])) }
                case .allOf(let nodes): open += nodes.map(other)
                case .anyOf(let nodes), .oneOf(let nodes):
                    for node in nodes where isContained(source, other(node)) { open.append(other(node)) }
                case .condition(let condition, let then, let otherwise):
                    if isContained(source, other(condition)) {
                        open += [other(condition)] + (then.map { [other($0)] } ?? [])
                    } else if let otherwise, isDisjoint(source, other(condition)) {
                        open.append(other(otherwise))
                    }
                case .dependentSchemas(let rules):
                    let facts = facts(of: source)
                    guard facts.kinds.isSubset(of: .object) else { break }
                    open += rules.filter { facts.required.contains($0.0) }.map { other($0.1) }
                default: break
                }
            }
        }
        return parts
    }
}

/// The demands of a reader on members: some are known by name or pattern, with a schema or without.
private struct MemberRule {
    var named: [ExactText: SchemaTerm?] = [:]
    var matching: [(pattern: TextPattern, reader: SchemaTerm?)] = []
    /// The number of instructions of the patterns.
    var patternSize = 0
    var others: SchemaTerm?
    var keyword: String

    /// The schemas of a member, with their places; nil if a pattern takes too long.
    func readers(of name: ExactText) -> [(SchemaTerm, path: String)]? {
        var (readers, isKnown) = ([(SchemaTerm, path: String)](), false)
        if let reader = named[name] {
            isKnown = true
            if let reader { readers.append((reader, "properties/\(JSONPointer.escaped(name.description))")) }
        }
        for (pattern, reader) in matching {
            guard let matches = pattern.matchesInTime(name.description) else { return nil }
            guard matches else { continue }
            isKnown = true
            if let reader { readers.append((reader, "patternProperties")) }
        }
        if !isKnown, let others { readers.append((others, keyword)) }
        return readers
    }
}

extension SchemaKeyword {
    /// The number of names of members, and of patterns for them.
    var nameCount: Int {
        switch self {
        case .members(let members): members.named.count + members.matching.count
        case .required(let names): names.count
        case .dependentRequired(let rules): rules.reduce(rules.count) { $0 + $1.1.count }
        case .dependentSchemas(let rules): rules.count
        default: 0
        }
    }

    /// The number of elements at the front with schemas of their own.
    var positions: Int {
        if case .elements(let first, _) = self { first.count } else { 0 }
    }

    /// The number of instructions of its patterns for names of members.
    var patternSize: Int {
        if case .members(let members) = self { members.patternSize } else { 0 }
    }
}

extension TextPattern {
    /// Returns true if the pattern is found in a text; nil if the search takes too long.
    func matchesInTime(_ text: String) -> Bool? {
        var budget = 10_000
        return try? matches(text, budget: &budget)
    }
}

extension [SchemaKeyword] {
    /// True if nothing fits.
    fileprivate var isNever: Bool {
        contains { keyword in if case .never = keyword { true } else { false } }
    }
}
