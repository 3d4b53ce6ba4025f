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
/// A consumer that asks for other versions, or for another content type, is given what it asks for by a value of its own, with
/// ``EventDemand``. Reading asks for types by their newest names: what is stored under older names is found too. A page may hold fewer
/// events than it was asked for, where some are left out or become very large, and more where some are split; the parts of a split event
/// share its position and version, and no page ends between them.
public struct EvolvingStore<Base: EventStore>: EventStore, UpcastingStore, AppendChecking {
    /// The store as it is.
    public let base: Base
    private let chain: UpcasterChain
    private let check: SchemaCheck?
    private let demand: EventDemand

    /// Puts a chain and a check around a store.
    /// - Parameters:
    ///   - upcasters: What becomes of events that are read.
    ///   - check: What is asked of events that are appended.
    ///   - demand: What the readers of this value ask for, such as the older versions that they know.
    public init(_ base: Base, upcasters: UpcasterChain = .none, check: SchemaCheck? = nil, serving demand: EventDemand = .newest) {
        self.base = base
        chain = upcasters
        self.check = check
        self.demand = demand
    }

    /// See ``EventStore``; a query for types means what is stored under their older names too.
    /// - Throws: ``FlxError/Code/schemaViolation`` where the check refuses an event, and what the store throws.
    public func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        try checked(writes)
        return try await base.append(writes, unless: boundary.map(widened))
    }

    /// See ``EventStore``.
    /// - Throws: ``FlxError/Code/typeMismatch`` where a step fails, what ``UpcasterChain/converted(_:to:)`` throws, and what the store
    ///   throws.
    public func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        var stored = selection
        stored.query = widened(selection.query)
        let page = try await base.read(stored, direction, limit: limit)
        return try await upcasted(page, selection, direction) { (_, error) throws(FlxError) in throw error }
    }

    func readTolerantly(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> TolerantPage {
        var stored = selection
        stored.query = widened(selection.query)
        let raw = try await base.tolerantPage(stored, direction, limit: limit)
        var faults = raw.faults
        let page = try await upcasted(raw.page, selection, direction) { (recorded, error) throws(FlxError) in
            guard error.isOfOneEvent else { throw error }
            faults[recorded.position] = faults[recorded.position] ?? "\(error)"
        }
        return TolerantPage(page: page, faults: faults)
    }

    /// The page as the code reads it.
    /// - Parameter unreadable: Is told of events that cannot be read so, which stay as they are stored if it does not throw.
    private func upcasted(
        _ page: Page, _ selection: Selection, _ direction: ReadDirection,
        unreadable: (RecordedEvent, FlxError) throws(FlxError) -> Void
    ) async throws(FlxError) -> Page {
        guard !(chain.isEmpty && demand == .newest) else { return page }
        var (events, bytes) = ([RecordedEvent](), 0)
        events.reserveCapacity(page.events.count)
        for (index, recorded) in page.events.enumerated() {
            var parts: [RecordedEvent]
            do throws(FlxError) {
                parts = try await chain.upcasted(recorded, in: base).filter { selection.query.matches($0.event) }
                for index in parts.indices { parts[index] = try converted(parts[index]) }
            } catch {
                try unreadable(recorded, error)
                parts = [recorded]
            }
            if case .backward = direction { parts.reverse() }
            events += parts
            for part in parts { bytes += part.event.approximateBytes }
            // Each event may become much larger than it is stored: the rest of the page is read by the next call.
            guard bytes <= Transform.maximumBytes || index == page.events.count - 1 else {
                return Page(events: events, through: recorded.position, isLast: false)
            }
        }
        return Page(events: events, through: page.through, isLast: page.isLast)
    }

    /// See ``EventStore``.
    public func wait(after position: Position) async throws(FlxError) { try await base.wait(after: position) }

    /// See ``EventStore``.
    public func lastPosition() async throws(FlxError) -> Position { try await base.lastPosition() }

    /// See ``EventStore/event(_:)``. Finds events by the ids under which they are recorded; of a split event, the part with that id.
    public func event(_ id: EventID) async throws(FlxError) -> RecordedEvent? {
        guard let recorded = try await base.event(id) else { return nil }
        return try await upcasted(recorded).first { $0.id == id }
    }

    /// See ``EventStore``.
    public func streams(prefix: String, after name: StreamName?, limit: Int) async throws(FlxError) -> [StreamSummary] {
        try await base.streams(prefix: prefix, after: name, limit: limit)
    }

    /// See ``EventStore``; the types as they are stored.
    public func types() async throws(FlxError) -> [TypeSummary] { try await base.types() }

    /// See ``EventStore``.
    public func statistics() async throws(FlxError) -> StatisticsSnapshot { try await base.statistics() }

    /// See ``EventStore``.
    public func close() async { await base.close() }

    func upcasted(_ recorded: RecordedEvent) async throws(FlxError) -> [RecordedEvent] {
        var parts = try await chain.upcasted(recorded, in: base)
        for index in parts.indices { parts[index] = try converted(parts[index]) }
        return parts
    }

    /// Compares events with their schemas.
    package func checked(_ writes: [StreamWrite]) throws(FlxError) {
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

    private func converted(_ recorded: RecordedEvent) throws(FlxError) -> RecordedEvent {
        guard demand != .newest else { return recorded }
        do throws(FlxError) {
            let event = try chain.converted(recorded.event, to: demand)
            return RecordedEvent(event: event, version: recorded.version, position: recorded.position, recordedTime: recorded.recordedTime)
        } catch {
            throw error.from(.user)
        }
    }
}

/// A store that makes of recorded events what the code reads.
protocol UpcastingStore: EventStore {
    associatedtype Base: EventStore
    /// The store as it is.
    var base: Base { get }
    /// Returns a recorded event as the readers of the store see it.
    /// - Throws: What a step throws.
    func upcasted(_ recorded: RecordedEvent) async throws(FlxError) -> [RecordedEvent]
    /// Reads a page in which events that cannot be upcast stand as they are stored.
    func readTolerantly(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> TolerantPage
}

/// A page in which an event that the code cannot read stands as it is stored.
struct TolerantPage: Sendable {
    let page: Page
    /// The reasons, by the positions of such events.
    var faults: [Position: String] = [:]
}

extension EventStore {
    /// Reads a page of which no event makes the read fail that only the code cannot read.
    func tolerantPage(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> TolerantPage {
        guard let store = self as? any UpcastingStore else {
            return TolerantPage(page: try await read(selection, direction, limit: limit))
        }
        return try await store.readTolerantly(selection, direction, limit: limit)
    }
}

extension FlxError {
    /// True if the error says something about one event, and not about the store.
    var isOfOneEvent: Bool {
        let codes: [Code] = [
            .typeMismatch, .invalidValue, .limitExceeded, .malformed, .schemaViolation, .registration, .notFound, .handlerFailed,
        ]
        return codes.contains(code)
    }
}
