import FlxCore

extension SchemaContainment {
    /// A value that may be written and is refused, if one is found among a few simple ones.
    mutating func witness(_ source: SchemaSource, against reader: SchemaTerm) -> EventValue? {
        guard isStatic[0], isStatic[1] else { return nil }
        return samples(of: source, depth: 0).first { mayBe($0, source) && refuses(reader, $0) }
    }

    /// Simple values that may fit a source; they are not checked.
    private mutating func samples(of source: SchemaSource, depth: Int) -> [EventValue] {
        guard depth < 4, spend() else { return [] }
        let facts = facts(of: source)
        if let choices = facts.choices { return Array(choices.prefix(8)) }
        return facts.kinds.single.flatMap { kind -> [EventValue] in
            switch kind {
            case .null: [.null]
            case .boolean: [true, false]
            case .integer, .fraction: numbers(of: facts).filter { $0.kindOfSchema == kind }
            case .string: texts(of: facts)
            case .array: arrays(of: facts, depth)
            default: objects(of: source, facts, depth)
            }
        }
    }

    private func numbers(of facts: SchemaFacts) -> [EventValue] {
        let bounds = (facts.lowest + facts.highest + facts.multiples.map { ($0, false) }).compactMap { JSONNumber($0.number.text) }
        return bounds.map { .number($0) } + bounds.compactMap(\.double).flatMap { bound in
            [bound + 1, bound - 1, bound + 0.5].compactMap { EventValue($0) }
        } + [0, 1, 0.5]
    }

    private func texts(of facts: SchemaFacts) -> [EventValue] {
        guard facts.length.least <= 1_000 else { return [] }
        return ["a", "0", "A", "-"].map { .string(String(repeating: $0, count: max(1, facts.length.least))) } + [""]
    }

    private mutating func arrays(of facts: SchemaFacts, _ depth: Int) -> [EventValue] {
        guard facts.items.least <= 16 else { return [] }
        var elements: [EventValue] = []
        for index in 0..<facts.items.least {
            let choices = samples(of: element(index, of: facts), depth: depth + 1)
            guard let choice = choices.first(where: { !facts.isUnique || !elements.contains($0) }) else { return [] }
            elements.append(choice)
        }
        let more = samples(of: element(elements.count, of: facts), depth: depth + 1).prefix(4)
        return [.array(elements)] + more.map { .array(elements + [$0]) }
    }

    private mutating func objects(of source: SchemaSource, _ facts: SchemaFacts, _ depth: Int) -> [EventValue] {
        var least: EventValue = [:]
        for name in facts.required.sorted() {
            guard let member = member(name, of: source), let sample = samples(of: member, depth: depth + 1).first else { return [] }
            least[name.description] = sample
        }
        var all = [least]
        for name in names(of: source).explicit.sorted().prefix(16) {
            guard let member = member(name, of: source) else { continue }
            for sample in samples(of: member, depth: depth + 1).prefix(8) {
                var object = least
                object[name.description] = sample
                all.append(object)
            }
        }
        return Array(all.prefix(64))
    }
}
