import FlxCore
import FlxTesting
import Foundation
import Testing

@testable import FlxSchema

/// What is called compatible is so: random changes of random schemas, and values of both that look for one which proves the contrary.
@Suite("Soundness of compatibility")
struct SchemaSoundnessTests {
    /// What came of the changes of one kind.
    struct Figures {
        var (compatible, broken, unknown, refuted) = (0, 0, 0, 0)
        var count: Int { compatible + broken + unknown }
    }

    struct Outcome {
        var figures: [SchemaMutation: Figures] = [:]
        var values = 0
        var lies: [String] = []
        /// Findings that are called proven by a value which proves nothing.
        var wrongExamples: [String] = []
    }

    private static var isFull: Bool { ProcessInfo.processInfo.environment["FLX_FULL"] == "1" }

    /// Plays until so many values were tried.
    private static func play(
        seed: UInt64, values: Int, _ mutations: [SchemaMutation] = SchemaMutation.allCases,
        verdict: (_ old: EventValue, _ new: EventValue) -> SchemaVerdict = { SchemaComparison(from: $0, to: $1).backward }
    ) throws -> Outcome {
        var (outcome, lottery, round) = (Outcome(), SchemaLottery(random: SeededGenerator(seed: seed)), 0)
        while outcome.values < values {
            round += 1
            let mutation = lottery.pick(mutations)
            let first = lottery.document()
            let second = mutation.applied(to: first, &lottery)
            let (old, new) = lottery.random.once(in: 2) ? (first, second) : (second, first)
            guard let writer = try? SchemaWorld(old), let reader = try? SchemaWorld(new) else { continue }
            let verdict = verdict(old, new)
            for finding in verdict.findings {
                guard let example = finding.example, !writer.shows(example, against: reader) else { continue }
                outcome.wrongExamples.append("seed \(seed) round \(round) \(mutation): \(finding)\n  old \(old)\n  new \(new)")
            }
            var isRefuted = false
            for _ in 0..<24 {
                let source = lottery.random.number(below: 4) > 0 ? old : new
                let value = lottery.value(for: source, in: source)
                outcome.values += 1
                guard writer.shows(value, against: reader) else { continue }
                isRefuted = true
                guard case .compatible = verdict else { continue }
                outcome.lies.append("seed \(seed) round \(round) \(mutation): \(value)\n  old \(old)\n  new \(new)")
                return outcome
            }
            outcome.figures[mutation, default: Figures()].note(verdict, isRefuted)
        }
        return outcome
    }

    @Test("No value refutes what is called compatible, and each break is shown by one that is written and refused")
    func sound() throws {
        let seed = SeededGenerator.freshSeed()
        // At the beginning, since nothing is told after a crash.
        FileHandle.standardOutput.write(Data("soundness of compatibility: seed \(seed)\n".utf8))
        let outcome = try Self.play(seed: seed, values: Self.isFull ? 1_000_000 : 3_000)
        #expect(outcome.lies == [])
        #expect(outcome.wrongExamples == [])
        print(Self.table(outcome))
    }

    @Test("Wrong rules are found out", arguments: WrongRule.allCases)
    func bites(rule: WrongRule) throws {
        for seed in 1...24 as ClosedRange<UInt64> {
            let outcome = try Self.play(seed: seed, values: 6_000, rule.mutations) {
                SchemaComparison(from: $0, to: rule.changed($1)).backward
            }
            if !outcome.lies.isEmpty { return }
        }
        Issue.record("no value refuted \(rule)")
    }

    @Test("Unknown is the answer where it must be, and not for what people change every day")
    func decided() throws {
        let outcome = try Self.play(seed: 7, values: 3_000, SchemaMutation.plain)
        let all = outcome.figures.values.reduce(into: Figures()) { sum, figures in
            sum.unknown += figures.unknown
            sum.compatible += figures.compatible
            sum.broken += figures.broken
        }
        #expect(all.unknown * 4 < all.count, "\(Self.table(outcome))")
        #expect(all.compatible * 4 > all.count, "\(Self.table(outcome))")
    }

    /// A table of the figures, one line for each kind of change.
    private static func table(_ outcome: Outcome) -> String {
        let lines = outcome.figures.sorted { $0.key.rawValue < $1.key.rawValue }.map { mutation, figures in
            "\(mutation): \(figures.count) changes, compatible \(figures.compatible), breaks \(figures.broken) "
                + "unknown \(figures.unknown), refuted by a value \(figures.refuted)"
        }
        return (["\(outcome.values) values"] + lines).joined(separator: "\n")
    }
}

/// A rule that forgets a part of what readers ask.
enum WrongRule: CaseIterable, Sendable {
    case nothingBesideReferences, noPatterns, noConditions, noUnevaluated, oneOfIsAnyOf

    /// The changes that the rule is wrong about.
    var mutations: [SchemaMutation] {
        switch self {
        case .nothingBesideReferences: [.besideReference, .tighten, .require]
        case .noPatterns: [.addPattern]
        case .noConditions: [.addCondition, .addNot]
        case .noUnevaluated: [.closeUnevaluated]
        case .oneOfIsAnyOf: [.anyToOne, .addBranch]
        }
    }

    /// The reader's schema as the rule sees it.
    func changed(_ schema: EventValue) -> EventValue {
        var changed = schema
        switch self {
        case .nothingBesideReferences:
            if schema["$ref"] != nil, schema["$defs"] == nil { changed = ["$ref": schema["$ref"] ?? ""] }
        case .noPatterns: changed["patternProperties"] = nil
        case .noConditions: (changed["if"], changed["not"]) = (nil, nil)
        case .oneOfIsAnyOf:
            if let branches = schema["oneOf"] {
                changed["oneOf"] = nil
                changed["allOf"] = .array((schema["allOf"]?.array ?? []) + [["anyOf": branches]])
            }
        case .noUnevaluated: (changed["unevaluatedProperties"], changed["unevaluatedItems"]) = (nil, nil)
        }
        for (keys, inner) in changed.subschemas { changed = SchemaMutation.rewritten(changed, [keys]) { _ in self.changed(inner) } }
        return changed
    }
}

extension SchemaWorld {
    /// Whether a value is written with this schema and refused by a reader's, with formats asserted or without.
    fileprivate func shows(_ value: EventValue, against reader: SchemaWorld) -> Bool {
        [true, false].contains { formats in
            accepts(value, assertingFormats: formats) == true && reader.accepts(value, assertingFormats: formats) == false
                && mentionsAll(of: value, assertingFormats: formats)
        }
    }
}

extension SchemaSoundnessTests.Figures {
    fileprivate mutating func note(_ verdict: SchemaVerdict, _ isRefuted: Bool) {
        switch verdict {
        case .compatible: compatible += 1
        case .breaks: broken += 1
        case .unknown: unknown += 1
        }
        if isRefuted { refuted += 1 }
    }
}
