import FlxCore

extension SchemaContainment {
    private static let maximumElements = 256

    mutating func askElements(_ keyword: SchemaKeyword, _ source: SchemaSource, _ reader: SchemaTerm, _ place: String) -> [Finding] {
        let facts = facts(of: source)
        switch keyword {
        case .items(let count):
            var known = facts.items
            known.formIntersection(SchemaCount(most: longest(facts)))
            return ask(count, known, "Items", place)
        case .uniqueItems:
            let isUnique = facts.isUnique || longest(facts).map { $0 <= 1 } ?? false
            return isUnique ? [] : [Finding(place, "may have elements twice, and readers refuse that")]
        case .elements(let first, let rest):
            return ask(source, facts, from: 0, besides: first.count) { index in
                let node = index < first.count ? first[index] : rest
                let path = index < first.count ? "\(place)/prefixItems/\(index)" : "\(place)/items"
                return node.map { (SchemaTerm(side: reader.side, node: $0), path) }
            }
        case .contains(let node, let count):
            return askContains(SchemaTerm(side: reader.side, node: node), count, facts, "\(place)/contains")
        case .unevaluatedItems(let node):
            return askUnevaluated(SchemaTerm(side: reader.side, node: node), source, facts, reader, "\(place)/unevaluatedItems")
        default: return []
        }
    }

    /// The greatest possible number of elements.
    private mutating func longest(_ facts: SchemaFacts) -> Int? {
        let positions = 0...min(facts.positions, Self.maximumElements)
        let closed = positions.first { isImpossible(element($0, of: facts), depth: 2) }
        return [facts.items.most, closed].compactMap { $0 }.min()
    }

    /// Compares all elements from a position on with the reader's schemas for them.
    private mutating func ask(
        _ source: SchemaSource, _ facts: SchemaFacts, from start: Int, besides count: Int, _ reader: (Int) -> (SchemaTerm, path: String)?
    ) -> [Finding] {
        let longest = longest(facts) ?? Int.max
        // From the last of these positions on all elements are alike, for the writer and the reader.
        let last = max(facts.positions, count, start)
        guard last <= Self.maximumElements else { return [Finding("", "has too many positions to be compared")] }
        var findings: [Finding] = []
        for index in start...last where index < longest {
            guard let (reader, path) = reader(index) else { continue }
            findings += inElement(index, compareInside(element(index, of: facts), reader, path), of: facts)
        }
        return findings
    }

    private mutating func askContains(_ reader: SchemaTerm, _ count: SchemaCount, _ facts: SchemaFacts, _ place: String) -> [Finding] {
        var findings: [Finding] = []
        let longest = longest(facts)
        let last = facts.positions
        guard last <= Self.maximumElements else { return [Finding(place, "has too many positions to be compared")] }
        let positions = (0...last).filter { position in longest.map { position < $0 } ?? true }.map { element($0, of: facts) }
        // Each element that certainly fits a schema of the writer's `contains` is at one of the positions.
        func fitsBy(_ inner: SchemaTerm, _ containment: inout SchemaContainment) -> Bool {
            positions.allSatisfy { containment.isContainedInside($0.adding(inner), reader) }
        }
        if count.least > 0 {
            let isContained = facts.contains.contains { $0.count.least >= count.least && fitsBy($0.term, &self) }
            let areAll = facts.items.least >= count.least
                && positions.prefix(count.least).allSatisfy { isContainedInside($0, reader) }
            if !isContained, !areAll {
                findings.append(Finding(place, "need not contain what readers look for"))
            }
        }
        if let most = count.most, longest.map({ $0 > most }) ?? true {
            let isBounded = facts.contains.contains { inner in
                inner.count.most.map { $0 <= most } ?? false
                    && isContainedInside(SchemaSource([reader], isOpen: true), inner.term)
            }
            let mayFit = positions.map { !isDisjoint($0, reader) }
            // The last position represents all later ones.
            let tail = mayFit.count > last && mayFit[last] ? longest.map { $0 - last } ?? Int.max : 0
            if !isBounded, tail > most || mayFit.prefix(last).count(where: \.self) > most - tail {
                findings.append(Finding(place, "may contain too much of what readers look for"))
            }
        }
        return findings
    }

    private mutating func askUnevaluated(
        _ rest: SchemaTerm, _ source: SchemaSource, _ facts: SchemaFacts, _ reader: SchemaTerm, _ place: String
    ) -> [Finding] {
        let certain = certainParts(of: reader, for: source)
        var (start, contained) = (0, [SchemaTerm]())
        for term in certain {
            for keyword in keywords(of: term) {
                switch keyword {
                case .elements(let first, let others):
                    if others != nil { return [] }
                    start = max(start, first.count)
                case .unevaluatedItems where term != reader: return []
                case .contains(let node, _): contained.append(SchemaTerm(side: reader.side, node: node))
                default: break
                }
            }
        }
        var findings: [Finding] = []
        let longest = longest(facts) ?? Int.max
        let last = max(facts.positions, start)
        guard last <= Self.maximumElements else { return [Finding(place, "has too many positions to be compared")] }
        for index in start...last where index < longest {
            let element = element(index, of: facts)
            if contained.contains(where: { isContainedInside(element, $0) }) { continue }
            findings += inElement(index, compareInside(element, rest, place), of: facts)
        }
        return findings
    }
}
