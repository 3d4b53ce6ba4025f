import FlxCore
import Testing

@testable import FlxSchema

/// Changes that break readers, each with a value that shows it: none of them is called compatible.
@Suite("Schema changes that break readers")
struct SchemaBreakTests {
    /// A change, and a value that is written and not read.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let writer: EventValue
        let reader: EventValue
        let value: EventValue
        var testDescription: String { name }

        init(_ name: String, _ writer: EventValue, _ reader: EventValue, _ value: EventValue) {
            (self.name, self.writer, self.reader, self.value) = (name, writer, reader, value)
        }
    }

    private static let string: EventValue = ["type": "string"]
    private static let integer: EventValue = ["type": "integer"]

    private static func defining(_ schema: EventValue, _ definition: EventValue) -> EventValue {
        var schema = schema
        schema["$defs"] = ["A": definition]
        return schema
    }

    private static let toA: EventValue = ["$ref": "#/$defs/A"]

    static let cases: [Case] = [
        Case("beside a reference", defining(toA, string), defining(["$ref": "#/$defs/A", "minLength": 10], string), "x"),
        Case(
            "a definition under allOf", defining(["allOf": [toA]], ["type": "object", "properties": ["a": string]]),
            defining(["allOf": [toA]], ["type": "object", "required": ["b"], "properties": ["a": integer]]), ["a": "x"]),
        Case(
            "a field more beside unevaluatedProperties",
            ["type": "object", "properties": ["a": true, "b": string], "unevaluatedProperties": false],
            ["type": "object", "properties": ["a": true], "unevaluatedProperties": false], ["b": "x"]),
        Case("anyOf became oneOf", ["anyOf": [integer, ["type": "number"]]], ["oneOf": [integer, ["type": "number"]]], 1),
        Case(
            "a definition under patternProperties", defining(["type": "object", "patternProperties": ["^x": toA]], string),
            defining(["type": "object", "patternProperties": ["^x": toA]], integer), ["x1": "s"]),
        Case(
            "a definition under contains", defining(["type": "array", "contains": toA], string),
            defining(["type": "array", "contains": toA], integer), ["s"]),
        Case("a definition under not", defining(["not": toA], ["const": 1]), defining(["not": toA], ["const": 2]), 2),
        Case(
            "the target of a dynamic reference", ["$dynamicRef": "#m", "$defs": ["x": ["$dynamicAnchor": "m", "type": "string"]]],
            ["$dynamicRef": "#m", "$defs": ["x": ["$dynamicAnchor": "m", "type": "integer"]]], "s"),
        Case(
            "a new field that a pattern of readers refuses",
            ["type": "object", "properties": ["x1": string], "patternProperties": ["^x": true]],
            ["type": "object", "patternProperties": ["^x": integer]], ["x1": "s"]),
        Case("a base that moves a reference",
            ["$id": "http://e.org/a", "$ref": "b", "$defs": ["b": ["$id": "http://e.org/b", "type": "string"]]],
            ["$id": "http://e.org/a", "$ref": "b", "$defs": ["b": ["$id": "http://e.org/b", "type": "integer"]]], "s"),
        Case("an anchor with another target",
            ["$ref": "#n", "$defs": ["a": ["$anchor": "n", "type": "string"]]],
            ["$ref": "#n", "$defs": ["a": ["$anchor": "n", "type": "null"]]], "s"),
        Case(
            "a condition of which a part changed",
            ["if": ["type": "string"], "then": ["minLength": 1], "else": ["minimum": 0]],
            ["if": ["type": "string"], "then": ["minLength": 1], "else": ["minimum": 1]], 0),
        Case("fewer of them", ["contains": integer, "minContains": 0, "type": "array"], ["contains": integer, "type": "array"], []),
        Case(
            "a field of an element that only a branch of writers has a place for",
            [
                "type": "array", "items": ["type": "object"],
                "anyOf": [["prefixItems": [true, ["properties": ["y": string]]]], ["maxItems": 0]],
            ],
            ["items": ["properties": ["y": integer]]], [[:], ["y": "s"]]),
        Case(
            "the same behind a condition, where readers count",
            [
                "type": "array", "items": ["type": "object"], "minItems": 2,
                "if": ["maxItems": 2], "then": ["prefixItems": [true, ["properties": ["y": string]]]], "else": ["prefixItems": [true]],
            ],
            ["contains": ["required": ["y"]], "minContains": 0, "maxContains": 0], [[:], ["y": "s"]]),
        Case(
            "a place that was free", ["type": "array", "prefixItems": [string]],
            ["type": "array", "prefixItems": [string, string]], ["a", 1]),
        Case(
            "what depends on a member, asked of a value that has none",
            ["$ref": "#/$defs/A", "type": "string", "$defs": ["A": ["required": ["x"], "dependentSchemas": ["x": ["const": true]]]]],
            ["type": "boolean"], "s"),
        Case(
            "elements that a schema beside members looks at", ["type": "array", "items": integer],
            ["required": ["x"], "dependentSchemas": ["x": ["items": true]], "unevaluatedItems": string], [1]),
        Case("names", ["type": "object", "properties": ["ab": true]], ["type": "object", "propertyNames": ["maxLength": 1]], ["ab": 1]),
        Case(
            "what depends on a field", ["type": "object", "properties": ["k": string, "z": string]],
            ["type": "object", "properties": ["k": string, "z": string], "dependentRequired": ["k": ["z"]]], ["k": "s"]),
        Case("a multiple of another number", ["type": "number", "multipleOf": 0.1], ["type": "number", "multipleOf": 0.2], 0.3),
        Case("false", ["type": "object", "properties": ["a": true]], ["type": "object", "properties": ["a": false]], ["a": 1]),
        Case(
            "counts at the end of the numbers",
            ["type": "array", "prefixItems": [true], "contains": integer, "minContains": 0, "maxContains": .int(Int.max)],
            ["type": "array", "contains": integer, "maxContains": .int(Int.max), "maxItems": .int(0)], [1]),
        Case(
            "the target of a reference among the examples", ["$ref": "#/examples/0", "examples": [["type": "string"]]],
            ["$ref": "#/examples/0", "examples": [["type": "integer"]]], "s"),
        Case(
            "the default that a reference leads to", ["$ref": "#/%64efault", "default": ["type": "string"]],
            ["$ref": "#/%64efault", "default": ["type": "integer"]], "s"),
        Case(
            "members beside those of a condition that readers ask", [:],
            ["if": ["required": ["a"]], "then": ["properties": ["a": true], "additionalProperties": false]], ["a": 1, "b": 2]),
        Case(
            "members beside those of a branch of readers", [:],
            ["oneOf": [["properties": ["a": true]], ["required": ["b"], "type": "object"]]], ["b": 1]),
        Case(
            "members beside those that readers refuse", [:],
            ["not": ["properties": ["a": true], "not": ["properties": ["a": true], "additionalProperties": false]]], ["b": 1]),
        Case(
            "members of a field beside those of a condition of readers", ["type": "object", "properties": ["p": true]],
            ["properties": ["p": ["if": ["required": ["a"]], "then": ["propertyNames": ["const": "a"]]]]], ["p": ["a": 1, "b": 2]]),
        Case("an empty enum", ["enum": ["a"]], ["enum": []], "a"),
        Case("nothing is said", [:], ["type": "object", "properties": ["a": string]], ["a": 1]),
        Case("an integer with a point", ["type": "number"], ["type": "integer"], 0.5),
        Case(
            "a loop of definitions", defining(toA, ["type": "object", "properties": ["a": toA, "v": integer]]),
            defining(toA, ["type": "object", "properties": ["a": toA, "v": ["type": "integer", "maximum": 5]]]), ["a": ["a": ["v": 6]]]),
    ]

    @Test("A value that is written and refused shows it", arguments: cases)
    func broken(example: Case) throws {
        #expect(try JSONSchema(example.writer).accepts(example.value))
        #expect(try !JSONSchema(example.reader).accepts(example.value))
        let comparison = SchemaComparison(from: example.writer, to: example.reader)
        #expect(comparison.backward != .compatible)
        for value in comparison.backward.findings.compactMap(\.example) {
            #expect(try JSONSchema(example.writer).accepts(value) && !JSONSchema(example.reader).accepts(value))
        }
        #expect(comparison.compatibility != .full)
        #expect(SchemaComparison(from: example.reader, to: example.writer).forward == comparison.backward.reversed)
    }
}

extension SchemaVerdict {
    /// The verdict as that of the other direction.
    fileprivate var reversed: SchemaVerdict {
        SchemaVerdict(
            findings.map { SchemaFinding(direction: .forward, place: $0.place, reason: $0.reason, example: $0.example) })
    }
}
