import FlxCore

extension SchemaContainment {
    mutating func askAny(_ branches: [SchemaTerm], _ source: SchemaSource, _ reader: SchemaTerm, _ place: String) -> [Finding] {
        for branch in branches where isContained(source, branch) { return [] }
        return [refusal(of: source, reader, "\(place)/anyOf", "fits none of the \(branches.count) schemas of readers")]
    }

    mutating func askOne(_ branches: [SchemaTerm], _ source: SchemaSource, _ reader: SchemaTerm, _ place: String) -> [Finding] {
        for (index, branch) in branches.enumerated() where isContained(source, branch) {
            let others = branches.indices.filter { $0 != index }.map { branches[$0] }
            if others.allSatisfy({ isDisjoint(source.adding(branch), $0) }) { return [] }
            return [refusal(of: source, reader, "\(place)/oneOf", "may fit several of the readers' schemas, and must fit exactly one")]
        }
        return [refusal(of: source, reader, "\(place)/oneOf", "fits none of the \(branches.count) schemas of readers")]
    }

    mutating func askNot(_ refused: SchemaTerm, _ source: SchemaSource, _ reader: SchemaTerm, _ place: String) -> [Finding] {
        if isDisjoint(source, refused) { return [] }
        return [refusal(of: source, reader, "\(place)/not", "may fit what readers refuse")]
    }

    mutating func ask(
        if condition: SchemaTerm, _ then: SchemaTerm?, else otherwise: SchemaTerm?, _ source: SchemaSource, _ place: String
    ) -> [Finding] {
        var findings: [Finding] = []
        if let then, !isDisjoint(source, condition) { findings += compare(source.adding(condition), then, "\(place)/then") }
        if let otherwise, !isContained(source, condition) {
            findings += compare(source.refusing([condition]), otherwise, "\(place)/else")
        }
        return findings
    }

    /// A finding with a refused value, if one is found.
    private mutating func refusal(of source: SchemaSource, _ reader: SchemaTerm, _ place: String, _ reason: String) -> Finding {
        Finding(place, reason, looksForExamples ? witness(source, against: reader) : nil)
    }

    /// Returns true if no value of a source fits a schema, as far as can be shown.
    mutating func isDisjoint(_ source: SchemaSource, _ term: SchemaTerm) -> Bool {
        guard disjointDepth < 8, spend(1 + source.size / 16) else { return false }
        disjointDepth += 1
        defer { disjointDepth -= 1 }
        let both = source.adding(term)
        if isImpossible(both) { return true }
        let (facts, others) = (facts(of: source), facts(of: SchemaSource([term], kinds: source.kinds)))
        // A required member is never written.
        if facts.kinds.intersection(others.kinds) == .object, others.required.contains(where: { member($0, of: source) == nil }) {
            return true
        }
        for refused in self.facts(of: both).refused where isContained(both, refused) { return true }
        for (terms, _) in others.branches where terms.allSatisfy({ $0 != term && isDisjoint(both, $0) }) { return true }
        return false
    }
}
