import FlxCore

extension EventFactory {
    /// Returns a query over the vocabulary, with 0 to 3 criteria. They may overlap or repeat.
    mutating func query() -> Query {
        let criteria = (0..<random.pick([0, 1, 1, 2, 3])).map { _ in
            Query.Criterion(types: random.once(in: 2) ? [] : some(of: types), tags: random.once(in: 2) ? [] : some(of: tags))
        }
        return Query(criteria: criteria)
    }

    /// Returns any mix of streams, query and times.
    mutating func selection() -> Selection {
        let scope: Selection.Scope =
            switch random.number(below: 5) {
            case 0: .all
            case 1: .everything
            case 2: .prefix(prefix())
            default: .stream(random.pick(streams))
            }
        let selection = Selection(random.once(in: 2) ? .all : scope, random.once(in: 3) ? .all : query())
        guard random.once(in: 3) else { return selection }
        let (since, until) = (random.once(in: 2) ? time() : nil, random.once(in: 2) ? time() : nil)
        return Selection(selection.scope, selection.query, since: since, until: until)
    }

    /// Returns the first characters of a stream's name; possibly none.
    mutating func prefix() -> String {
        var scalars = random.pick(streams).description.unicodeScalars
        scalars.removeLast(random.number(in: 0...scalars.count))
        return String(scalars)
    }

    private mutating func some<Element>(of elements: [Element]) -> [Element] {
        (0..<random.number(in: 1...2)).map { _ in random.pick(elements) }
    }
}
