import FlxCore
import OrderedCollections
import Testing

@testable import FlxSchema

/// Pairs of schemas made to take long to compare.
@Suite("Comparisons made to take long", .timeLimit(.minutes(3)))
struct EvilComparisonTests {
    private static func object(_ count: Int, _ member: (Int) -> (String, EventValue)) -> EventValue {
        .object(.init(uniqueKeysWithValues: (0..<count).map(member).map { (ExactText($0), $1) }))
    }

    private static func list(_ count: Int, _ element: (Int) -> EventValue) -> EventValue { .array((0..<count).map(element)) }

    /// Arrays of so many arrays, level by level.
    private static func nested(_ depth: Int, _ width: Int) -> EventValue {
        (0..<depth).reduce(["type": "integer"]) { inner, _ in ["type": "array", "minItems": .int(width), "items": inner] }
    }

    private static func containment(_ writer: EventValue, _ reader: EventValue) throws -> SchemaContainment {
        let programs = try [writer, reader].map { schema in
            var compiler = SchemaCompiler(resolver: .none, assertsFormats: true)
            return try compiler.compile(schema, at: "")
        }
        return SchemaContainment(writer: programs[0], reader: programs[1])
    }

    @Test("What is made up to show a break does not grow level by level")
    func examples() throws {
        for depth in [3, 5, 20] {
            var containment = try Self.containment(Self.nested(depth, 64), [:])
            let value = containment.simplest(SchemaSource([SchemaTerm(side: 0, node: 0)]))
            let isSmall = value?.isWithin(bytes: 1 << 16, depth: 64) ?? true
            try #require(isSmall, "\(depth)")
        }
        #expect(SchemaComparison(from: Self.nested(5, 64), to: ["const": 5]).backward != .compatible)
        #expect(SchemaComparison(from: Self.nested(5, 64), to: ["uniqueItems": true]).backward != .compatible)
    }

    private static let long = String(repeating: "a", count: 20)
    private static let pattern = String(repeating: "(a|b)?", count: 160) + "x"

    private static let pairs: [(EventValue, EventValue)] = [
        (
            ["type": "object", "allOf": list(1_500) { ["properties": ["p\($0)": ["type": "integer"]]] }],
            ["type": "object", "properties": object(1_500) { ("p\($0)", ["type": "number"]) }]
        ),
        (
            ["type": "object", "properties": object(400) { (long + "\($0)", ["type": "integer"]) }],
            ["allOf": list(200) { ["patternProperties": [pattern: true, "^z\($0)": true]] }]
        ),
        (
            ["type": "object", "dependentRequired": object(500) { ("p\(500 - $0)", [.string("p\(501 - $0)")]) }],
            ["dependentRequired": object(500) { ("p\($0)", ["p500"]) }]
        ),
        (
            ["type": "object", "anyOf": list(500) { ["required": [.string("z\($0)")]] }],
            ["properties": object(4_000) { ("p\($0)", ["type": "string"]) }, "additionalProperties": false]
        ),
        (
            [:],
            [
                "$defs": ["e": ["enum": list(4_000) { .string("e\($0)") }]],
                "allOf": list(100) { _ in ["not": ["$ref": "#/$defs/e"]] },
            ]
        ),
        (
            ["type": "object", "required": list(900) { .string("r\($0)") }, "additionalProperties": true],
            ["dependentRequired": object(400) { ("p\($0)", ["r1"]) }]
        ),
        (
            [
                "type": "object", "properties": object(1_000) { ("p\($0)", [:]) },
                "anyOf": .array([["required": list(5_000) { .string("r\($0)") }]] + (0..<9).map { ["minProperties": .int($0)] }),
            ],
            ["dependentSchemas": object(1_000) { ("p\($0)", ["dependentRequired": ["x": []]]) }]
        ),
        (
            ["type": "string", "allOf": .array((0..<60).flatMap { [["minLength": .int($0)], ["not": ["maxLength": .int($0)]]] })],
            ["allOf": list(3_000) { ["minimum": .int($0)] }]
        ),
    ]

