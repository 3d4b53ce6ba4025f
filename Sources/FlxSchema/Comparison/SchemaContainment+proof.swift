import FlxCore
import OrderedCollections

extension SchemaContainment {
    /// Returns true if a value of the whole may be written and is refused, either by readers that assert formats or by others.
    mutating func isProof(_ value: EventValue) -> Bool {
        [true, false].contains { formats in
            let (writer, reader) = (SchemaTerm(side: 0, node: 0), SchemaTerm(side: 1, node: 0))
            return accepts(writer, value, assertingFormats: formats) == true
                && accepts(reader, value, assertingFormats: formats) == false && mentionsAll(of: value, [writer], formats)
        }
    }

    /// Returns true if a keyword of a schema refuses a value, for a reader that asserts formats.
    mutating func fails(_ keyword: SchemaKeyword, of term: SchemaTerm, _ value: EventValue) -> Bool {
        let node = programs[term.side].nodes[term.node]
        var own = Evaluated()
        return validate(term.side) { run throws(FlxError) in try run.ask(keyword, of: value, node, &own) } == false
    }

    /// Returns true if a schema accepts a value; nil if the check takes too long.
    /// - Parameter contents: The known contents of the value, if contents are checked.
    mutating func accepts(
        _ term: SchemaTerm, _ value: EventValue, assertingFormats: Bool, contents: Set<ExactText>? = nil
    ) -> Bool? {
        validate(term.side, assertingFormats) { run throws(FlxError) in
            run.knownContents = contents
            return try run.check(term.node, value)
        }
    }

    private mutating func validate(
        _ side: Int, _ assertsFormats: Bool = true, _ question: (inout SchemaRun) throws(FlxError) -> Bool
    ) -> Bool? {
        guard spend() else { return nil }
        var run = SchemaRun(programs[side], limits: .standard, isQuiet: true)
        run.assertsFormats = assertsFormats
        let answer = try? question(&run)
        // The steps of the validator are smaller ones.
        _ = spend((SchemaLimits.standard.maximumSteps - run.steps) / Self.smallSteps)
        return answer
    }

    /// Returns true if the fitting schemas of a value mention all of its members, as far as they describe an object.
    private mutating func mentionsAll(of value: EventValue, _ terms: Set<SchemaTerm>, _ formats: Bool) -> Bool {
        guard spend(1 + terms.count / 16) else { return false }
        let all = inPlace(terms)
        guard spend(all.count / 16) else { return false }
        var others: Set<SchemaTerm> = []
        for term in all {
            guard let fits = accepts(term, value, assertingFormats: formats) else { return false }
            if !fits { others.insert(term) }
        }
        let fitting = inPlace(terms, besides: others)
        guard spend(fitting.count / 16) else { return false }
        let keywords = fitting.flatMap { term in self.keywords(of: term).map { (term.side, $0) } }
        // Each of the parts is asked about by all of the keywords.
        guard spend(keywords.count * ((value.array?.count ?? 0) + (value.object?.count ?? 0)) / 64) else { return false }
        func parts(_ nodes: (SchemaKeyword) -> [Int]) -> Set<SchemaTerm> {
            Set(keywords.flatMap { side, keyword in nodes(keyword).map { SchemaTerm(side: side, node: $0) } })
        }
        if let elements = value.array {
            return elements.enumerated().allSatisfy { index, element in
                mentionsAll(of: element, parts { $0.nodes(ofElement: index) }, formats)
            }
        }
        guard let fields = value.object else { return true }
        let describes = keywords.contains { $1.describesObjects }
        let mentioned = Set(keywords.flatMap { $1.mentionedNames })
        let (patterns, names) = (keywords.reduce(0) { $0 + $1.1.patternSize }, fields.keys.reduce(0) { $0 + 1 + $1.description.utf8.count })
        guard spend(patterns * names / 512 + mentioned.count / 64) else { return false }
        return fields.allSatisfy { name, member in
            let parts = parts { $0.nodes(ofMember: name) }
            return (!describes || !parts.isEmpty || mentioned.contains(name)) && mentionsAll(of: member, parts, formats)
        }
    }
}

extension SchemaKeyword {
    fileprivate var describesObjects: Bool {
        switch self {
        case .type(let types): SchemaKinds(types).contains(.object)
        case .members, .required, .dependentRequired, .dependentSchemas, .unevaluatedProperties: true
        default: false
        }
    }

    /// The names of written members without a schema.
    fileprivate var mentionedNames: [ExactText] {
        switch self {
        case .required(let names): names
        case .dependentRequired(let rules): rules.flatMap { [$0.0] + $0.1 }
        case .dependentSchemas(let rules): rules.map(\.0)
        default: []
        }
    }

    fileprivate func nodes(ofMember name: ExactText) -> [Int] {
        switch self {
        case .members(let members):
            let matching = members.matching.filter { $0.pattern.matchesInTime(name.description) == true }.map(\.node)
            let nodes = [members.named[name]].compactMap { $0 } + matching
            return nodes.isEmpty ? [members.others].compactMap { $0 } : nodes
        case .unevaluatedProperties(let node): return [node]
        default: return []
        }
    }

    fileprivate func nodes(ofElement index: Int) -> [Int] {
        switch self {
        case .elements(let first, let rest): index < first.count ? [first[index]] : [rest].compactMap { $0 }
        case .contains(let node, _), .unevaluatedItems(let node): [node]
        default: []
        }
    }
}
