import SwiftSyntaxMacrosGenericTestSupport
import Testing

@Suite struct SchemaExpansionTests {
    @Test func `a struct is an object of its properties under its keys`() {
        expectExpansion(
            of: """
                /// An amount.
                @Schema
                public struct Money: Codable {
                    @Constraint(.range(0...)) var amount: Double
                    /// Three letters.
                    var currency: String?
                    var scale = 2
                    var hidden = 0
                    enum CodingKeys: String, CodingKey {
                        case amount, currency = "cur", scale
                    }
                }
                """,
            to: """
                /// An amount.
                public struct Money: Codable {
                    var amount: Double
                    /// Three letters.
                    var currency: String?
                    var scale = 2
                    var hidden = 0
                    enum CodingKeys: String, CodingKey {
                        case amount, currency = "cur", scale
                    }

                    public nonisolated static var jsonSchema: FlxCore.EventValue {
                        FlxEvents.PayloadSchema.raw(Self.self, "An amount.", or: FlxEvents.PayloadSchema.object("An amount.", \
                .field("amount", Double.self, .range(0...)), \
                .field("cur", String?.self, isRequired: false, description: "Three letters."), .field("scale", Int.self)))
                    }
                }

                nonisolated extension Money: FlxEvents.SchemaDescribed {
                }
                """)
    }

    @Test func `a property with a value may be missing where the struct reads itself`() {
        expectExpansion(
            of: """
                @Schema
                struct A: Codable {
                    var a = 2
                    init(from decoder: any Decoder) throws {}
                }
                """,
            to: """
                struct A: Codable {
                    var a = 2
                    init(from decoder: any Decoder) throws {}

                    nonisolated static var jsonSchema: FlxCore.EventValue {
                        FlxEvents.PayloadSchema.raw(Self.self, or: FlxEvents.PayloadSchema.object(nil, \
                .field("a", Int.self, isRequired: false, default: 2)))
                    }
                }

                nonisolated extension A: FlxEvents.SchemaDescribed {
                }
                """)
    }

    @Test func `an enum is one of its raw values`() {
        expectExpansion(
            of: """
                /// How it is paid.
                @Schema
                enum Payment: String, Codable {
                    case card, cash = "c"
                    case `default`
                }
                """,
            to: """
                /// How it is paid.
                enum Payment: String, Codable {
                    case card, cash = "c"
                    case `default`

                    nonisolated static var jsonSchema: FlxCore.EventValue {
                        FlxEvents.PayloadSchema.raw(Self.self, "How it is paid.", cases: [Self.card, Self.cash, Self.`default`], or: \
                FlxEvents.PayloadSchema.oneOf("How it is paid.", .choice("card"), .choice("cash"), .choice("default")))
                    }
                }

                nonisolated extension Payment: FlxEvents.SchemaDescribed {
                }
                """)
    }

    @Test func `an enum with associated values is an object of one case`() {
        expectExpansion(
            of: """
                @Schema
                enum Delivery: Codable {
                    /// Is fetched.
                    case pickup
                    case parcel(street: String, Int?)
                    enum CodingKeys: CodingKey {
                        case pickup, parcel
                    }
                    enum ParcelCodingKeys: String, CodingKey {
                        case street, _1 = "floor"
                    }
                }
                """,
            to: """
                enum Delivery: Codable {
                    /// Is fetched.
                    case pickup
                    case parcel(street: String, Int?)
                    enum CodingKeys: CodingKey {
                        case pickup, parcel
                    }
                    enum ParcelCodingKeys: String, CodingKey {
                        case street, _1 = "floor"
                    }

                    nonisolated static var jsonSchema: FlxCore.EventValue {
                        FlxEvents.PayloadSchema.raw(Self.self, or: FlxEvents.PayloadSchema.oneOf(nil, \
                .choice("pickup", "Is fetched."), .choice("parcel", nil, \
                .field("street", String.self), .field("floor", Int?.self, isRequired: false))))
                    }
                }

                nonisolated extension Delivery: FlxEvents.SchemaDescribed {
                }
                """)
    }
}
