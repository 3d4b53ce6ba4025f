import FlxCore
import FlxSchema
import Testing

/// Changes that break nobody are called compatible, in whatever form they are written.
@Suite("Schema changes that break nobody")
struct SchemaSafeChangeTests {
    private static let order: EventValue = [
        "type": "object", "required": ["total"],
        "properties": [
            "total": ["type": "integer", "minimum": 1], "state": ["enum": ["new", "paid"]], "lines": ["items": ["$ref": "#/$defs/line"]],
        ],
        "$defs": ["line": ["type": "object", "properties": ["sku": ["type": "string"]]]],
    ]

    /// The change, the new schema, and what it keeps.
    private static let changes: [(String, SchemaCompatibility, @Sendable (inout EventValue) -> Void)] = [
        ("nothing", .full, { _ in }),
        ("annotations", .full, { $0["properties"]?["total"]?["description"] = "All of it." }),
        ("an optional field", .full, { $0["properties"]?["note"] = ["type": ["string", "null"]] }),
        ("an optional field within", .full, { $0["$defs"]?["line"]?["properties"]?["count"] = ["type": "integer"] }),
        ("a wider enum", .backward, { $0["properties"]?["state"] = ["enum": ["new", "paid", "lost"]] }),
        ("a narrower enum", .forward, { $0["properties"]?["state"] = ["enum": ["new"]] }),
        ("one value of an enum", .forward, { $0["properties"]?["state"] = ["const": "new"] }),
        ("a lower bound", .backward, { $0["properties"]?["total"]?["minimum"] = 0 }),
        ("the same bound in other words", .full, { $0["properties"]?["total"] = ["type": "integer", "exclusiveMinimum": 0] }),
        ("a wider type", .backward, { $0["properties"]?["total"]?["type"] = "number" }),
        ("a type that may be null", .backward, { $0["properties"]?["total"]?["type"] = ["integer", "null"] }),
        ("a choice instead of types", .backward, { $0["properties"]?["total"] = ["anyOf": [["type": "null"], ["type": "integer"]]] }),
        ("a definition for a field", .full, {
            $0["$defs"]?["total"] = ["type": "integer", "minimum": 1]
            $0["properties"]?["total"] = ["$ref": "#/$defs/total"]
        }),
        ("a definition with more beside it", .full, {
            $0["$defs"]?["total"] = ["type": "integer"]
            $0["properties"]?["total"] = ["$ref": "#/$defs/total", "minimum": 1]
        }),
        ("no definition any more", .full, {
            $0["properties"]?["lines"] = ["items": ["type": "object", "properties": ["sku": ["type": "string"]]]]
        }),
        ("all within allOf", .full, { schema in
            let all = schema
            schema = ["$defs": schema["$defs"] ?? [:], "allOf": [all]]
        }),
        ("a condition that both branches keep", .full, { $0["if"] = ["required": ["state"]] }),
        ("a required field less", .backward, { $0["required"] = [] }),
        ("the object is closed", .full, { $0["additionalProperties"] = false }),
    ]

