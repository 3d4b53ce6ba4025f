import FlxEvents
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
}
