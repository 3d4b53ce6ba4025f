import FlxCore
import FlxSchema
import Testing

@Suite("Compatibility of schemas")
struct SchemaComparisonTests {
    private static func object(_ properties: EventValue, required: [EventValue] = [], _ more: (String, EventValue)...) -> EventValue {
        var schema: EventValue = ["type": "object", "properties": properties, "required": .array(required)]
        for (key, value) in more { schema[key] = value }
        return schema
    }

    @Test(
        "What a change keeps",
        arguments: [
            ("nothing changed", object(["a": ["type": "string"]]), object(["a": ["type": "string", "description": "x"]]), .full),
            ("an optional field came", object([:]), object(["a": ["type": "string"]]), .full),
            ("a needed field came", object([:]), object(["a": ["type": "string"]], required: ["a"]), .forward),
            ("a needed field went", object(["a": ["type": "string"]], required: ["a"]), object([:]), .backward),
            ("a field became optional", object(["a": true], required: ["a"]), object(["a": true]), .backward),
            ("a type was widened", object(["a": ["type": "integer"]]), object(["a": ["type": "number"]]), .backward),
            ("a type was narrowed", object(["a": ["type": ["string", "null"]]]), object(["a": ["type": "string"]]), .forward),
            ("a type changed", object(["a": ["type": "string"]]), object(["a": ["type": "integer"]]), .none),
            ("a value came", object(["a": ["enum": ["x"]]]), object(["a": ["enum": ["x", "y"]]]), .backward),
            ("a value went", object(["a": ["enum": ["x", "y"]]]), object(["a": ["enum": ["y"]]]), .forward),
            ("an enum was opened", object(["a": ["type": "string", "enum": ["x"]]]), object(["a": ["type": "string"]]), .backward),
            ("a bound was lowered", object(["a": ["minimum": 1]]), object(["a": ["minimum": 0]]), .backward),
            ("a bound became strict", object(["a": ["minimum": 0]]), object(["a": ["exclusiveMinimum": 0]]), .forward),
            ("a bound came", object(["a": ["maximum": 9]]), object(["a": ["maximum": 5]]), .forward),
            ("a text may be longer", object(["a": ["maxLength": 9]]), object(["a": ["maxLength": 10]]), .backward),
            ("a pattern came", object(["a": ["type": "string"]]), object(["a": ["type": "string", "pattern": "^a"]]), .forward),
            ("a pattern changed", object(["a": ["pattern": "^b"]]), object(["a": ["pattern": "^a"]]), .none),
            ("the object was closed", object(["a": true]), object([:], ("additionalProperties", false)), .forward),
            (
                "a field in a closed object", object([:], ("additionalProperties", false)),
                object(["a": true], ("additionalProperties", false)), .backward
            ),
            ("elements were widened", object(["a": ["items": ["const": 1]]]), object(["a": ["items": ["type": "number"]]]), .backward),
            ("a choice came", ["anyOf": [["type": "string"]]], ["anyOf": [["type": "string"], ["type": "null"]]], .backward),
            ("one of a choice", ["anyOf": [["type": "string"], ["type": "null"]]], ["type": "string"], .forward),
            ("a condition changed", ["not": ["type": "string"]], ["not": ["type": "null"]], .none),
            (
                "behind references", ["$ref": "#/$defs/a", "$defs": ["a": ["type": "integer"]]],
                ["$ref": "#/$defs/b", "$defs": ["b": ["type": "number"]]], .backward
            ),
        ] as [(String, EventValue, EventValue, SchemaCompatibility)])
    func changes(name: String, old: EventValue, new: EventValue, kept: SchemaCompatibility) {
        let comparison = SchemaComparison(from: old, to: new)
        #expect(comparison.compatibility == kept, "\(name): \(comparison.verdict(on: .full))")
    }

