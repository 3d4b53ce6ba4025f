public import FlxCore

/// A reaction to events: their pattern, a name for reports, options, and the code.
public struct EventHandler: Sendable {
    /// The code of a handler, with or without waiting.
    enum Body: Sendable {
        case synchronous(@Sendable (Publication) throws -> Void)
        case asynchronous(@Sendable (Publication) async throws -> Void)

        nonisolated(nonsending) func callAsFunction(_ publication: Publication) async throws {
            switch self {
            case .synchronous(let body): try body(publication)
            case .asynchronous(let body): try await body(publication)
            }
        }
    }

    /// The name in reports, logs and metrics.
    public let name: String
    /// The pattern of its event types.
    public let pattern: EventPattern
    /// The schema version it can read; nil for every one.
    public let schemaVersion: Int?
    /// Its options.
    public let options: HandlerOptions
    let body: Body

    init(name: String, pattern: EventPattern, schemaVersion: Int? = nil, options: HandlerOptions, body: Body) {
        self.name = name
        self.pattern = pattern
        self.schemaVersion = schemaVersion
        self.options = options
        self.body = body
    }

    /// Reacts to every event with a type matching the pattern.
    public init(
        _ name: String, on pattern: EventPattern, options: HandlerOptions = .standard,
        _ body: @escaping @Sendable (Publication) async throws -> Void
    ) {
        self.init(name: name, pattern: pattern, options: options, body: .asynchronous(body))
    }

    /// Reacts to every event with a type matching the pattern, synchronously.
    public init(
        _ name: String, on pattern: EventPattern, options: HandlerOptions = .standard,
        _ body: @escaping @Sendable (Publication) throws -> Void
    ) {
        self.init(name: name, pattern: pattern, options: options, body: .synchronous(body))
    }

    /// Reacts to events of one Swift type, in its schema version.
    public init<Value: DomainEvent>(
        _ name: String, of type: Value.Type, options: HandlerOptions = .standard,
        _ body: @escaping @Sendable (Value, Event) async throws -> Void
    ) {
        self.init(
            name: name, pattern: EventPattern(Value.eventType), schemaVersion: Value.schemaVersion, options: options,
            body: .asynchronous { publication in try await body(publication.decode(as: Value.self), publication.event) })
    }

    /// Reacts to events of one Swift type, in its schema version, without waiting for anything.
    public init<Value: DomainEvent>(
        _ name: String, of type: Value.Type, options: HandlerOptions = .standard,
        _ body: @escaping @Sendable (Value, Event) throws -> Void
    ) {
        self.init(
            name: name, pattern: EventPattern(Value.eventType), schemaVersion: Value.schemaVersion, options: options,
            body: .synchronous { publication in try body(publication.decode(as: Value.self), publication.event) })
    }

    /// Returns true if the handler wants the event.
    func accepts(_ event: Event) -> Bool {
        schemaVersion == nil || schemaVersion == event.schemaVersion
    }
}
