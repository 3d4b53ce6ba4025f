public import FlxEvents

/// Says in the schema of an event what is asked of a property beyond its type.
///
/// ```swift
/// @Event("order.placed")
/// struct OrderPlaced {
///     @Constraint(.range(0.01...)) var total: Double
///     @Constraint(.length(3...3), .pattern("^[A-Z]+$")) var currency: String
///     @Constraint(.count(1...100)) var lines: [String]
/// }
/// ```
///
/// It changes nothing about the property itself: who checks payloads against their schemas checks this too.
@attached(peer)
public macro Constraint(_ constraints: SchemaConstraint...) = #externalMacro(module: "FlxMacrosPlugin", type: "ConstraintMacro")
