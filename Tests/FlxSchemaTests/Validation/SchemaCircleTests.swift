import FlxCore
import FlxSchema
import Testing

/// Schemas that ask themselves about the same value: what they take cannot be said.
@Suite("Schemas that go in a circle")
struct SchemaCircleTests {
    @Test(
        "Nothing is proven of a schema that asks itself about the same value",
        arguments: [
            ["not": ["$ref": "#"]], ["$ref": "#"], ["allOf": [["type": "string"], ["$ref": "#"]]], ["oneOf": [["$ref": "#"], true]],
            ["if": ["$ref": "#"], "then": false], ["dependentSchemas": ["a": ["not": ["$ref": "#"]]]],
            ["$ref": "#/$defs/a", "$defs": ["a": ["not": ["$ref": "#/$defs/b"]], "b": ["anyOf": [["$ref": "#/$defs/a"]]]]],
            ["properties": ["a": ["$ref": "#/$defs/a"]], "$defs": ["a": ["not": ["$ref": "#/$defs/a"]]]],
            ["$dynamicAnchor": "x", "not": ["$dynamicRef": "#x"]],
        ] as [EventValue])
    func circles(schema: EventValue) {
        let others: [EventValue] = [["type": "string"], false]
        for comparison in others.flatMap({ [SchemaComparison(from: $0, to: schema), SchemaComparison(from: schema, to: $0)] }) {
            for verdict in [comparison.backward, comparison.forward] {
                guard case .unknown(let findings) = verdict else {
                    Issue.record("\(verdict)")
                    continue
                }
                #expect(findings.first?.reason.contains("refers to itself without an end") == true, "\(findings)")
            }
        }
        #expect(SchemaComparison(from: schema, to: schema).compatibility == .full)
    }

    @Test("A schema that asks itself about parts of the value is compared")
    func parts() {
        let tree: EventValue = ["properties": ["a": ["$ref": "#"]], "items": ["not": ["$ref": "#"]], "required": ["b"]]
        var wider = tree
        wider["required"] = []
        let verdict = SchemaComparison(from: tree, to: wider).backward
        if case .breaks = verdict {} else { Issue.record("\(verdict)") }
        let meta: EventValue = ["$ref": "https://json-schema.org/draft/2020-12/schema"]
        #expect(SchemaComparison(from: meta, to: ["type": ["object", "boolean"]]).backward == .compatible)
    }
}
