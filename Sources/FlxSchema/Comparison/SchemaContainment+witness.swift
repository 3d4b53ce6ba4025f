import FlxCore
import OrderedCollections

// Candidates for a proof of a finding: guesses near the bounds in the schemas. At the end, the validator decides.
extension SchemaContainment {
    /// The maximum length of a generated value, in bytes.
    private static let longestExample = 1 << 16

    /// A value that may be written and is refused, if one is found among a few simple ones.
    mutating func witness(_ source: SchemaSource, against reader: SchemaTerm) -> EventValue? {
        samples(of: source).first { mayBe($0, source) && refuses(reader, $0) }
    }

    /// The findings of a keyword. They get an example if they have none and the keyword is about the value itself.
    mutating func explained(
        _ findings: [Finding], by keyword: SchemaKeyword, _ source: SchemaSource, _ facts: SchemaFacts, _ reader: SchemaTerm
    ) -> [Finding] {
        guard let hints = hints(for: keyword, source, facts), findings.contains(where: { $0.example == nil }) else { return findings }
        let example = (hints + samples(of: source)).first { mayBe($0, source) && fails(keyword, of: reader, $0) }
        return findings.map { Finding($0.place, $0.reason, $0.example ?? example) }
    }

    /// Values that a keyword may refuse, besides the usual candidates; nil for a keyword about parts of the value.
    private mutating func hints(for keyword: SchemaKeyword, _ source: SchemaSource, _ facts: SchemaFacts) -> [EventValue]? {
        switch keyword {
        case .never, .enumeration, .constant, .pattern, .format, .required, .dependentRequired: []
        case .type(let types): samples(of: source.limited(to: .all.subtracting(SchemaKinds(types))))
        case .bound(_, let number): near([number])
        case .multipleOf(let number): near([number] + facts.multiples)
        case .length(let count): count.borders.flatMap { texts(of: $0, facts) }
        case .items(let count): count.borders.compactMap { array(of: facts, count: $0) }
        case .uniqueItems: simplest(element(0, of: facts)).map { [.array([$0, $0])] } ?? []
        case .contains(let node, let count):
            count.borders.compactMap { array(of: facts, count: $0, fitting: SchemaTerm(side: 1, node: node)) }
        case .properties(let count): count.borders.compactMap { object(of: source, count: $0) }
        default: nil
        }
    }

    /// Simple values that may fit a source.
    private mutating func samples(of source: SchemaSource) -> [EventValue] {
        let facts = facts(of: source)
        guard spend(1 + facts.terms.count / 8) else { return [] }
        if let choices = facts.choices { return Array(choices.prefix(8)) }
        return facts.kinds.single.flatMap { kind -> [EventValue] in
            switch kind {
            case .null: [.null]
            case .boolean: [true, false]
            case .integer, .fraction: numbers(of: facts).filter { $0.kindOfSchema == kind }
            case .string: texts(of: nil, facts)
            case .array: [0, 1, 2].compactMap { array(of: facts, count: facts.items.least.addingClamped($0)) }
            default: objects(of: source)
            }
        }
    }

    /// The smallest value found for a source.
    mutating func simplest(_ source: SchemaSource) -> EventValue? {
        if let known = simplest[source] { return known }
        guard simplestDepth < 32, spend(1 + source.size / 16) else { return nil }
        simplestDepth += 1
        defer { simplestDepth -= 1 }
        // While it is looked for, it cannot be a part of itself.
        simplest[source] = .some(nil)
        let facts = facts(of: source)
        var found = samples(of: source.limited(to: facts.kinds.subtracting(.object))).first { mayBe($0, source) }
        if found == nil, facts.choices == nil, facts.kinds.contains(.object) {
            found = object(of: source, count: facts.properties.least).flatMap { mayBe($0, source) ? $0 : nil }
        }
        for (terms, _) in facts.branches where found == nil && !terms.contains(where: source.terms.contains) {
            for term in terms.prefix(8) where found == nil { found = simplest(source.adding(term)) }
        }
        simplest[source] = .some(found)
        return found
    }
}

extension SchemaContainment {
    /// The findings about a member, with examples of the whole object.
    mutating func inMember(_ name: ExactText?, _ findings: [Finding], of source: SchemaSource) -> [Finding] {
        findings.map { finding in
            guard let name, let value = finding.example else { return Finding(finding.place, finding.reason) }
            return Finding(finding.place, finding.reason, object(of: source, named: name, value))
        }
    }

    /// The findings about an element, with examples of the whole array.
    mutating func inElement(_ index: Int, _ findings: [Finding], of facts: SchemaFacts) -> [Finding] {
        findings.map { finding in
            guard let value = finding.example else { return finding }
            return Finding(finding.place, finding.reason, array(of: facts, count: max(index + 1, facts.items.least), index, value))
        }
    }

