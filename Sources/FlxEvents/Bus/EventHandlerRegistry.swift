public import FlxCore
public import ServiceLifecycle

/// A program's types of events, handlers and projections.
///
/// Fill it by hand, at the program's composition:
///
/// ```swift
/// var registry = EventHandlerRegistry()
/// registry.register(OrderPlaced.self)
/// registry.register(Mailer(host: "mail.example"))
/// registry.register(OpenOrders())
/// try registry.subscribeAll(to: bus)
/// ```
///
/// With the library FlxMacros, `EventHandlerRegistry.discovered()` is the registry of all types with `@Event`, `@EventHandlers` or
/// `@Projection`. Add the rest to it.
public struct EventHandlerRegistry: Sendable {
    /// The event types, in the order of registration.
    public private(set) var eventTypes: [any DomainEvent.Type] = []
    /// The handlers, in the order of registration.
    public private(set) var handlers: [EventHandler] = []
    /// The projections, as they are before their first event.
    public private(set) var projections: [any Projection] = []

    /// Makes an empty registry.
    public init() {}

    /// Adds an event type.
    public mutating func register(_ type: any DomainEvent.Type) {
        eventTypes.append(type)
    }

    /// Adds a handler.
    public mutating func register(_ handler: EventHandler) {
        handlers.append(handler)
    }

    /// Adds the handlers of a group.
    public mutating func register(_ group: any HandlerGroup) {
        handlers += group.eventHandlers
    }

    /// Adds a projection.
    public mutating func register(_ projection: any Projection) {
        projections.append(projection)
    }

    /// The event types by name and version, for decoding.
    /// - Throws: ``FlxError/Code/registration``, naming both, when two types claim one name and version.
    public func events() throws(FlxError) -> EventRegistry {
        try EventRegistry(eventTypes)
    }

    /// Checks everything and subscribes all handlers, in order.
    /// - Returns: A subscription for each handler.
    /// - Throws: ``FlxError/Code/registration``, naming both, when two event types or two projections claim one name and version. No
    ///   handler is subscribed then.
    @discardableResult
    public func subscribeAll(to bus: any EventBus) throws(FlxError) -> [BusSubscription] {
        _ = try events()
        try checkProjections()
        return handlers.map { bus.subscribe($0) }
    }

    /// A ``ProjectionRunner`` for each projection. Run them as services that follow the store.
    /// - Throws: ``FlxError/Code/registration``, naming both, if two projections claim one name and version.
    public func runners(over store: any EventStore) throws(FlxError) -> [any Service] {
        try checkProjections()
        return projections.map { Self.runner($0, over: store) }
    }

    private static func runner<P: Projection>(_ projection: P, over store: any EventStore) -> any Service {
        ProjectionRunner(projection, over: store)
    }

    private func checkProjections() throws(FlxError) {
        var owners: [ExactText: any Projection] = [:]
        for projection in projections {
            guard let other = owners.updateValue(projection, forKey: ExactText(type(of: projection).checkpointName)) else { continue }
            let (name, version) = (type(of: projection).name, type(of: projection).version)
            throw FlxError(
                .registration,
                """
                the projection '\(name)' in version \(version) is \(String(reflecting: type(of: other))) and \
                \(String(reflecting: type(of: projection))); rename one of them
                """)
        }
    }
}

/// Related handlers, such as the methods of one value. The macro `@EventHandlers` makes a type a group.
public protocol HandlerGroup: Sendable {
    /// The handlers, in the order of subscription.
    var eventHandlers: [EventHandler] { get }
}
