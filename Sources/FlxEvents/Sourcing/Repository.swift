public import FlxCore
import Synchronization

/// Loads aggregates from their streams and carries out commands on them, safe against everybody who does the same.
///
/// Executing loads the state, lets the aggregate decide, and appends what it decided on condition that the stream is where it was; if
/// somebody was faster, it begins again. States are kept in memory, up to a number of them. Every outcome rests on the state of the
/// stream: an append checks the version, and before a refusal or an empty decision is returned, newer events of the stream are applied
/// and the aggregate decides again.
public final class Repository<A: Aggregate>: Sendable {
    /// An aggregate as it was at a version.
    public struct Loaded: Sendable {
        /// The state.
        public var state: A
        /// The version of its stream.
        public var version: Version
        /// The position up to which the stream was read.
        var position: Position
        /// The version and the time of the last snapshot that is known.
        var snapshot: (version: Version, time: Timestamp)?
        /// The time that folding the events since then took.
        var cost = Duration.zero
    }

    /// The result of a command.
    public struct Outcome: Sendable {
        /// The envelopes of the events, in order; none when the aggregate decided that nothing happens.
        public let events: [Event]
        /// The places of the events.
        public let places: [AppendResult.Place]
        /// The aggregate after them.
        public let state: A
        /// The version of its stream after them.
        public let version: Version
        /// The position up to which a view must have come to show the events; nil when nothing happened.
        public var position: Position? { places.last?.position }
    }

    private let store: any EventStore
    private let bus: HybridEventBus?
    private let attempts: Int
    private let registry: EventRegistry
    private let snapshots: SnapshotAccess<A>?
    private let kept: Mutex<RecentCache<StreamName, Kept>>

    /// A state in memory. A command looks for its stream once, and for the rest of its way has this.
    private final class Kept: Sendable {
        private let loaded = Mutex<Loaded?>(nil)

        var value: Loaded? { loaded.withLock { $0 } }

        /// Takes a state in place of an older one.
        func update(_ value: Loaded) {
            loaded.withLock { if ($0?.version ?? .none) <= value.version { $0 = value } }
        }
    }

    /// Makes a repository over a store.
    ///
    /// - Parameters:
    ///   - bus: A bus over the same store whose handlers are to see what is appended; nil to append and nothing else.
    ///   - keeping: The number of states that are kept in memory at least; at most it is twice as many.
    ///   - attempts: How often a command is tried in all while others are faster, from 1.
    /// - Throws: ``FlxError/Code/registration`` when two of the aggregate's event types claim one name and version.
    public convenience init(
        on store: any EventStore, publishingOn bus: HybridEventBus? = nil, keeping count: Int = 1_000, attempts: Int = 10
    ) throws(FlxError) {
        try self.init(on: store, bus, keeping: count, attempts: attempts, nil)
    }

    /// Makes a repository that also keeps snapshots, so that a state which is not in memory is folded from the last of them.
    /// - Throws: As ``init(on:publishingOn:keeping:attempts:)`` does.
    public convenience init(
        on store: any EventStore, publishingOn bus: HybridEventBus? = nil, keeping count: Int = 1_000, attempts: Int = 10,
        snapshots: Snapshots
    ) throws(FlxError) where A: Codable {
        let access = SnapshotAccess(snapshots, initial: A(), reducer: A.reducerVersion)
        try self.init(on: store, bus, keeping: count, attempts: attempts, access)
    }

    private init(
        on store: any EventStore, _ bus: HybridEventBus?, keeping count: Int, attempts: Int, _ snapshots: SnapshotAccess<A>?
    ) throws(FlxError) {
        self.snapshots = snapshots
        self.store = store
        self.bus = bus
        self.attempts = max(1, attempts)
        registry = try EventRegistry(A.events)
        kept = Mutex(RecentCache(capacity: max(1, count)))
    }

    private func kept(_ stream: StreamName) -> Kept {
        kept.withLock { $0.value(for: stream, orNew: Kept()) }
    }

