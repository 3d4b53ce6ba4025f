import FlxMacros
import Foundation
import SwiftSyntaxMacrosGenericTestSupport
import Testing

/// How an order is paid.
private enum Payment: String, CaseIterable, Codable, Sendable {
    case card, cash
}

/// An order was placed,
/// and is to be paid.
@Event("order.placed", keys: .snakeCase)
private struct OrderPlaced {
    /// The order.
    var orderID: UUID
    @Constraint(.range(0.01...)) var total: Double
    /// Three letters.
    @Constraint(.length(3...3), .pattern("^[A-Z]+$"))
    var currency: String?
    @Constraint(.count(1...100)) var lines: [Int]
    var payment: Payment = .card
    var note = "none"
    var labels: [String: Bool]?
    @Constraint(.range(1..<10)) var priority = -1
}

@Event("by.hand")
private struct ByHand {
    static let schema: EventValue? = ["type": "object", "maxProperties": 1]
    var id: Int
}

@Suite struct EventSchemaTests {
    @Test func `the schema says types, comments, defaults and constraints`() throws {
        let schema = try #require(OrderPlaced.schema)
        let expected: EventValue = [
            "$schema": "https://json-schema.org/draft/2020-12/schema", "description": "An order was placed, and is to be paid.",
            "type": "object", "required": ["order_id", "total", "lines"],
            "properties": [
                "order_id": ["type": "string", "format": "uuid", "description": "The order."],
                "total": ["type": "number", "minimum": 0.01],
                "currency": [
                    "type": ["string", "null"], "description": "Three letters.", "minLength": 3, "maxLength": 3, "pattern": "^[A-Z]+$",
                ],
                "lines": ["type": "array", "items": ["type": "integer"], "minItems": 1, "maxItems": 100],
                "payment": ["type": "string", "enum": ["card", "cash"]], "note": ["type": "string", "default": "none"],
                "labels": ["type": ["object", "null"], "additionalProperties": ["type": "boolean"]],
                "priority": ["type": "integer", "default": -1, "minimum": 1, "exclusiveMaximum": 10],
            ],
        ]
        #expect(schema == expected)
        #expect(ByHand.schema == ["type": "object", "maxProperties": 1])
    }

    @Test func `what the type writes fits its schema`() throws {
        let schema = try JSONSchema(try #require(OrderPlaced.schema), assertingFormats: true)
        let order = OrderPlaced(orderID: UUID(), total: 1, lines: [1], priority: 3)
        let value = try EventValue(json: try order.json())
        #expect(try schema.violations(of: value).isEmpty)
        let wrong = try EventValue(json: try OrderPlaced(orderID: UUID(), total: 0, currency: "eur", lines: []).json())
        #expect(
            try schema.violations(of: wrong).map(\.instance).sorted() == ["/currency", "/lines", "/priority", "/total"])
    }

    @Test func `a constraint needs a place`() {
        expectExpansion(
            of: """
                struct A {
                    @Constraint(.range(1...2)) var a: Int
                }
                """,
            to: """
                struct A {
                    var a: Int
                }
                """,
            diagnostics: [
                DiagnosticSpec(
                    message: "@Constraint does nothing here: the property must stand in the body of a struct with @Event or @Schema",
                    line: 2, column: 5)
            ])
    }
}

@Event("sized")
private struct Sized {
    typealias Note = String?
    @Constraint(.oneOf("s", "m")) var size: String?
    var note: Note
}

@Suite struct OptionalSchemaTests {
    @Test func `optional fields may be null or missing, behind another name too`() throws {
        let schema = try JSONSchema(try #require(Sized.schema))
        #expect(Sized.schema?["required"] == nil)
        let empty = try Event(Sized(size: nil, note: nil)).data
        for value in [empty, [:], ["size": nil, "note": nil], ["size": "m", "note": "x"]] as [EventValue] {
            #expect(try schema.violations(of: value) == [])
        }
        #expect(try !schema.accepts(["size": "l"]))
    }
}
