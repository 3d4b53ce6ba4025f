import FlxCore
import OrderedCollections
import Testing

@testable import FlxEvents

/// Pairs of schemas made to take long to compare.
@Suite("Comparisons made to take long")
struct EvilComparisonTests {
    private static func object(_ count: Int, _ member: (Int) -> (String, EventValue)) -> EventValue {
        .object(.init(uniqueKeysWithValues: (0..<count).map(member).map { (ExactText($0), $1) }))
    }

    private static func list(_ count: Int, _ element: (Int) -> EventValue) -> EventValue { .array((0..<count).map(element)) }

    /// Arrays of so many arrays, level by level.
    private static func nested(_ depth: Int, _ width: Int) -> EventValue {
        (0..<depth).reduce(["type": "integer"]) { inner, _ in ["type": "array", "minItems": .int(width), "items": inner] }
    }

    @Test("What is made up to show a break does not grow level by level")
    func examples() throws {
        for depth in [3, 5, 20] {
            var compiler = SchemaCompiler(resolver: .none, assertsFormats: true)
            let program = try compiler.compile(Self.nested(depth, 64), at: "")
            var containment = SchemaContainment(writer: program, reader: program)
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
    ]

    @Test("Each part that is looked at again and again is paid for", arguments: pairs.indices)
    func paid(index: Int) {
        let verdict = SchemaComparison(from: Self.pairs[index].0, to: Self.pairs[index].1).backward
        let isGivenUp = verdict.findings.contains { $0.reason.contains("too large a schema") || $0.reason.contains("take too long") }
        #expect(isGivenUp, "\(index)")
    }
}
