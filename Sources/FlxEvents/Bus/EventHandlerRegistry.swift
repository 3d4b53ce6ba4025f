/// What a program brings to its events: their types, the code that handles them, and the projections made of them.
public struct EventHandlerRegistry: Sendable {
    /// The event types, in the order in which they came.
    public private(set) var eventTypes: [any DomainEvent.Type] = []
    /// The projections, as they are before their first event.
    public private(set) var projections: [any Projection] = []

    /// Makes an empty registry.
    public init() {}

    /// Adds an event type.
    public mutating func register(_ type: any DomainEvent.Type) {
        eventTypes.append(type)
    }

    /// Adds a projection.
    public mutating func register(_ projection: any Projection) {
        projections.append(projection)
    }
}
