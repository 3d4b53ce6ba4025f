public import FlxCore

/// A store seen through what the code knows today: what is read is upcast, and what is appended is checked against its schema.
///
/// It is the one place where both happen. Give it to buses, projections, subscriptions, repositories and exports in place of the store
/// itself, and all of them see events in their newest form, parked ones too.
///
/// ```swift
/// let store = EvolvingStore(log, upcasters: chain, check: check)
/// let bus = HybridEventBus(store: store)
/// ```
///
/// Reading asks for types by their newest names: what is stored under older names is found too. A page may hold fewer events than it was
/// asked for, where some are left out, and more where some are split; the parts of a split event share its position and version, and no
/// page ends between them.
public struct EvolvingStore<Base: EventStore>: EventStore {
    /// The store as it is.
    public let base: Base
    private let chain: UpcasterChain
    private let check: SchemaCheck?
    private let served: [EventType: Int]

    /// Puts a chain and a check around a store.
    /// - Parameters:
    ///   - upcasters: What becomes of events that are read.
    ///   - check: What is asked of events that are appended.
    ///   - served: The newest version that the readers of this value know of a type, for consumers that are older than the code: events of
    ///     newer versions are downcast for them.
    public init(_ base: Base, upcasters: UpcasterChain = .none, check: SchemaCheck? = nil, serving served: [EventType: Int] = [:]) {
        self.base = base
        chain = upcasters
        self.check = check
        self.served = served
    }

    /// See ``EventStore``; a query for types means what is stored under their older names too.
    /// - Throws: ``FlxError/Code/schemaViolation`` where the check refuses an event, and what the store throws.
    public func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        try checked(writes)
        return try await base.append(writes, unless: boundary.map(widened))
    }

    /// See ``EventStore``.
    /// - Throws: ``FlxError/Code/typeMismatch`` or ``FlxError/Code/registration`` where a step fails, and what the store throws.
    public func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        var stored = selection
        stored.query = widened(selection.query)
        let page = try await base.read(stored, direction, limit: limit)
        guard !(chain.isEmpty && served.isEmpty) else { return page }
        var events: [RecordedEvent] = []
        events.reserveCapacity(page.events.count)
        for recorded in page.events {
            var parts = try await chain.upcasted(recorded, in: base).filter { selection.query.matches($0.event) }
            if case .backward = direction { parts.reverse() }
            for part in parts { events.append(try served(part)) }
        }
        return Page(events: events, through: page.through, isLast: page.isLast)
    }

    /// See ``EventStore``.
    public func wait(after position: Position) async throws(FlxError) { try await base.wait(after: position) }

    /// See ``EventStore``.
    public func lastPosition() async throws(FlxError) -> Position { try await base.lastPosition() }

    /// See ``EventStore``.
    public func close() async { await base.close() }

    /// Compares events with their schemas.
    func checked(_ writes: [StreamWrite]) throws(FlxError) {
        guard let check else { return }
        for write in writes {
            for event in write.events { try check.check(event) }
        }
    }

    /// The boundary over what may become what it names.
    func widened(_ boundary: Boundary) -> Boundary { Boundary(widened(boundary.query), after: boundary.position) }

    private func widened(_ query: Query) -> Query {
        Query(criteria: query.criteria.map { .init(types: chain.types(becoming: $0.types), tags: $0.tags) })
    }

    private func served(_ recorded: RecordedEvent) throws(FlxError) -> RecordedEvent {
        guard let version = served[recorded.event.type], recorded.event.schemaVersion > version else { return recorded }
        let event = try chain.downcasted(recorded.event, to: version)
        return RecordedEvent(event: event, version: recorded.version, position: recorded.position, recordedTime: recorded.recordedTime)
    }
}
