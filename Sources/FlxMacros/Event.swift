public import FlxCore

/// Makes a ``DomainEvent`` of a struct: its name, its version, its JSON and its discovery, all made when the program is compiled.
///
/// ```swift
/// @Event("pipeline.created", category: .created, keys: .snakeCase)
/// struct PipelineCreated {
///     var pipelineID: UUID
///     var createdBy: String?
///     var status = "draft"
/// }
/// ```
///
/// - The payload is an object with one field for each stored property, in order. A property is left out if it is static, computed,
///   lazy, or a `let` with a value.
/// - An absent optional is written as `null`, and read from `null` or from nothing. A property with an initial value keeps it when its
///   field is missing. Every other field must be there. Unknown fields are passed over.
/// - Each property is `JSONCodable` or `Codable`.
/// - An enum `CodingKeys` in the struct says the keys, as it does for `Codable`. A property that it leaves out is not written, and has
///   an initial value. An `encode(to:)` of the struct is not called.
/// - Its JSON Schema says the types, with the documentation comments as descriptions and what `@Constraint` asks; a struct with a static
///   `schema` of its own keeps that.
/// - The struct keeps the initializer from its values that the language would give it, as public as the struct itself. It leaves out a
///   property with an initial value that is declared less public than the struct, such as `private` or, in a public struct, `internal`.
///   It is as hidden as the most hidden property without one. A property of a type that is less public than the struct says its access.
/// - The type is found by ``EventHandlerRegistry/discovered()``, unless `@available` says that it is not there on every version of a
///   system.
/// - A property that is deprecated is reported in the code of the macro too.
///
/// - Parameters:
///   - name: The stable name of the type, 1 to 256 bytes without control characters. It defaults to the words of the struct's name in
///     lower case, parted by dots: `PipelineStepAdded` is `pipeline.step.added`. A default changes when the struct is renamed.
///   - version: The version of the fields, from 1.
///   - category: What kind of change the type tells of.
///   - keys: How keys are made of the names of properties.
///   - discovered: Whether ``EventHandlerRegistry/discovered()`` finds the type; `false` leaves it to
///     ``EventHandlerRegistry/register(_:)``.
@attached(member, names: named(init), named(initialValue), named(schema), named(category))
@attached(
    extension, conformances: DomainEvent,
    names: named(eventType), named(schemaVersion), named(write), named(jsonFields), named(discoveryRecord))
public macro Event(
    _ name: String? = nil, version: Int = 1, category: EventCategory? = nil, keys: KeyStyle = .asWritten, discovered: Bool = true
) = #externalMacro(module: "FlxMacrosPlugin", type: "EventMacro")
