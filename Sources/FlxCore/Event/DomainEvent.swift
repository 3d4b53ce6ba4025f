/// A fact of the user's domain, typed, without its envelope (see ``Event``).
///
/// It has a stable name and a schema version; stored bytes find the type by them. It writes and reads itself as one JSON object. The macro
/// `@Event` writes all of that; so can a person. A plain `Codable` type needs only its name:
///
/// ```swift
/// struct OrderPlaced: DomainEvent, Codable {
///     static let eventType: EventType = "order.placed"
///     var orderID: String
///     var total: Double
/// }
/// ```
public protocol DomainEvent: JSONReadable, JSONWritable, Sendable {
    /// The stable name of the type. It stays when the Swift type is renamed.
    static var eventType: EventType { get }
    /// The version of the fields, from 1: raised when old bytes can no longer be read as the type.
    static var schemaVersion: Int { get }
    /// The kind of change, for queries across types and for ``ReflectionForm``.
    static var category: EventCategory? { get }
    /// The JSON Schema of the payload, for validation, for the registry and for readers in other languages; nil for a type without one.
    /// `@Event` writes it; by hand it is any schema of draft 2020-12.
    static var schema: EventValue? { get }
    /// The event's labels for queries across streams.
    ///
    /// It may throw, since a label is often made of the event's own texts: `[try Tag("customer:\(customer)")]`.
    var tags: [Tag] { get throws(FlxError) }
}

extension DomainEvent {
    /// The first version.
    public static var schemaVersion: Int { 1 }
    /// No category.
    public static var category: EventCategory? { nil }
    /// No schema.
    public static var schema: EventValue? { nil }
    /// No labels.
    public var tags: [Tag] { [] }
}