    /// The aggregate as its stream has it now; the initial state when the stream is empty.
    /// - Throws: ``FlxError/Code/registration`` for an event whose type the aggregate does not name, what decoding and reading throw.
    public func load(_ id: String) async throws(FlxError) -> Loaded {
        let stream = try A.stream(of: id)
        let kept = kept(stream)
        let loaded = if let value = kept.value { try await advance(value, in: stream) } else { try await fold(stream) }
        kept.update(loaded)
        return loaded
    }

    /// The aggregate as it was: up to a version, a position or a time. It is folded from the first event and not kept.
    /// - Throws: As ``load(_:)`` does.
    public func load(_ id: String, asOf end: ReplayEnd) async throws(FlxError) -> Loaded {
        try await advance(Self.initial, in: try A.stream(of: id), upTo: end)
    }

    /// Carries out a command.
    /// - Throws: What the aggregate throws; ``FlxError/Code/versionConflict`` when others were faster in every attempt; what loading and
    ///   appending throw.
    @discardableResult
    public func execute(_ command: A.Command, on id: String) async throws -> Outcome {
        let stream = try A.stream(of: id)
        let kept = kept(stream)
        var (loaded, isKept) = if let value = kept.value { (value, true) } else { (try await fold(stream), false) }
        var attempt = 1
        while true {
            do {
                if let outcome = try await decide(command, &loaded, stream, kept) { return outcome }
                // A state that was kept may be behind although nobody is faster now.
                attempt += isKept ? 0 : 1
                isKept = false
                guard attempt <= attempts else { throw Self.overtaken(stream, loaded.version) }
            } catch let error as FlxError {
                guard error.code == .versionConflict, isKept || attempt < attempts else { throw error }
                attempt += isKept ? 0 : 1
                isKept = false
                loaded = try await advance(loaded, in: stream)
                // All that can be seen up to there was read; what upcasters leave out at the end of a stream has versions too.
                if let actual = error.actualVersion { loaded.version = max(loaded.version, actual) }
            }
        }
    }

    private static var initial: Loaded { Loaded(state: A(), version: .none, position: .start) }

    private static func overtaken(_ stream: StreamName, _ version: Version) -> FlxError {
        FlxError(
            .versionConflict,
            "the stream '\(stream)' moved on during every attempt to decide, and is at version \(version): try again later",
            actualVersion: version)
    }

    /// Makes one attempt.
    /// - Returns: Nil when the decision was made on an older state than that of the stream, which `loaded` then is.
    private func decide(_ command: A.Command, _ loaded: inout Loaded, _ stream: StreamName, _ kept: Kept) async throws -> Outcome? {
        let decision = Result { try loaded.state.decide(command) }
        // The store checks the version of what is appended. A refusal, or a decision that nothing happens, is checked here: the state
        // may be out of date.
        if (try? decision.get())?.isEmpty ?? true {
            let fresh = try await advance(loaded, in: stream)
            kept.update(fresh)
            guard fresh.version <= loaded.version else {
                loaded = fresh
                return nil
            }
        }
        let decided = try decision.get()
        guard !decided.isEmpty else { return Outcome(events: [], places: [], state: loaded.state, version: loaded.version) }
        var made: [Event] = []
        for event in decided { made.append(try event.enveloped(in: stream, context: EventContext.current)) }
        let (events, places) = try await append(made, to: stream, at: loaded.version)
        // What the middleware of a bus made of the events counts, as it does for everybody who reads them.
        let areAsDecided = bus == nil || events.elementsEqual(made) { $0.hasSameContent(as: $1) }
        for event in areAsDecided ? decided : try events.map({ try decode($0) }) { loaded.state.evolve(event) }
        loaded.version = places.last?.version ?? loaded.version
        loaded.position = places.last?.position ?? loaded.position
        if snapshots != nil { await keepIfDue(&loaded, stream) }
        kept.update(loaded)
        return Outcome(events: events, places: places, state: loaded.state, version: loaded.version)
    }

