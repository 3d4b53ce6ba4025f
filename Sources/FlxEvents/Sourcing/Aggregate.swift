public import FlxCore

/// A thing of the domain whose state is what its events made of it, and that decides by its state what may happen next.
///
/// ```swift
/// struct Order: Aggregate {
///     static let name = "order"
///     static let events: [any DomainEvent.Type] = [OrderPlaced.self, OrderShipped.self]
///     private(set) var isPlaced = false
///
///     mutating func evolve(_ event: any DomainEvent) {
///         if event is OrderPlaced { isPlaced = true }
///     }
///
///     func decide(_ command: OrderCommand) throws -> [any DomainEvent] {
///         …
///     }
/// }
/// ```
///
/// Both functions are pure: no clock, no chance, no store. A ``Repository`` brings commands to aggregates.
public protocol Aggregate: Sendable {
    /// The type of its commands.
    associatedtype Command: Sendable

    /// The name of the kind, with which its streams begin: the stream of `17` is `order-17`.
    static var name: String { get }
    /// The types of its events.
    static var events: [any DomainEvent.Type] { get }
    /// The version of ``evolve(_:)``, from 1: with a new one, snapshots of the old one are not used.
    static var reducerVersion: Int { get }

    /// The state before the first event.
    init()

    /// Takes in what happened. It may not refuse: it has happened.
    mutating func evolve(_ event: any DomainEvent)

    /// Says what a command leads to, in order; nothing is an answer too.
    /// - Throws: Why the command cannot be done; nothing has happened then.
    func decide(_ command: Command) throws -> [any DomainEvent]
}

extension Aggregate {
    /// The first version.
    public static var reducerVersion: Int { 1 }

    /// The stream of an aggregate.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` when the id makes no name.
    public static func stream(of id: String) throws(FlxError) -> StreamName {
        try StreamName("\(name)-\(id)")
    }
}