    @Test(
        "The content of countable texts is compared",
        arguments: [
            (["enum": ["hello!", "x"]], ["type": "string", "contentEncoding": "base64"], false),
            (["enum": ["aGk=", ""]], ["type": "string", "contentEncoding": "base64"], true),
            (["const": "{}"], ["type": "string", "contentMediaType": "application/json"], false),
            (
                ["enum": ["{}"], "contentMediaType": "application/json"],
                ["enum": ["{}", "[]"], "contentMediaType": "application/json"], true
            ),
            (["const": ["a": "hello!"]], ["properties": ["a": ["contentEncoding": "base64"]]], false),
            (["const": ["a": "aGk="]], ["properties": ["a": ["contentEncoding": "base64"]]], true),
            (["enum": [1, 2]], ["contentEncoding": "base64"], true),
        ] as [(EventValue, EventValue, Bool)])
    func contents(writer: EventValue, reader: EventValue, isCompatible: Bool) {
        let verdict = SchemaComparison(from: writer, to: reader).backward
        #expect((verdict == .compatible) == isCompatible, "\(verdict)")
    }

    @Test("A reason names the place and what is not read any more")
    func reasons() {
        let old = Self.object(["lines": ["type": "array", "items": Self.object(["count": ["type": ["integer", "null"]]])]])
        let line = Self.object(["count": ["type": "integer"]], required: ["count"])
        let new = Self.object(["lines": ["type": "array", "items": line]])
        let breaks = SchemaComparison(from: old, to: new).backward.findings
        #expect(
            breaks.map(\.description) == [
                "backward: /properties/lines/items/required 'count' may be missing, and readers need it, such as "
                    + #"{"lines":[{}]}"#,
                "backward: /properties/lines/items/properties/count may be null, and readers take integer, such as "
                    + #"{"lines":[{"count":null}]}"#,
            ])
    }

    @Test("A kept change is kept: what fits the old schema fits the new one")
    func sampled() throws {
        let old = Self.object(["a": ["type": "integer", "minimum": 1, "maximum": 5], "b": ["enum": ["x"]]], required: ["a"])
        let new = Self.object(["a": ["type": "number", "minimum": 0], "b": ["enum": ["x", "y"]], "c": ["type": "string"]])
        #expect(SchemaComparison(from: old, to: new).backward == .compatible)
        let (before, after) = (try JSONSchema(old), try JSONSchema(new))
        let values: [EventValue] = (-2...9).flatMap { [["a": .int($0)], ["a": .int($0), "b": "x"], ["b": "y", "a": .int($0)]] }
        #expect(try values.contains { try before.accepts($0) })
        for value in values where try before.accepts(value) { #expect(try after.accepts(value), "\(value)") }
    }

    @Test("Annotations that a document elsewhere refers to are compared")
    func annotations() throws {
        let resolver = SchemaResolver.documents(["http://e.org/x": ["$ref": "http://e.org/a#/default"], "http://e.org/y": [:]])
        func schema(_ reference: String, _ type: EventValue) -> EventValue {
            ["$id": "http://e.org/a", "$ref": .string(reference), "default": ["type": type]]
        }
        let (old, new) = (schema("x", "string"), schema("x", "integer"))
        #expect(try JSONSchema(old, resolving: resolver).accepts("s") && !JSONSchema(new, resolving: resolver).accepts("s"))
        #expect(SchemaComparison(from: old, to: new, resolving: resolver).compatibility == .none)
        #expect(SchemaComparison(from: old, to: old, resolving: resolver).compatibility == .full)
        #expect(SchemaComparison(from: schema("y", "string"), to: schema("y", "integer"), resolving: resolver).compatibility == .full)
    }

    @Test("Schemas that refer to themselves are compared")
    func recursive() {
        let branches: EventValue = ["left": ["$ref": "#"], "right": ["$ref": "#"], "value": ["type": "integer"]]
        let tree: EventValue = ["type": "object", "properties": branches]
        #expect(SchemaComparison(from: tree, to: tree).compatibility == .full)
        let other: EventValue = ["type": "object", "properties": branches, "required": ["value"]]
        #expect(SchemaComparison(from: tree, to: other).compatibility == .forward)
    }
}
