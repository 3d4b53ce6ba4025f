public import FlxEvents

/// Makes a ``HandlerGroup`` of a type: its methods that carry `@Handles` become handlers, called `Type.method` in reports.
///
/// ```swift
/// @EventHandlers
/// struct Mailer: Sendable {
///     @Handles func welcome(_ event: UserRegistered) async throws { … }
///     @Handles func note(_ event: OrderPlaced, _ envelope: Event) { … }
///     @Handles("order.#", options: HandlerOptions(concurrency: .serial)) func log(_ event: Event) { … }
/// }
/// ```
///
/// - The type is a struct, a class or an actor, and `Sendable`. The methods stand in its body, not in an extension.
/// - One that can be made without arguments, off the global actors and not generic, is found by
///   ``EventHandlerRegistry/discovered()``; add others by ``EventHandlerRegistry/register(_:)``.
/// - A macro knows a global actor by a name that ends in `Actor`, and does not know what a class inherits. On another global actor the
///   handlers are `async` methods. There, and in a subclass of a class without `init()`, the attribute says `discovered: false`. A
///   subclass of a class that has the attribute cannot have it too.
///
/// - Parameter discovered: Whether ``EventHandlerRegistry/discovered()`` may find the type.
@attached(member, names: named(eventHandlers))
@attached(extension, conformances: HandlerGroup, names: named(discoveryRecord))
public macro EventHandlers(discovered: Bool = true) = #externalMacro(module: "FlxMacrosPlugin", type: "EventHandlersMacro")

/// Makes a handler of a method in a type with `@EventHandlers`.
///
/// Without a pattern the method takes an event of one type, and after it the ``Event`` it came in if it wants that. With a pattern it
/// takes the ``Event``. It may be `async` and may throw.
/// - Parameters:
///   - pattern: The types to handle, such as `order.*`; 1 to 256 bytes without control characters.
///   - options: How the handler is treated.
@attached(peer)
public macro Handles(_ pattern: String? = nil, options: HandlerOptions = .standard) =
    #externalMacro(module: "FlxMacrosPlugin", type: "HandlesMacro")