    @Test("Each part that is looked at again and again is paid for", arguments: pairs.indices)
    func paid(index: Int) {
        let verdict = SchemaComparison(from: Self.pairs[index].0, to: Self.pairs[index].1).backward
        #expect(verdict.findings.contains { $0.reason == SchemaContainment.tooLarge }, "\(index): \(verdict.findings.first?.reason ?? "")")
    }

    /// Definitions each of which has the next one as the rest of its members, in a ring.
    private static func ring(_ count: Int) -> [(String, EventValue)] {
        (0..<count).map { index in
            let next: EventValue = ["$ref": .string("#/$defs/r\(count)-\((index + 1) % count)")]
            return ("r\(count)-\(index)", ["type": "object", "required": ["x"], "additionalProperties": next])
        }
    }

    @Test("Members of members of members are looked at a few levels deep, however many schemas of them there are")
    func rests() {
        let rings = [7, 11, 13, 17].flatMap { Self.ring($0) }
        let old: EventValue = [
            "allOf": .array([7, 11, 13, 17].map { ["$ref": .string("#/$defs/r\($0)-0")] }),
            "$defs": .object(.init(uniqueKeysWithValues: rings.map { (ExactText($0), $1) })),
        ]
        #expect(SchemaComparison(from: old, to: ["properties": ["y": ["type": "integer"]]]).backward != .compatible)
        #expect(SchemaComparison(from: old, to: ["properties": ["y": ["type": "object"]]]).backward == .compatible)
    }

    @Test("Where many dynamic references may lead is found once")
    func dynamic() throws {
        let anchors = Self.object(1_000) { ("r\($0)", ["$id": .string("r\($0)"), "$dynamicAnchor": "m"]) }
        let schema: EventValue = [
            "$id": "http://e.org/", "$defs": anchors, "allOf": Self.list(1_000) { _ in ["$dynamicRef": "r0#m"] },
            "anyOf": [["allOf": Self.list(1_000) { ["$ref": .string("r\($0)")] }]],
        ]
        let containment = try Self.containment(schema, [:])
        for _ in 0..<200 {
            let count = containment.inPlace([SchemaTerm(side: 0, node: 0)]).count
            try #require(count == 3_002)
        }
        let findings = SchemaComparison(from: ["type": "object"], to: schema).backward.findings
        #expect(findings.contains { $0.reason == SchemaContainment.tooLarge }, "\(findings.first?.reason ?? "")")
    }

    @Test("Whoever looks at schemas too often is spent, though nobody pays")
    func looks() throws {
        var containment = try Self.containment(["required": Self.list(10_000) { .string("r\($0)") }], [:])
        let term = SchemaTerm(side: 0, node: 0)
        for _ in 0..<1_000 { _ = containment.keywords(of: term) }
        #expect(!containment.isSpent)
        for _ in 0..<3_000 { _ = containment.keywords(of: term) }
        let isStill = containment.spend(0)
        #expect(containment.isSpent && containment.steps == 0 && !isStill)
    }

    @Test("A text for a pattern is looked for once, and paid for")
    func patterns() throws {
        var containment = try Self.containment(["allOf": Self.list(40) { _ in ["pattern": "^a{5000}$"] }], [:])
        let source = SchemaSource([SchemaTerm(side: 0, node: 0)])
        let count = containment.facts(of: source).patterns.count
        #expect(count == 1)
        let pattern = try TextPattern("^b{5000}$")
        let costs = (0..<2).map { _ in
            let before = containment.steps
            let length = containment.example(of: pattern)?.utf8.count
            #expect(length == 5_000)
            return containment.steps - before
        }
        #expect(costs[0] > 5_000 / 512 && costs[1] == 0, "\(costs)")
    }

    @Test("Many schemas with large patterns are compared with many lengths")
    func manyPatterns() {
        let old: EventValue = ["allOf": Self.list(1_000) { _ in ["pattern": "^a{9000}$"] }]
        let new: EventValue = ["allOf": Self.list(95) { ["minLength": .int(20_000 + $0), "maxLength": .int(30_000 + $0)] }]
        #expect(SchemaComparison(from: old, to: new).backward != .compatible)
    }

