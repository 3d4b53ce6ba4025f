public import FlxCore

/// A step from stored events of one version to events of newer ones, from JSON to JSON or from type to type.
///
/// ```swift
/// let steps: [Upcaster] = [
///     .json("order.placed", from: 1) { data in data["currency"] = "EUR" },
///     .typed(OrderPlaced2.self) { OrderPlaced3(orderID: $0.orderID, total: .init($0.total, $0.currency)) },
///     .renamed("order.cancelled", to: "order.withdrawn"),
/// ]
/// ```
///
/// A step is a function of its event alone (a merge also sees earlier events of the stream), so each reading gives the same result.
/// ``UpcasterChain`` puts steps together and checks them.
public struct Upcaster: Sendable {
    /// One of the resulting events.
    public struct Part: Sendable {
        let version: EventVersion
        let data: EventValue

        /// Joins a type, its version and its data.
        public init(_ type: EventType, version: Int = 1, _ data: EventValue) {
            self.version = EventVersion(type, version)
            self.data = data
        }
    }

    enum Change: Sendable {
        /// The data stays as it is.
        case nothing
        case data(@Sendable (inout EventValue) throws -> Void)
        case payload(@Sendable (Event) throws -> Payload)
        case parts(@Sendable (EventValue) throws -> [Part])
        case transform(Transform)
        /// Is left out: a later event of its stream has taken it in.
        case absorbed
        case merge(types: [EventType], within: Int, @Sendable (EventValue, [EventType: EventValue]) throws -> EventValue)
    }

    /// The version it reads.
    public let source: EventVersion
    /// The versions it may make; empty if it leaves events out.
    public let targets: [EventVersion]
    let change: Change

    private init(_ source: EventVersion, to targets: [EventVersion], _ change: Change) {
        self.source = source
        self.targets = targets
        self.change = change
    }

    init(_ source: EventVersion, to target: EventVersion, _ transform: Transform) {
        self.init(source, to: [target], .transform(transform))
    }

    /// Changes the JSON of a version into that of the next one, or of a given one.
    public static func json(
        _ type: EventType, from version: Int, to next: Int? = nil, _ change: @escaping @Sendable (inout EventValue) throws -> Void
    ) -> Upcaster {
        Upcaster(EventVersion(type, version), to: [EventVersion(type, next ?? EventVersion.next(version))], .data(change))
    }

    /// Changes a value of an old type into one of a new type.
    public static func typed<Old: DomainEvent, New: DomainEvent>(
        _ old: Old.Type = Old.self, to new: New.Type = New.self, _ change: @escaping @Sendable (Old) throws -> New
    ) -> Upcaster {
        Upcaster(
            EventVersion(Old.eventType, Old.schemaVersion), to: [EventVersion(New.eventType, New.schemaVersion)],
            .payload { event in try .json(try change(try event.payload.decode(as: Old.self))) })
    }

    /// Gives a type another name; the data stays.
    public static func renamed(_ type: EventType, version: Int = 1, to name: EventType, version next: Int = 1) -> Upcaster {
        Upcaster(EventVersion(type, version), to: [EventVersion(name, next)], .nothing)
    }

    /// Makes several events of one. They share its place in the log; the first one has its id, and each other one an id made of it.
    public static func split(
        _ type: EventType, version: Int = 1, into targets: [EventVersion],
        _ change: @escaping @Sendable (EventValue) throws -> [Part]
    ) -> Upcaster {
        Upcaster(EventVersion(type, version), to: targets, .parts(change))
    }

    /// Leaves out events that a later event of their stream includes; see ``merge(_:version:with:within:into:_:)``.
    public static func absorbed(_ type: EventType, version: Int = 1) -> Upcaster {
        Upcaster(EventVersion(type, version), to: [], .absorbed)
    }

    /// Makes one event of several: of the last one, and of earlier ones in its stream.
    ///
    /// - Parameters:
    ///   - type: The type of the last one.
    ///   - earlier: The types of the others. Each needs ``absorbed(_:version:)`` if it is not to be visible by itself.
    ///   - count: The number of earlier versions of the stream to search for them, 1 to 1,000.
    ///   - change: Makes the data from that of the last one and of the latest found event of each other type, in their stored form.
    public static func merge(
        _ type: EventType, version: Int = 1, with earlier: [EventType], within count: Int = 100, into target: EventVersion,
        _ change: @escaping @Sendable (_ last: EventValue, _ earlier: [EventType: EventValue]) throws -> EventValue
    ) -> Upcaster {
        Upcaster(EventVersion(type, version), to: [target], .merge(types: earlier, within: min(max(1, count), 1_000), change))
    }
}
