public import FlxCore

/// A thing of the domain, such as an order. Its events make its state, and it decides by its state what may happen next.
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

    /// The name of the kind. Its streams begin with it: the stream of `17` is `order-17`. It has no `-`, so no two kinds share
    /// a stream.
    static var name: String { get }
    /// The types of its events.
    static var events: [any DomainEvent.Type] { get }
    /// The treatment of events of other types than ``events`` in its streams. By default they are passed over.
    static var unknownEvents: UnknownEvents { get }
    /// The version of ``evolve(_:)``, from 1. Snapshots of another version are not used.
    static var reducerVersion: Int { get }

    /// The state before the first event.
    init()

    /// Applies an event to the state. It cannot refuse: the event has happened.
    mutating func evolve(_ event: any DomainEvent)

    /// Returns the events of a command, in order. It may return none.
    /// - Throws: Why the command cannot be done. Nothing is recorded then.
    func decide(_ command: Command) throws -> [any DomainEvent]

    /// The stream of an aggregate. Implement it for streams with names of another form.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` when the name or the id makes no name of a stream.
    static func stream(of id: String) throws(FlxError) -> StreamName
}

/// The treatment of a foreign event in the stream of an aggregate.
public enum UnknownEvents: Hashable, Sendable {
    /// It changes nothing.
    case passOver
    /// The aggregate cannot be loaded, and the error names the event.
    case refuse
}

extension Aggregate {
    /// The first version.
    public static var reducerVersion: Int { 1 }
    /// They are passed over.
    public static var unknownEvents: UnknownEvents { .passOver }

    /// The name of the kind, `-`, and the id.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` when the name or the id makes no name of a stream.
    public static func stream(of id: String) throws(FlxError) -> StreamName {
        // 'order' with the id 'item-5' and 'order-item' with the id '5' would be one stream, and 'flx-' begins those of the library.
        guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "-")), !ExactText.same(name, "flx") else {
            throw FlxError(
                .invalidValue,
                "aggregate '\(name)': the name must not be empty, have a '-', or be 'flx'; change it, or write stream(of:) for the type")
        }
        return try StreamName("\(name)-\(id)")
    }
}
