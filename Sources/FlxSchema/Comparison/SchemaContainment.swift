import FlxCore
import OrderedCollections

/// The reasons why readers with one schema do not accept all values of writers with another.
///
/// A ``SchemaSource`` represents the values written at one place. Each keyword of the reader's schema must follow from the known facts
/// about them. Otherwise the writer's values are divided by the branches of its schema, and each part is examined by itself.
///
/// The answer "contained" is a proof, by induction over the size of values; everything else is a finding. A value that may be written and
/// is refused proves a finding. The search for it is a second run, without any effect on the proofs of the first one.
struct SchemaContainment {
    struct Finding: Hashable {
        let place: String
        let reason: String
        /// A value that may be written and is perhaps refused: first one of the current place, at the end one of the whole.
        var example: EventValue?

        init(_ place: String, _ reason: String, _ example: EventValue? = nil) {
            (self.place, self.reason, self.example) = (place, reason, example)
        }
    }

    /// A question: does a schema of the reader accept the written values?
    private struct Question: Hashable {
        let source: SchemaSource
        let reader: SchemaTerm
    }

    private static let maximumSteps = 20_000
    /// The maximum number of visits to parts of the schemas, counted on each visit. Known work is paid in steps; this bounds all other
    /// work.
    private static let maximumLooks = 1 << 25
    private static let maximumDepth = 64
    static let maximumFindings = 100
    /// The number of steps of the validator for one step here.
    static let smallSteps = 64
    static let tooLarge = "is a part of too large a schema to be compared"

    let programs: [SchemaProgram]
    /// True if a schema of a side means the same from wherever it is asked.
    let isStatic: [Bool]
    let hasFormats: [Bool]
    private(set) var steps = 0
    /// An object, so every visit is counted, in any copy.
    private final class Meter {
        var looks = 0
    }

    private let meter = Meter()
    /// The amount of work in each node.
    private let weights: [[Int]]
    /// The depth of the place in the value.
    private var level = 0
    /// The open questions, with their levels.
    private var open: [Question: (index: Int, level: Int)] = [:]
    /// The outermost open question with an answer assumed within a smaller value.
    private var outermostAssumed = Int.max
    private var answered: [Question: [Finding]] = [:]
    private var known: [SchemaSource: SchemaFacts] = [:]
    var knownNames: [SchemaSource: SchemaNames] = [:]
    /// The number of open questions of the kind "can both be".
    var disjointDepth = 0
    /// The number of open questions of the kind "are there other members".
    var restDepth = 0
    /// True if findings are to have examples.
    private(set) var looksForExamples = false
    var simplest: [SchemaSource: EventValue?] = [:]
    /// The texts found for patterns, by the patterns' texts.
    var examples: [ExactText: String?] = [:]
    /// The nesting of the current searches for a simplest value.
    var simplestDepth = 0

    init(writer: SchemaProgram, reader: SchemaProgram) {
        programs = [writer, reader]
        weights = programs.map { program in program.nodes.map { node in node.keywords.reduce(1) { $0 + $1.weight(in: program) } } }
        isStatic = programs.map(\.isStatic)
        hasFormats = programs.map(\.hasFormats)
    }

    /// All reasons against; those with an example are proven by it.
    mutating func run() -> [Finding] {
        let found = findings()
        guard !found.isEmpty else { return [] }
        var second = SchemaContainment(writer: programs[0], reader: programs[1])
        second.looksForExamples = true
        let explained = second.findings()
        // The cost of a proof has its own bound, whatever the search for the examples cost.
        second.steps = 0
        second.meter.looks = 0
        let proven = explained.filter { finding in finding.example.map { second.isProof($0) } ?? false }
        let rest = found.map { Finding($0.place, $0.reason) }
        return proven + rest.filter { finding in !proven.contains { $0.place == finding.place && $0.reason == finding.reason } }
    }

    private mutating func findings() -> [Finding] {
        let (writer, reader) = (SchemaTerm(side: 0, node: 0), SchemaTerm(side: 1, node: 0))
        guard !areSame(writer, reader) else { return [] }
        return Array(OrderedSet(compare(SchemaSource([writer]), reader, "")).prefix(Self.maximumFindings))
    }

    /// Returns true if the values of a source are all taken by a schema.
    mutating func isContained(_ source: SchemaSource, _ reader: SchemaTerm) -> Bool {
        let looked = looksForExamples
        looksForExamples = false
        defer { looksForExamples = looked }
        return compare(source, reader, "").isEmpty
    }

    /// The same for a part of the values.
    mutating func isContainedInside(_ source: SchemaSource, _ reader: SchemaTerm) -> Bool {
        level += 1
        defer { level -= 1 }
        return isContained(source, reader)
    }

    func keywords(of term: SchemaTerm) -> [SchemaKeyword] {
        meter.looks += weights[term.side][term.node]
        return programs[term.side].nodes[term.node].keywords
    }

