import FlxCore
import OrderedCollections

extension SchemaContainment {
    func ask(_ bound: SchemaBound, _ asked: SchemaNumber, _ facts: SchemaFacts, _ place: String) -> [Finding] {
        guard !facts.kinds.isDisjoint(with: .number) else { return [] }
        let (isLowest, isExclusive) = (bound.isLowest, bound.isExclusive)
        let known = facts.bounds(isLowest: isLowest)
        let holds = known.contains { number, knownIsExclusive in
            let isBeyond = isLowest ? asked < number : number < asked
            return isBeyond || ((knownIsExclusive || !isExclusive) && asked <= number && number <= asked)
        }
        if holds { return [] }
        let (word, name) = isLowest ? ("less than", "minimum") : ("greater than", "maximum")
        let limit = isExclusive ? "\(word) or equal to \(asked.text), the exclusive \(name)" : "\(word) \(asked.text), the \(name)"
        return [Finding(place, "may be \(limit) of readers")]
    }

    mutating func askMultiple(of asked: SchemaNumber, _ facts: SchemaFacts, _ place: String) -> [Finding] {
        guard !facts.kinds.isDisjoint(with: .number) else { return [] }
        let whole = facts.kinds.contains(.fraction) ? [] : [SchemaNumber(1)]
        guard spend(facts.multiples.count / 64) else { return [Finding(place, Self.tooLarge)] }
        for number in facts.multiples + whole {
            // The validator's steps are smaller, and a division is expensive compared with its price there.
            guard spend(number.value.cost(dividedBy: asked.value) * 4 / Self.smallSteps) else { return [Finding(place, Self.tooLarge)] }
            if number.isMultiple(of: asked) { return [] }
        }
        return [Finding(place, "need not be a multiple of \(asked.text), and readers ask for it")]
    }

    mutating func askText(
        _ keyword: SchemaKeyword, _ source: SchemaSource, _ facts: SchemaFacts, _ reader: SchemaTerm, _ place: String
    ) -> [Finding] {
        guard facts.kinds.contains(.string) else { return [] }
        switch keyword {
        case .length(let count): return ask(count, facts.length, "Length", place)
        case .pattern(let pattern):
            guard facts.patterns[ExactText(pattern.text)] == nil else { return [] }
            let reason = "need not match the pattern \(pattern.text.scalarPrefix(80)), and readers ask for it"
            return [Finding(place, reason)]
        case .format(let format):
            return facts.formats.contains(format)
                ? [] : [Finding(place, "need not be of the format \(format.rawValue), and readers ask for it")]
        case .content(let content):
            guard !facts.contents.contains(ExactText(content)) else { return [] }
            return [Finding(place, "need not have the \(content), and readers expect it")]
        default: return []
        }
    }

    /// Compares counts, for the keywords `min…` and `max…`.
    func ask(_ asked: SchemaCount, _ known: SchemaCount, _ what: String, _ place: String) -> [Finding] {
        var findings: [Finding] = []
        if known.least < asked.least { findings.append(Finding(place, "may be shorter than the min\(what) \(asked.least) of readers")) }
        if let most = asked.most, known.most.map({ $0 > most }) ?? true {
            findings.append(Finding(place, "may be longer than the max\(what) \(most) of readers"))
        }
        return findings
    }
}

extension SchemaFacts {
    /// The tightest bound on one side, one between whole numbers as an inclusive one too.
    func bounds(isLowest: Bool) -> [Bound] {
        guard let bound = isLowest ? lowest : highest else { return [] }
        guard !kinds.contains(.fraction), bound.isExclusive, let number = Int(bound.number.text) else { return [bound] }
        let (next, overflow) = number.addingReportingOverflow(isLowest ? 1 : -1)
        return overflow ? [bound] : [bound, (SchemaNumber(JSONNumber(next)), false)]
    }

    /// True if no number is between the bounds.
    var hasNoNumber: Bool {
        bounds(isLowest: true).contains { low, lowIsExclusive in
            bounds(isLowest: false).contains { high, highIsExclusive in
                high < low || ((lowIsExclusive || highIsExclusive) && high <= low)
            }
        }
    }
}

extension TextPattern {
    /// Returns true if two patterns are written alike.
    func isSame(as other: TextPattern) -> Bool { text.utf8.elementsEqual(other.text.utf8) }
}