    /// An object with the required members and one more.
    mutating func object(of source: SchemaSource, named name: ExactText, _ value: EventValue? = nil) -> EventValue? {
        let source = source.limited(to: .object).requiring(name)
        var object: EventValue = [:]
        let required = facts(of: source).required
        guard spend(required.count / 16) else { return nil }
        for required in required.sorted() {
            guard let member = member(required, of: source) else { return nil }
            guard let value = required == name ? value ?? simplest(member) : simplest(member) else { return nil }
            object[required] = value
        }
        return kept(object)
    }

    /// An object with `count` members, or with all required ones if these are more.
    private mutating func object(of source: SchemaSource, count: Int) -> EventValue? {
        guard count <= 64 else { return nil }
        let source = source.limited(to: .object)
        var object: EventValue = [:]
        let (required, explicit) = (facts(of: source).required, self.names(of: source).explicit)
        guard spend((required.count + explicit.count) / 64) else { return nil }
        var names = required.sorted()
        for name in explicit.sorted() where names.count < count && !names.contains(name) { names.append(name) }
        while names.count < count { names.append("another\(names.count)") }
        for name in names {
            guard let member = member(name, of: source), let value = simplest(member) else { return nil }
            object[name] = value
        }
        return kept(object)
    }

    private mutating func objects(of source: SchemaSource) -> [EventValue] {
        let least = object(of: source, count: 0)
        var all = [least].compactMap { $0 }
        let names = names(of: source).explicit
        guard spend(names.count / 64) else { return all }
        for name in names.sorted().prefix(16) {
            guard let object = object(of: source, named: name), let member = member(name, of: source) else { continue }
            all.append(object)
            // Other plain values of the member.
            let kinds: SchemaKinds = [.null, .boolean, .number, .string]
            for value in samples(of: member.limited(to: kinds)).prefix(8) {
                var other = object
                other[name] = value
                all.append(other)
            }
        }
        return Array(all.prefix(64))
    }

    /// An array of a given length. One element may be given, or all fit a schema.
    private mutating func array(
        of facts: SchemaFacts, count: Int, _ place: Int = -1, _ given: EventValue? = nil, fitting term: SchemaTerm? = nil
    ) -> EventValue? {
        guard (0...64).contains(count) else { return nil }
        var elements: [EventValue] = []
        for index in 0..<count {
            var source = element(index, of: facts)
            if let term { source = source.adding(term) }
            var value = index == place ? given : simplest(source)
            if index != place, facts.isUnique, let known = value, elements.contains(known) {
                value = samples(of: source).first { !elements.contains($0) && mayBe($0, source) }
            }
            guard let value else { return nil }
            elements.append(value)
        }
        return kept(.array(elements))
    }

    /// A generated value; nil for a long one. Values that contain others repeatedly, level by level, are small in memory, and endless for a
    /// writer or a comparison.
    private mutating func kept(_ value: EventValue) -> EventValue? {
        let length = value.length(upTo: Self.longestExample, depth: JSONLimits.standard.maximumDepth)
        _ = spend((length ?? Self.longestExample) / 512)
        return length == nil ? nil : value
    }
}

extension SchemaContainment {
    /// Numbers beside some.
    private mutating func near(_ numbers: [SchemaNumber]) -> [EventValue] {
        numbers.flatMap { number -> [EventValue] in
            guard spend((8 + number.text.utf8.count) / 16), let value = JSONNumber(number.text) else { return [] }
            guard let double = value.double else { return [.number(value)] }
            let others = [double * 2, double * 3] + [1, -1, 0.5, -0.5, 0.01, -0.01].map { double + $0 }
            return [.number(value)] + others.compactMap { EventValue($0) }
        }
    }

    private mutating func numbers(of facts: SchemaFacts) -> [EventValue] {
        near([facts.lowest?.number, facts.highest?.number].compactMap { $0 } + facts.multiples) + [0, 1, 0.5]
    }

    /// Texts of a length, or near the known lengths, and texts for patterns and formats.
    private mutating func texts(of asked: Int?, _ facts: SchemaFacts) -> [EventValue] {
        let lengths = (asked.map { [$0] } ?? [max(1, facts.length.least), facts.length.most ?? 0, 0]).filter { $0 <= 10_000 }
        guard spend(lengths.reduce(facts.patterns.count * 64, +) / 1024) else { return [] }
        let plain = lengths.flatMap { length in ["a", "0", "A", "-"].map { String(repeating: $0, count: length) } }
        let matching = facts.patterns.values.compactMap { example(of: $0) }
        return (matching + facts.formats.flatMap(\.examples) + plain).map { .string($0) }
    }

    /// A text with a match of a pattern, searched once; nil if none is known.
    mutating func example(of pattern: TextPattern) -> String? {
        let text = ExactText(pattern.text)
        if let known = examples[text] { return known }
        guard spend(1 + pattern.program.count / 512) else { return nil }
        let example = pattern.example
        examples[text] = .some(example)
        return example
    }
}

extension SchemaCount {
    /// The counts next to the least and the most, outside of them.
    fileprivate var borders: [Int] { [least - 1, most.map { $0.addingClamped(1) } ?? -1].filter { $0 >= 0 } }
}