    /// Appends, and returns the events as they are recorded.
    private func append(
        _ events: [Event], to stream: StreamName, at version: Version
    ) async throws(FlxError) -> ([Event], [AppendResult.Place]) {
        guard let bus else { return (events, try await store.append(events, to: stream, expecting: .exactly(version)).places) }
        let receipt = try await bus.publish(events, to: stream, expecting: .exactly(version))
        return (receipt.published, receipt.places)
    }

    /// The state of a stream that is not in memory: from its snapshot if there is one that fits, otherwise from the first event.
    private func fold(_ stream: StreamName) async throws(FlxError) -> Loaded {
        guard let snapshots else { return try await advance(Self.initial, in: stream) }
        let (name, begin) = (Self.snapshotName(stream), snapshots.now)
        var (loaded, isEnd) = (Self.initial, false)
        if let found = await snapshots.find(name) {
            // The last event of the snapshot is read again: a log that has another one there, or none, is not the one that it was made of.
            let before = Position(unchecked: max(0, found.position.value - 1))
            let last = try await store.read(.stream(stream), .forward(after: before), limit: 1_000)
            if let event = last.events.first, event.position == found.position, event.version == found.version {
                loaded = Loaded(state: found.state, version: found.version, position: found.position)
                loaded.snapshot = (found.version, found.time)
                try apply(last.events.drop { $0.position == found.position }, to: &loaded)
                isEnd = last.isLast
            } else {
                snapshots.miss(name, "the log has another event at its place")
            }
        }
        if !isEnd { loaded = try await advance(loaded, in: stream) }
        loaded.cost = snapshots.now.elapsed(since: begin)
        await keepIfDue(&loaded, stream)
        return loaded
    }

    private static func snapshotName(_ stream: StreamName) -> String { "aggregate:\(stream)" }

    private func keepIfDue(_ loaded: inout Loaded, _ stream: StreamName) async {
        guard let snapshots else { return }
        let now = snapshots.now
        let facts = Snapshots.Facts(
            events: loaded.version.value - (loaded.snapshot?.version.value ?? 0), age: loaded.snapshot.map { now.elapsed(since: $0.time) },
            cost: loaded.cost)
        guard snapshots.settings.rule.holds(for: facts) else { return }
        await snapshots.keep(loaded.state, Self.snapshotName(stream), at: loaded.position, version: loaded.version)
        (loaded.snapshot, loaded.cost) = ((loaded.version, now), .zero)
    }

    /// Applies what the stream has after a state.
    private func advance(_ loaded: Loaded, in stream: StreamName, upTo end: ReplayEnd = .latest) async throws(FlxError) -> Loaded {
        var loaded = loaded
        var selection = Selection.stream(stream)
        selection.until = end.horizon
        while true {
            let page = try await store.read(selection, .forward(after: loaded.position), limit: 1_000)
            try apply(page.events.prefix { end.includes($0) }[...], to: &loaded)
            if page.isLast || page.events.last.map({ !end.includes($0) }) ?? false { return loaded }
            loaded.position = page.through
        }
    }

    private func apply(_ events: ArraySlice<RecordedEvent>, to loaded: inout Loaded) throws(FlxError) {
        for recorded in events {
            loaded.state.evolve(try decode(recorded.event, at: recorded.position))
            (loaded.version, loaded.position) = (recorded.version, recorded.position)
        }
    }

    private func decode(_ event: Event, at position: Position? = nil) throws(FlxError) -> any DomainEvent {
        if let decoded = try registry.decode(event) { return decoded }
        let place = position.map { "the event at position \($0)" } ?? "event \(event.id)"
        throw FlxError(.registration, "\(A.self): \(place) is '\(event.type)'; name its type in `events`")
    }
}

extension DomainEvent {
    /// The event in an envelope of its stream.
    fileprivate func enveloped(in stream: StreamName, context: EventContext?) throws(FlxError) -> Event {
        var event = try Event(self, stream: stream)
        context?.complete(&event)
        return event
    }
}

extension Event {
    /// Returns true if both are decoded to the same value.
    fileprivate func hasSameContent(as other: Event) -> Bool {
        type == other.type && schemaVersion == other.schemaVersion && payload == other.payload
    }
}

extension Repository.Outcome: Receipt {}
