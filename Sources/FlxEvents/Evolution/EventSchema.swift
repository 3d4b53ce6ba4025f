public import FlxCore

/// A type of event in one version, as in each stored event; schemas and upcasters refer to it.
public struct EventVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name of the type.
    public let type: EventType
    /// The version of its fields, from 1.
    public let version: Int

    /// Names a version.
    public init(_ type: EventType, _ version: Int = 1) {
        self.type = type
        self.version = version
    }

    /// The version of an event.
    public init(of event: Event) { self.init(event.type, event.schemaVersion) }

    /// By name, then by version.
    public static func < (left: Self, right: Self) -> Bool { (left.type, left.version) < (right.type, right.version) }

    /// The version after one; the greatest number has none, and stays.
    static func next(_ version: Int) -> Int { version == .max ? version : version + 1 }

    /// `order.placed v2`
    public var description: String { "\(type) v\(version)" }
}

/// The schema of a type of event in one version.
public struct EventSchema: Hashable, Sendable {
    /// The type and version of the schema.
    public let subject: EventVersion
    /// The JSON Schema of the payload, draft 2020-12.
    public let document: EventValue

    /// Joins a version and a schema.
    public init(_ type: EventType, version: Int = 1, _ document: EventValue) {
        subject = EventVersion(type, version)
        self.document = document
    }
}

extension EventRegistry {
    /// The schemas of all types with one, by name, then by version.
    public var schemas: [EventSchema] {
        all.compactMap { type in type.schema.map { EventSchema(type.eventType, version: type.schemaVersion, $0) } }
    }
}
