/// The Swift type for each event name and schema version.
///
/// A value: a program builds it once and passes it around. An unknown name is no error: such an event stays opaque, and can be stored,
/// read, forwarded and shown.
public struct EventRegistry: Sendable {
    private struct Key: Hashable {
        let name: EventType
        let version: Int
    }

    private struct Reflection: Sendable {
        let category: EventCategory
        let streamPrefix: String
        let type: any DomainEvent.Type

        func isFor(_ category: EventCategory, _ streamPrefix: String) -> Bool {
            category == self.category && ExactText.same(streamPrefix, self.streamPrefix)
        }
    }

    private var types: [Key: any DomainEvent.Type] = [:]
    private var reflections: [Reflection] = []

    /// Makes an empty registry.
    public init() {}

    /// Makes a registry of some types.
    /// - Throws: ``FlxError/Code/registration`` when two of them claim one name and version.
    public init(_ types: any DomainEvent.Type...) throws(FlxError) {
        try self.init(types)
    }

    /// Makes a registry of some types.
    /// - Throws: ``FlxError/Code/registration`` when two of them claim one name and version.
    public init(_ types: [any DomainEvent.Type]) throws(FlxError) {
        for type in types { try register(type) }
    }

    /// Adds a type. Adding it a second time has no effect.
    /// - Throws: ``FlxError/Code/registration``, naming both, if another type has its name and version.
    public mutating func register(_ type: any DomainEvent.Type) throws(FlxError) {
        guard type.schemaVersion >= 1 else {
            throw FlxError(.registration, "\(Self.name(type)): its schema version is \(type.schemaVersion), and must be 1 or more")
        }
        let key = Key(name: type.eventType, version: type.schemaVersion)
        if let other = types[key], other != type {
            throw FlxError(
                .registration,
                "'\(key.name)' in version \(key.version) is claimed by \(Self.name(other)) and by \(Self.name(type)); rename one of them")
        }
        types[key] = type
    }

    /// All types, by name, then by version.
    public var all: [any DomainEvent.Type] {
        types.sorted { ($0.key.name, $0.key.version) < ($1.key.name, $1.key.version) }.map(\.value)
    }

    /// The type of a name and version; nil when there is none.
    public func type(named name: EventType, version: Int = 1) -> (any DomainEvent.Type)? {
        types[Key(name: name, version: version)]
    }

    /// The typed event in an envelope; nil when the registry does not know its name and version.
    /// - Throws: ``FlxError/Code/typeMismatch`` when the payload does not fit the type, with the place.
    public func decode(_ event: Event) throws(FlxError) -> (any DomainEvent)? {
        guard let type = type(named: event.type, version: event.schemaVersion) else { return nil }
        return try Self.decode(event, as: type)
    }

    private static func decode<E: DomainEvent>(_ event: Event, as type: E.Type) throws(FlxError) -> any DomainEvent {
        try event.decode(as: type)
    }

    /// The full name of a Swift type, with its module.
    private static func name(_ type: any DomainEvent.Type) -> String { String(reflecting: type) }
}

extension EventRegistry {
    /// Registers a type for reading events of its category in the reflection form, since that form contains no type name.
    ///
    /// The type is registered as usual as well. A longer prefix takes precedence over a shorter one.
    /// - Parameter prefix: Only streams with this prefix; empty for all streams.
    /// - Throws: ``FlxError/Code/registration`` if the type has no category, or another type has the category for the same prefix.
    public mutating func reflect(_ type: any DomainEvent.Type, inStreamsOf prefix: String = "") throws(FlxError) {
        guard let category = type.category else {
            throw FlxError(.registration, "\(Self.name(type)) has no category, and the reflection form has no other name for a type")
        }
        if let other = reflections.first(where: { $0.isFor(category, prefix) }), other.type != type {
            throw FlxError(
                .registration,
                "\(category.rawValue) in streams of '\(prefix)' is claimed by \(Self.name(other.type)) and by \(Self.name(type))")
        }
        try register(type)
        reflections.removeAll { $0.isFor(category, prefix) }
        reflections.append(Reflection(category: category, streamPrefix: prefix, type: type))
    }

    /// The type for an event of a category in a stream; nil without a type from ``reflect(_:inStreamsOf:)``.
    public func type(reflecting category: EventCategory, in stream: StreamName?) -> (any DomainEvent.Type)? {
        let name = stream?.description ?? ""
        return reflections
            .filter { $0.category == category && name.utf8.starts(with: $0.streamPrefix.utf8) }
            .max { $0.streamPrefix.utf8.count < $1.streamPrefix.utf8.count }?
            .type
    }
}