    @Test("Each keeps what it keeps", arguments: changes.indices)
    func kept(index: Int) {
        let (name, compatibility, change) = Self.changes[index]
        var new = Self.order
        change(&new)
        let comparison = SchemaComparison(from: Self.order, to: new)
        #expect(comparison.verdict(on: compatibility) == .compatible, "\(name)")
        if compatibility != .full { #expect(comparison.verdict(on: .full) != .compatible, "\(name)") }
    }

    @Test("A case more of an enum with associated values, and a field more in a case")
    func choices() {
        func choice(_ key: String, _ fields: EventValue) -> EventValue {
            ["type": "object", "required": [.string(key)], "properties": [key: ["type": "object", "properties": fields]]]
        }
        let card = choice("card", ["number": ["type": "string"]])
        let old: EventValue = ["oneOf": [card, choice("cash", [:])]]
        let more: EventValue = ["oneOf": [card, choice("cash", [:]), choice("voucher", ["code": ["type": "string"]])]]
        #expect(SchemaComparison(from: old, to: more).compatibility == .backward)
        let wider = choice("card", ["number": ["type": "string"], "owner": ["type": "string"]])
        let field: EventValue = ["oneOf": [wider, choice("cash", [:])]]
        #expect(SchemaComparison(from: old, to: field).compatibility == .full)
    }

    @Test("A tagged choice with a case more")
    func tags() {
        func tagged(_ tag: EventValue) -> EventValue { ["type": "object", "required": ["t"], "properties": ["t": ["const": tag]]] }
        let old: EventValue = ["oneOf": [tagged("a"), tagged("b")]]
        #expect(SchemaComparison(from: old, to: ["oneOf": [tagged("b"), tagged("c"), tagged("a")]]).compatibility == .backward)
    }

    @Test("What cannot be decided is unknown, and the reason says why")
    func unknown() {
        let old: EventValue = ["type": "string", "pattern": "^[ab]+$"]
        let verdict = SchemaComparison(from: old, to: ["type": "string", "pattern": "^[abc]+$"]).backward
        guard case .unknown(let findings) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(findings.map(\.reason) == ["need not match the pattern ^[abc]+$, and readers ask for it"])
        let missing = SchemaComparison(from: ["type": "string"], to: ["$ref": "https://example.org/money"])
        #expect(missing.backward.findings.first?.reason.contains("nothing is fetched from a network") == true)
        #expect(missing.compatibility == .none)
    }

    @Test("A schema as deep as JSON may be is compared on a thread of the pool")
    func deep() async {
        func nested(_ depth: Int, _ inner: EventValue) -> EventValue {
            (0..<depth).reduce(inner) { schema, _ in ["type": "object", "properties": ["a": schema], "unevaluatedProperties": false] }
        }
        let verdicts = await Task {
            (0..<8).map { _ in SchemaComparison(from: nested(30, ["type": "integer"]), to: nested(30, ["type": "number"])).backward }
        }.value
        #expect(verdicts.allSatisfy { $0 == .compatible })
        let tooDeep = await Task { SchemaComparison(from: nested(300, ["type": "integer"]), to: nested(300, ["type": "string"])) }.value
        #expect(tooDeep.backward != .compatible)
    }

    @Test("Counts at the ends of the numbers, and schemas in a long row, are compared without harm")
    func ends() async throws {
        for number in ["1e400", "9223372036854775807", "9223372036854775806"] {
            let count = EventValue.number(try #require(JSONNumber(number)))
            for (key, most) in [("minItems", "maxItems"), ("minLength", "maxLength"), ("minProperties", "maxProperties")] {
                let old: EventValue = [key: count, "contains": ["const": 1], "minContains": count]
                #expect(SchemaComparison(from: old, to: [most: 3]).compatibility == .none, "\(key) \(number)")
            }
        }
        // Deeper than the stack of a thread of the pool is, if each of them took a call.
        func row(_ end: String) -> EventValue {
            var definitions: EventValue = ["d2000": ["type": .string(end)]]
            for index in 0..<2_000 {
                definitions["d\(index)"] = [
                    "type": "object", "required": ["a"], "properties": ["a": ["$ref": .string("#/$defs/d\(index + 1)")]],
                ]
            }
            return ["$ref": "#/$defs/d0", "$defs": definitions]
        }
        let verdict = await Task { SchemaComparison(from: row("string"), to: row("integer")).backward }.value
        #expect(verdict != .compatible)
    }

    @Test(
        "What is not proven to break is not said to break",
        arguments: [
            (["type": "integer", "minimum": 1.5], ["minimum": 2]),
            (["type": "integer", "minimum": 5, "multipleOf": 10], ["minimum": 7]),
            (["type": "string", "pattern": "^abc$"], ["minLength": 3]),
            (["type": "array", "contains": ["const": 1]], ["minItems": 1]),
            (["type": "array", "items": ["const": 1], "uniqueItems": true], ["maxItems": 1]),
            (["type": "object", "minProperties": 1, "properties": ["a": true], "additionalProperties": false], ["required": ["a"]]),
        ] as [(EventValue, EventValue)])
    func unproven(_ old: EventValue, _ new: EventValue) {
        if case .breaks(let findings) = SchemaComparison(from: old, to: new).backward { Issue.record("\(findings)") }
    }

    @Test(
        "What breaks is shown by a value of the whole",
        arguments: [
            (["type": "string"], ["type": "integer"]), (["type": "string", "maxLength": 9], ["type": "string", "maxLength": 5]),
            (["type": "string", "pattern": "^ORD-[0-9]{4}$"], ["type": "string", "pattern": "^[a-z]+$"]),
            (["type": "array", "items": ["type": "string"]], ["maxItems": 3]), (["type": "number"], ["multipleOf": 0.5]),
            (["properties": ["a": ["properties": ["b": ["minimum": 5]], "required": ["c"]]], "required": ["z"]],
             ["properties": ["a": ["properties": ["b": ["minimum": 7]]]]]),
            (["properties": ["l": ["type": "array", "prefixItems": [["type": "null"], ["type": "integer"]]]]],
             ["properties": ["l": ["prefixItems": [true, ["type": "string"]]]]]),
            (["oneOf": [["properties": ["t": ["const": 1]], "required": ["t"]], ["properties": ["u": true], "required": ["u"]]]],
             ["required": ["t"]]),
            (["patternProperties": ["^x-": ["type": "string"]]], ["patternProperties": ["^x-": ["type": "integer"]]]),
            (["additionalProperties": ["type": "string"]], ["additionalProperties": ["type": "integer"]]),
            (["type": "object", "properties": ["a": true, "b": true]], ["dependentRequired": ["a": ["b"]]]),
            (["type": "string"], ["format": "uuid"]), (["type": "array"], ["contains": ["type": "string"]]),
            (["$defs": ["n": ["properties": ["next": ["$ref": "#/$defs/n"], "v": ["type": "integer"]]]], "$ref": "#/$defs/n"],
             ["$defs": ["n": ["properties": ["next": ["$ref": "#/$defs/n"], "v": ["maximum": 5]]]], "$ref": "#/$defs/n"]),
        ] as [(EventValue, EventValue)])
    func proven(_ old: EventValue, _ new: EventValue) throws {
        guard case .breaks(let findings) = SchemaComparison(from: old, to: new).backward else {
            Issue.record("\(SchemaComparison(from: old, to: new).backward)")
            return
        }
        for example in findings.compactMap(\.example) {
            let modes = try [true, false].map { formats in
                let (writer, reader) = (try JSONSchema(old, assertingFormats: formats), try JSONSchema(new, assertingFormats: formats))
                return try writer.accepts(example) && !reader.accepts(example)
            }
            #expect(modes.contains(true), "\(example)")
        }
    }
}
