import FlxEvents

/// Makes a ``Projection`` of a struct with methods `on(_:)`: each takes one type of event and changes the state by it.
///
/// ```swift
/// @Projection("open-orders")
/// struct OpenOrders {
///     private(set) var total: Decimal = 0
///
///     mutating func on(_ event: OrderPlaced) { total += event.amount }
///     mutating func on(_ event: OrderCancelled, _ recorded: RecordedEvent) throws { … }
/// }
/// ```
///
/// - The methods stand in the body of the struct, not in an extension.
/// - An event is handled if its name and schema version are those of a parameter's type; others are not handled.
/// - It is fed the events of those types alone, unless the struct declares a `selection` of its own.
/// - A method that throws does so before it changes anything.
/// - A projection that can be made without arguments is found by ``EventHandlerRegistry/discovered()``.
///
/// - Parameters:
///   - name: The name that checkpoints know, 1 to 200 printable bytes. It defaults to the words of the struct's name in lower case,
///     parted by hyphens: `OpenOrders` is `open-orders`.
///   - version: The version of the fold, from 1; a new one begins again from the first event.
///   - discovered: Whether ``EventHandlerRegistry/discovered()`` may find it; `false` leaves it to
///     ``EventHandlerRegistry/register(_:)``.
@attached(member, names: named(selection), named(apply))
@attached(extension, conformances: Projection, names: named(name), named(version), named(discoveryRecord))
public macro Projection(_ name: String? = nil, version: Int = 1, discovered: Bool = true) =
    #externalMacro(module: "FlxMacrosPlugin", type: "ProjectionMacro")
