public import FlxCore

/// All versions of all schemas that events of a store were written by, kept in the store itself: in the stream `flx-schemas`.
///
/// A program registers what it writes when it starts. A version is registered once and never changes; a new one is compared with the last
/// before it, so that a change that breaks readers is found before it writes anything.
public struct SchemaRegistry: Sendable {
    /// A schema and when it was registered.
    public struct Entry: Hashable, Sendable {
        /// The schema.
        public let schema: EventSchema
        /// When it was registered.
        public let time: Timestamp
    }

    /// The stream of the registry.
    public static let stream: StreamName = "flx-schemas"

    private let store: any EventStore

    /// Opens the registry of a store.
    public init(in store: any EventStore) {
        self.store = store
    }

    /// All schemas, by name, then by version.
    /// - Throws: What reading throws.
    public func entries() async throws(FlxError) -> [Entry] {
        try await load().entries.sorted { $0.schema.subject < $1.schema.subject }
    }

    /// Registers schemas that are not there yet; those that are there, and say the same, change nothing.
    /// - Parameters:
    ///   - compatibility: What each version must keep of the last one before it, and be kept by the first one after it.
    ///   - clock: The time of registration.
    /// - Returns: Those that were not there.
    /// - Throws: ``FlxError/Code/registration`` when a version is there with other fields, or breaks the compatibility, with the reasons;
    ///   nothing is registered then. What compiling a schema, reading and appending throw.
    @discardableResult
    public func register(
        _ schemas: [EventSchema], keeping compatibility: SchemaCompatibility = .backward, clock: EventClock = .system
    ) async throws(FlxError) -> [EventSchema] {
        for schema in schemas { try Self.checkCompiles(schema) }
        while true {
            let (entries, version) = try await load()
            let new = try Self.additions(of: schemas, to: entries.map(\.schema), keeping: compatibility)
            guard !new.isEmpty else { return [] }
            var events: [Event] = []
            for schema in new { events.append(try Event(SchemaRegistered(schema), time: clock.now())) }
            do {
                try await store.append(events, to: Self.stream, expecting: .exactly(version))
                return new
            } catch {
                // Somebody registered meanwhile: what there is is compared again.
                guard error.code == .versionConflict else { throw error }
            }
        }
    }

    private func load() async throws(FlxError) -> (entries: [Entry], version: Version) {
        var (entries, version, position) = ([Entry](), Version.none, Position.start)
        while true {
            let page = try await store.read(.stream(Self.stream), .forward(after: position), limit: 500)
            for recorded in page.events {
                version = recorded.version
                guard recorded.event.type == SchemaRegistered.eventType else { continue }
                let schema = try recorded.event.decode(as: SchemaRegistered.self).eventSchema
                entries.append(Entry(schema: schema, time: recorded.event.time ?? recorded.recordedTime))
            }
            position = page.through
            if page.isLast { return (entries, version) }
        }
    }

    private static func checkCompiles(_ schema: EventSchema) throws(FlxError) {
        do {
            // A document elsewhere may be missing here and be there where it is used.
            _ = try JSONSchema(schema.document)
        } catch {
            guard error.code == .notFound else { throw FlxError(error.code, "\(schema.subject): \(error.message)") }
        }
    }

    private static func additions(
        of schemas: [EventSchema], to known: [EventSchema], keeping compatibility: SchemaCompatibility
    ) throws(FlxError) -> [EventSchema] {
        var (all, new) = (known, [EventSchema]())
        for schema in schemas.sorted(by: { $0.subject < $1.subject }) {
            if let same = all.first(where: { $0.subject == schema.subject }) {
                guard same.document.bareSchema.canonical() == schema.document.bareSchema.canonical() else {
                    throw FlxError(.registration, "\(schema.subject) is registered with another schema: raise the version of the new one")
                }
                continue
            }
            let versions = all.filter { $0.subject.type == schema.subject.type }.sorted { $0.subject < $1.subject }
            let before = versions.last { $0.subject < schema.subject }
            let after = versions.first { schema.subject < $0.subject }
            try check(from: before, to: schema, compatibility)
            try check(from: schema, to: after, compatibility)
            all.append(schema)
            new.append(schema)
        }
        return new
    }

    private static func check(
        from old: EventSchema?, to new: EventSchema?, _ compatibility: SchemaCompatibility
    ) throws(FlxError) {
        guard let old, let new else { return }
        let breaks = SchemaComparison(from: old.document, to: new.document).breaks(of: compatibility)
        guard let first = breaks.first else { return }
        let rest = breaks.count > 1 ? "; and \(breaks.count - 1) more" : ""
        throw FlxError(
            .registration,
            "\(new.subject) breaks what is promised to readers of \(old.subject): \(first)\(rest); "
                + "change it, or give it an upcaster and register it with a weaker compatibility")
    }
}

/// Tells that a version of a schema is in use.
struct SchemaRegistered: DomainEvent, Codable {
    static let eventType: EventType = "flx.schema.registered"

    let type: String
    let version: Int
    let schema: EventValue

    init(_ schema: EventSchema) {
        type = schema.subject.type.description
        version = schema.subject.version
        self.schema = schema.document
    }

    var eventSchema: EventSchema {
        get throws(FlxError) { EventSchema(try EventType(type), version: version, schema) }
    }
}
