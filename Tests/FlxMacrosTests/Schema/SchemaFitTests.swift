import FlxMacros
import FlxTesting
import Testing

/// An amount in a currency.
@Schema
private struct Money: Codable, Equatable, Sendable {
    @Constraint(.range(0...)) var amount: Double
    /// Three letters.
    var currency: String?
    var scale = 2
}

@Schema
private enum Size: Int, Codable, Sendable { case small = 1, large }

@Schema
private struct Box<Content: Codable & Equatable & Sendable>: Codable, Equatable, Sendable {
    var content: Content
    var size: Size?
}

@Schema
private enum Delivery: Codable, Equatable, Sendable {
    case pickup
    case parcel(street: String, Money?, [Box<Int>])
    case drone(_ height: Int)
    enum DroneCodingKeys: String, CodingKey { case _0 = "height" }
}

@Event("order.shipped")
private struct OrderShipped: Equatable {
    var price: Money
    var delivery: Delivery
    var former: Delivery?
    var boxes: [String: Box<Money>]
}

extension Money {
    fileprivate static func any(_ random: inout SeededGenerator) -> Money {
        Money(amount: Double.random(in: 0...9, using: &random), currency: Bool.random(using: &random) ? "EUR" : nil, scale: 3)
    }
}

extension Box where Content == Int {
    fileprivate static func any(_ random: inout SeededGenerator) -> Box {
        Box(content: Int.random(in: -9...9, using: &random), size: [.small, .large, nil].randomElement(using: &random) ?? nil)
    }
}

extension Delivery {
    fileprivate static func any(_ random: inout SeededGenerator) -> Delivery {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: .pickup
        case 1: .drone(Int.random(in: -9...9, using: &random))
        default: .parcel(street: "Elm", Bool.random(using: &random) ? .any(&random) : nil, [.any(&random), .any(&random)])
        }
    }
}

@Suite struct SchemaFitTests {
    private static func schema() throws -> JSONSchema { try JSONSchema(try #require(OrderShipped.schema)) }

    @Test func `what the encoder writes fits, and reads back`() throws {
        let schema = try Self.schema()
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let order = OrderShipped(
                price: .any(&random), delivery: .any(&random), former: Bool.random(using: &random) ? .any(&random) : nil,
                boxes: ["a": Box(content: .any(&random), size: .small)])
            let value = try EventValue(json: try order.json())
            #expect(try schema.violations(of: value).isEmpty, "seed \(seed): \(value)")
            #expect(try OrderShipped(json: try value.json()) == order, "seed \(seed)")
        }
    }

    @Test(arguments: [
        ("/price/amount", "/price/amount", -1), ("/price/currency", "/price/currency", 5), ("/price", "/price/scale", nil),
        ("/delivery", "/delivery/drone/height", "high"), ("/delivery", "/delivery/drone", nil), ("/boxes/a/size", "/boxes/a/size", 3),
    ] as [(String, String, EventValue?)])
    func `what does not read does not fit`(place: String, path: String, value: EventValue?) throws {
        let order = OrderShipped(
            price: Money(amount: 1), delivery: .drone(2), former: nil, boxes: ["a": Box(content: Money(amount: 1), size: nil)])
        let change: Transform.Step = if let value { .set(try .init(path), value) } else { .drop(try .init(path)) }
        let wrong = try #require(try Transform([change]).apply(to: Event(order)).first).value
        #expect(try Self.schema().violations(of: wrong).contains { $0.instance == place }, "\(wrong)")
        if place != "/price/amount" { #expect(throws: FlxError.self) { try OrderShipped(json: try wrong.json()) } }
    }

    @Test func `descriptions stand where they belong, and the dialect once`() {
        #expect(Money.jsonSchema["description"] == "An amount in a currency.")
        let price = OrderShipped.schema?["properties"]?["price"]
        #expect(price?["description"] == "An amount in a currency.")
        #expect(price?["$schema"] == nil)
        #expect(price?["properties"]?["currency"] == ["type": ["string", "null"], "description": "Three letters."])
        #expect(Size.jsonSchema == ["type": "integer", "enum": [1, 2]])
    }
}