    mutating func facts(of source: SchemaSource) -> SchemaFacts {
        if let facts = known[source] {
            // The caller examines all of them.
            _ = spend(facts.mentioning.count / 64)
            return facts
        }
        var facts = SchemaFacts(of: source, in: programs)
        facts.mentioning = inPlace(facts.terms.union(source.mentions), besides: Set(facts.refused))
        facts.positions = facts.mentioning.reduce(0) { count, term in keywords(of: term).reduce(count) { max($0, $1.positions) } }
        facts.patternSize = facts.mentioning.reduce(0) { size, term in keywords(of: term).reduce(size) { $0 + $1.patternSize } }
        // A source of many schemas is more work than one of few, and its facts are kept.
        let kept = facts.required.count + facts.branches.reduce(0) { $0 + $1.terms.count }
        _ = spend((facts.mentioning.count + facts.terms.count * (1 + facts.refused.count) + facts.rulesAsked + kept) / 16)
        known[source] = facts
        return facts
    }

    /// Returns true if there is still time for a step.
    mutating func spend(_ count: Int = 1) -> Bool {
        steps += count
        return steps <= Self.maximumSteps && meter.looks <= Self.maximumLooks
    }

    /// True if there is no time for a step more.
    var isSpent: Bool { steps >= Self.maximumSteps || meter.looks > Self.maximumLooks }

    /// The reasons why a schema does not accept all values of a source; empty if it does.
    mutating func compare(_ source: SchemaSource, _ reader: SchemaTerm, _ place: String) -> [Finding] {
        // Existing answers cost too: looking up a question reads all of it.
        guard !isSpent else { return [Finding(place, Self.tooLarge)] }
        let question = Question(source: source, reader: reader)
        if let answer = answered[question] { return answer }
        if let asked = open[question] {
            guard asked.level < level else { return [Finding(place, "refers to itself without an end")] }
            // A smaller value: by induction the answer holds for it.
            outermostAssumed = min(outermostAssumed, asked.index)
            return []
        }
        guard spend(1 + source.size / 16), open.count < Self.maximumDepth else {
            return [Finding(place, Self.tooLarge)]
        }
        let (index, outer) = (open.count, outermostAssumed)
        (open[question], outermostAssumed) = ((index, level), Int.max)
        let findings = answer(source, reader, place)
        open[question] = nil
        if findings.isEmpty, outermostAssumed >= index { answered[question] = [] }
        outermostAssumed = min(outer, outermostAssumed >= index ? Int.max : outermostAssumed)
        return findings
    }

    /// The same for a part of the values.
    mutating func compareInside(_ source: SchemaSource, _ reader: SchemaTerm, _ place: String) -> [Finding] {
        level += 1
        defer { level -= 1 }
        return compare(source, reader, place)
    }

    private mutating func answer(_ source: SchemaSource, _ reader: SchemaTerm, _ place: String) -> [Finding] {
        let asked = keywords(of: reader)
        let facts = facts(of: source)
        if asked.isEmpty || facts.terms.contains(where: { areSame($0, reader) }) || isImpossible(source) { return [] }
        if let choices = facts.choices { return compare(choices, of: source, facts, reader, place) }
        var findings: [Finding] = []
        for keyword in asked {
            let found = ask(keyword, of: source, facts, reader, place)
            findings += (looksForExamples && !found.isEmpty ? explained(found, by: keyword, source, facts, reader) : found)
                .prefix(Self.maximumFindings)
            if findings.count >= Self.maximumFindings || (isSpent && !findings.isEmpty) { break }
        }
        guard !findings.isEmpty, let parts = parts(of: source, facts, reader) else { return findings }
        var divided: [Finding] = []
        for part in parts {
            for finding in compare(part, reader, place) where !divided.contains(finding) { divided.append(finding) }
            if divided.count >= Self.maximumFindings { break }
        }
        return divided
    }

    /// A division of the values into parts with more facts about each; nil if there is nothing to divide by.
    private mutating func parts(of source: SchemaSource, _ facts: SchemaFacts, _ reader: SchemaTerm) -> [SchemaSource]? {
        for (terms, isExactlyOne) in facts.branches where !terms.contains(where: source.terms.contains) {
            guard spend(terms.count * (isExactlyOne ? terms.count : 1) / 256) else { return nil }
            return terms.map { term in source.adding(term).refusing(isExactlyOne ? terms.filter { $0 != term } : []) }
        }
        for condition in facts.conditions {
            guard !source.terms.contains(condition.if), !source.refused.contains(condition.if) else { continue }
            let (fits, differs) = (source.adding(condition.if), source.refusing([condition.if]))
            return [condition.then.map(fits.adding) ?? fits, condition.else.map(differs.adding) ?? differs]
        }
        let kinds = facts.kinds.single
        return kinds.count > 1 && branchesByKind(reader) ? kinds.map(source.limited) : nil
    }

    private func branchesByKind(_ reader: SchemaTerm) -> Bool {
        keywords(of: reader).contains { keyword in
            switch keyword {
            case .anyOf, .oneOf, .not, .condition: true
            default: false
            }
        }
    }
}
