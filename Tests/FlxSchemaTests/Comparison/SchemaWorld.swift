import FlxCore
import OrderedCollections

@testable import FlxSchema

/// Says which values are written with a schema: those that fit, and have no members that it does not mention where it describes an object.
///
/// Written from the words of ``SchemaComparison``, and not from its code.
struct SchemaWorld {
    let program: SchemaProgram

    init(_ schema: EventValue) throws {
        var compiler = SchemaCompiler(resolver: .none, assertsFormats: true)
        program = try compiler.compile(schema, at: "")
    }

    /// Whether a value fits; nil where that takes too long.
    func accepts(_ value: EventValue, assertingFormats: Bool) -> Bool? {
        var run = SchemaRun(program, limits: .standard, isQuiet: true)
        run.assertsFormats = assertingFormats
        return try? run.check(0, value)
    }

    /// Whether the schema mentions all members of a value, which fits it.
    func mentionsAll(of value: EventValue, assertingFormats: Bool) -> Bool { mentionsAll(of: value, [0], assertingFormats) }

    private func mentionsAll(of value: EventValue, _ nodes: Set<Int>, _ formats: Bool) -> Bool {
        let keywords = together(nodes, value, formats).flatMap { program.nodes[$0].keywords }
        switch value {
        case .object(let fields):
            let describes = keywords.contains(where: Self.describesObjects)
            for (name, member) in fields {
                let inner = keywords.map { Self.schemas(ofMember: "\(name)", $0) }
                if describes, inner.allSatisfy({ $0 == nil }) { return false }
                if !mentionsAll(of: member, Set(inner.flatMap { $0 ?? [] }), formats) { return false }
            }
            return true
        case .array(let elements):
            return elements.enumerated().allSatisfy { index, element in
                mentionsAll(of: element, Set(keywords.flatMap { Self.schemas(ofElement: index, $0) }), formats)
            }
        default: return true
        }
    }

    /// All schemas that are asked about the same value, and that it fits.
    private func together(_ nodes: Set<Int>, _ value: EventValue, _ formats: Bool) -> Set<Int> {
        var (all, open) = (Set<Int>(), Array(nodes))
        while let node = open.popLast() {
            var run = SchemaRun(program, limits: .standard, isQuiet: true)
            run.assertsFormats = formats
            guard (try? run.check(node, value)) != false, all.insert(node).inserted else { continue }
            for keyword in program.nodes[node].keywords {
                switch keyword {
                case .reference(let inner), .not(let inner): open.append(inner)
                case .dynamicReference(let inner, let anchor):
                    open += [inner] + program.dynamicAnchors.filter { $0.key.name == anchor }.map(\.value)
                case .allOf(let inner), .anyOf(let inner), .oneOf(let inner): open += inner
                case .condition(let condition, let then, let otherwise): open += [condition, then, otherwise].compactMap { $0 }
                case .dependentSchemas(let rules): open += rules.map(\.1)
                default: break
                }
            }
        }
        return all
    }

    private static func describesObjects(_ keyword: SchemaKeyword) -> Bool {
        switch keyword {
        case .type(let types): types.contains(.object([:]))
        case .members, .required, .dependentRequired, .dependentSchemas, .unevaluatedProperties: true
        default: false
        }
    }

    /// The schemas that a keyword has for a member; nil where it does not mention it.
    private static func schemas(ofMember name: String, _ keyword: SchemaKeyword) -> [Int]? {
        switch keyword {
        case .members(let members):
            var budget = 100_000
            let matching = members.matching.filter { (try? $0.pattern.matches(name, budget: &budget)) == true }.map(\.node)
            let named = members.named.filter { "\($0.key)" == name }.map(\.value) + matching
            return named.isEmpty ? members.others.map { [$0] } : named
        case .unevaluatedProperties(let node): return [node]
        case .required(let names): return names.contains { "\($0)" == name } ? [] : nil
        case .dependentRequired(let rules): return rules.contains { ([$0.0] + $0.1).contains { "\($0)" == name } } ? [] : nil
        case .dependentSchemas(let rules): return rules.contains { "\($0.0)" == name } ? [] : nil
        default: return nil
        }
    }

    private static func schemas(ofElement index: Int, _ keyword: SchemaKeyword) -> [Int] {
        switch keyword {
        case .elements(let first, let rest): index < first.count ? [first[index]] : rest.map { [$0] } ?? []
        case .contains(let node, _), .unevaluatedItems(let node): [node]
        default: []
        }
    }
}
