public import FlxCore

/// A store in terms of today's code: events are upcast on reading, and checked against their schema on appending.
///
/// It is the one place for both. Give it to buses, projections, subscriptions, repositories and exports in place of the store itself. All
/// of them then get events in their newest form, also parked ones.
///
/// ```swift
/// let store = EvolvingStore(log, upcasters: chain, check: check)
/// let bus = HybridEventBus(store: store)
/// ```
///
/// A consumer of other versions, or of another content type, uses a value of its own, with ``EventDemand``. Selections name types by their
/// newest names, and also find events stored under older names. A page may contain fewer events than requested, if some are left out or
/// become very large, and more if some are split. The parts of a split event have the same position and version, and no page ends between
/// them.
public struct EvolvingStore<Base: EventStore>: EventStore, UpcastingStore, AppendChecking {
    /// The store as it is.
    public let base: Base
    private let chain: UpcasterChain
    private let check: SchemaCheck?
    private let demand: EventDemand

    /// Puts a chain and a check around a store.
    /// - Parameters:
    ///   - upcasters: The steps for events that are read.
    ///   - check: The check of events that are appended.
    ///   - demand: The demand of the readers of this value, such as older versions.
    public init(_ base: Base, upcasters: UpcasterChain = .none, check: SchemaCheck? = nil, serving demand: EventDemand = .newest) {
        self.base = base
        chain = upcasters
        self.check = check
        self.demand = demand
    }

    /// See ``EventStore``. A query for types includes events stored under older names.
    /// - Throws: ``FlxError/Code/schemaViolation`` if the check refuses an event, and all errors of the store.
    public func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        try checked(writes)
        return try await base.append(writes, unless: boundary.map(widened))
    }

    /// See ``EventStore``.
    /// - Throws: ``FlxError/Code/typeMismatch`` if a step fails, and all errors of ``UpcasterChain/converted(_:to:)`` and the store.
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

    /// The page in its newest form.
    /// - Parameter unreadable: Called with events that cannot be upcast. They stay in their stored form unless it throws.
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

    /// See ``EventStore/event(_:)``. Finds events by their recorded ids; of a split event, the part with that id.
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

    /// The boundary over all types that may become the types in it.
    func widened(_ boundary: Boundary) -> Boundary {
        Boundary(widened(boundary.query), in: boundary.scope, after: boundary.position)
    }

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

/// A store that upcasts recorded events for its readers.
protocol UpcastingStore: EventStore {
    associatedtype Base: EventStore
    /// The store as it is.
    var base: Base { get }
    /// Returns a recorded event in the form for readers of the store.
    /// - Throws: All errors of the steps.
    func upcasted(_ recorded: RecordedEvent) async throws(FlxError) -> [RecordedEvent]
    /// Reads a page. Events that cannot be upcast stay in their stored form.
    func readTolerantly(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> TolerantPage
}

/// A page with unreadable events in their stored form.
struct TolerantPage: Sendable {
    let page: Page
    /// The reasons, by the positions of such events.
    var faults: [Position: String] = [:]
}

extension EventStore {
    /// Reads a page. An event unreadable only for the code does not fail the read.
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
