/// State folded from events: a value that changes by one event at a time and is what it has become.
///
/// ```swift
/// struct OpenOrders: Projection {
///     static let name = "open-orders"
///     private(set) var total = 0
///
///     mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
///         switch recorded.event.type {
///         case OrderPlaced.eventType: total += try recorded.event.decode(as: OrderPlaced.self).amount
///         default: return false
///         }
///         return true
///     }
/// }
/// ```
///
/// The macro `@Projection` writes the name and `apply` from methods `on(_:)`. A ``ProjectionRunner`` feeds a projection and keeps its
/// checkpoint; ``EventStore/state(of:in:upTo:)`` makes one without a runner.
public protocol Projection: Sendable {
    /// The name by which checkpoints know the projection, 1 to 200 printable bytes; it never changes.
    static var name: String { get }

    /// The version of the fold, from 1: a new one begins again from the first event, under a checkpoint of its own.
    static var version: Int { get }

    /// The events that the projection is fed; all when it does not say.
    static var selection: Selection { get }

    /// Takes one event and says whether it is one that the projection handles.
    ///
    /// Events come in the order of their positions, each once. An error stops the run before the event, which comes again in the next
    /// one; so `apply` throws before it changes anything, as it does by itself where decoding stands first.
    mutating func apply(_ recorded: RecordedEvent) throws -> Bool
}

extension Projection {
    /// The first version.
    public static var version: Int { 1 }
    /// Every event.
    public static var selection: Selection { .all }
    /// The name of the projection's checkpoint in a store.
    public static var checkpointName: String { "projection:\(name):\(version)" }
}