    @Test("To show that a value is written ends with the steps")
    func mentions() throws {
        let leaf: EventValue = ["type": "integer", "anyOf": .array([true] + (0..<300).map { ["minimum": .int(-$0)] })]
        let schema = (0..<2).reduce(leaf) { inner, _ in ["type": "array", "items": inner] }
        let value = EventValue.array((0..<25).map { _ in .array((0..<25).map { .int($0) }) })
        var containment = try Self.containment(schema, ["type": "string"])
        let isProof = (large: containment.isProof(value), none: containment.isProof([]))
        #expect(!isProof.large && !isProof.none)
        #expect(containment.steps < 25_000, "\(containment.steps)")
        var other = try Self.containment(schema, ["type": "string"])
        let isShown = other.isProof([[1]])
        #expect(isShown)
    }

    private static func multiples(_ count: Int, _ sign: String) throws -> EventValue {
        .array(
            try (0..<count).map { index in
                let text = "\(index + 1)" + String(repeating: "9", count: 900) + "e\(sign)\(index * 1_000_003)"
                return ["multipleOf": try EventValue(json: Array(text.utf8))]
            })
    }

    @Test("Divisions of long numbers are paid for")
    func divisions() throws {
        let old: EventValue = ["type": "integer", "allOf": try Self.multiples(300, "")]
        let new: EventValue = ["allOf": try Self.multiples(300, "-")]
        let findings = SchemaComparison(from: old, to: new).backward.findings
        #expect(findings.contains { $0.reason == SchemaContainment.tooLarge }, "\(findings.first?.reason ?? "")")
    }

    @Test("No more reasons are collected than are told")
    func reasons() throws {
        let old: EventValue = ["type": "object", "anyOf": Self.list(20) { ["minProperties": .int($0)] }]
        var containment = try Self.containment(old, ["required": Self.list(300) { .string("r\($0)") }])
        let findings = containment.compare(SchemaSource([SchemaTerm(side: 0, node: 0)]), SchemaTerm(side: 1, node: 0), "")
        #expect(findings.count == SchemaContainment.maximumFindings)
    }

    /// Schemas within each other that are the same but for the innermost one.
    private static func chain(_ last: EventValue) -> EventValue {
        (0..<200).reduce(last) { inner, _ in ["items": inner] }
    }

    @Test("That schemas say the same is paid for, and nobody looks when the steps are used up")
    func same() throws {
        let values = Self.list(10_000) { .int($0) }
        let pairs: [(EventValue, EventValue, Int)] = [
            (Self.chain(["type": "string"]), Self.chain(["type": "null"]), 200 / 16), (["enum": values], ["enum": values], 10_000 / 64),
            (["const": values], ["const": values], 30_000 / 16 / 64),
        ]
        for (old, new, least) in pairs {
            var containment = try Self.containment(old, new)
            let (left, right) = (SchemaTerm(side: 0, node: 0), SchemaTerm(side: 1, node: 0))
            let isSame = containment.areSame(left, right)
            #expect(isSame == (old == new))
            #expect(containment.steps >= least, "\(containment.steps)")
            _ = containment.spend(20_000)
            let (steps, isStill) = (containment.steps, containment.areSame(left, right))
            #expect(!isStill && containment.steps == steps)
        }
    }

    @Test("Of many bounds the tightest one is kept, and each rule about members is looked at once")
    func facts() throws {
        let bounds: EventValue = ["allOf": Self.list(200) { ["minimum": .int($0), "exclusiveMinimum": .int($0)] }]
        let rules: EventValue = ["required": ["p1"], "dependentRequired": Self.object(500) { ("p\(500 - $0)", [.string("p\(501 - $0)")]) }]
        var containment = try Self.containment(["allOf": [bounds, rules]], [:])
        let facts = containment.facts(of: SchemaSource([SchemaTerm(side: 0, node: 0)]))
        let lowest = facts.bounds(isLowest: true)
        #expect(lowest.count == 1 && lowest.first?.number.text == "199" && lowest.first?.isExclusive == true)
        #expect(facts.required.count == 501 && facts.rulesAsked < 5_000, "\(facts.rulesAsked)")
    }
}
