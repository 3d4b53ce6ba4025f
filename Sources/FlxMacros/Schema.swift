import FlxEvents

/// Writes the JSON Schema of a type that stands in payloads, so that the schemas of the events around it say what it holds.
///
/// ```swift
/// /// An amount in a currency.
/// @Schema
/// struct Money: Codable {
///     @Constraint(.range(0...)) var amount: Double
///     /// Three letters.
///     var currency: String
/// }
///
/// @Schema
/// enum Delivery: Codable {
///     case pickup
///     case parcel(street: String, Money?)
/// }
/// ```
///
/// The type is `Codable`, and its schema says what its synthesized conformance writes and asks for, under the keys of its `CodingKeys`:
///
/// - A type with raw values is its raw value, of whatever type that is, and an enum with raw values is one of them.
/// - Another struct is an object. A property that is no optional must be there, since the synthesized `init(from:)` asks for it even
///   where it has an initial value; with an `init(from:)` of its own, those with initial values may be missing.
/// - Another enum is an object with the name of the case, and in it the associated values by their labels, or as `_0`, `_1`.
/// - Documentation comments are descriptions, and `@Constraint` says more of a property than its type does.
///
/// A type that holds itself, directly or through others, is described once, under `$defs`, and referred to. A type with an `encode(to:)`
/// of its own conforms to ``SchemaDescribed`` by hand instead. In a module whose default isolation is the main actor, the type is
/// declared `nonisolated`: its coding is called from everywhere.
@attached(member, names: named(jsonSchema))
@attached(extension, conformances: SchemaDescribed)
public macro Schema() = #externalMacro(module: "FlxMacrosPlugin", type: "SchemaMacro")
