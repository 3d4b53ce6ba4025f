public import FlxCore
import Synchronization

/// Loads aggregates from their streams and carries out commands on them. Many callers and processes can do so at the same time.
///
/// `execute` loads the state, calls `decide` and appends the events if the stream has not changed. If it has, `execute` tries again after a
/// short pause. The commands on one aggregate take turns within a repository. The repository keeps a number of states in memory. Every
/// outcome is that of the present stream: an append checks the version, and before a refusal or an empty decision is returned, the
/// aggregate decides again if the stream has newer events.
public final class Repository<A: Aggregate>: Sendable {
    /// An aggregate as it was at a version.
    public struct Loaded: Sendable {
        /// The state.
        public var state: A
        /// The version of its stream.
        public var version: Version
        /// The position up to which the stream was read.
        var position: Position
        /// The last event of the state; nil if it was appended here, and not read.
        var last: EventMark?
        /// The version and the time of the last known snapshot.
        var snapshot: (version: Version, time: Timestamp)?
        /// The time that folding the events since then took.
        var cost = Duration.zero
    }

    /// The result of a command.
    public struct Outcome: Sendable {
        /// The envelopes of the events, in order; none if the aggregate decided on none.
        public let events: [Event]
        /// The places of the events.
        public let places: [AppendResult.Place]
        /// The aggregate after them.
        public let state: A
        /// The version of its stream after them.
        public let version: Version
        /// The position of the last event, for waiting until a view shows it; nil if there is no event.
        public var position: Position? { places.last?.position }
    }

    let store: any EventStore
    let bus: HybridEventBus?
    private let attempts: Int
    private let contention: Contention
    private let registry: EventRegistry
    private let types: Set<EventType>
    private let snapshots: SnapshotAccess<A>?
    private let kept: Mutex<RecentCache<StreamName, Kept>>

    /// A state in memory, and the turns of the commands on it. A command looks it up once.
    final class Kept: Sendable {
        private let loaded = Mutex<Loaded?>(nil)
        let turns = Turns()

        var value: Loaded? { loaded.withLock { $0 } }

        /// Takes a state in place of an older one.
        func update(_ value: Loaded) {
            loaded.withLock { if ($0?.version ?? .none) <= value.version { $0 = value } }
        }
    }

    /// Makes a repository over a store.
    ///
    /// - Parameters:
    ///   - bus: A bus over the same store, to call its handlers with the events; nil to append only.
    ///   - keeping: The number of states in memory: at least so many, and at most twice as many.
    ///   - attempts: The number of attempts of a command in all, from 1.
    ///   - sleep: The clock of the pauses between attempts.
    ///   - chance: Numbers from 0 to 1 that spread these pauses.
    /// - Throws: ``FlxError/Code/registration`` when two of the aggregate's event types claim one name and version.
    public convenience init(
        on store: any EventStore, publishingOn bus: HybridEventBus? = nil, keeping count: Int = 1_000, attempts: Int = 50,
        sleep: any Clock<Duration> = ContinuousClock(), chance: @escaping @Sendable () -> Double = SubscriptionRunner.someChance
    ) throws(FlxError) {
        let contention = Contention(clock: sleep, chance: chance)
        try self.init(on: store, bus, keeping: count, attempts: attempts, contention, nil)
    }

    /// Makes a repository with snapshots. A state that is not in memory is folded from the last snapshot.
    /// - Throws: As ``init(on:publishingOn:keeping:attempts:sleep:chance:)`` does.
    public convenience init(
        on store: any EventStore, publishingOn bus: HybridEventBus? = nil, keeping count: Int = 1_000, attempts: Int = 50,
        snapshots: Snapshots, sleep: any Clock<Duration> = ContinuousClock(),
        chance: @escaping @Sendable () -> Double = SubscriptionRunner.someChance
    ) throws(FlxError) where A: Codable {
        let facts = A.events.map { "\($0.eventType) \($0.schemaVersion)" } + ["\(A.unknownEvents)"]
        let access = SnapshotAccess(snapshots, initial: A(), reducer: A.reducerVersion, facts: facts)
        try self.init(on: store, bus, keeping: count, attempts: attempts, Contention(clock: sleep, chance: chance), access)
    }

    private init(
        on store: any EventStore, _ bus: HybridEventBus?, keeping count: Int, attempts: Int, _ contention: Contention,
        _ snapshots: SnapshotAccess<A>?
    ) throws(FlxError) {
        self.snapshots = snapshots
        self.store = store
        self.bus = bus
        self.attempts = max(1, attempts)
        self.contention = contention
        registry = try EventRegistry(A.events)
        types = Set(A.events.map { $0.eventType })
        kept = Mutex(RecentCache(capacity: max(1, count)))
    }

    private func kept(_ stream: StreamName) -> Kept {
        kept.withLock { $0.value(for: stream, orNew: Kept()) }
    }

    /// The aggregate as its stream has it now; the initial state when the stream is empty.
    /// - Throws: ``FlxError/Code/registration`` for an event that the aggregate does not name and must not pass over, what decoding and
    ///   reading throw.
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

    // MARK: Commands

    /// Carries out a command.
    ///
    /// A command with a key, such as the id of a request, is carried out once. If it is sent again, nothing is decided: its first events
    /// are returned, with the present aggregate. The events get a tag with the key. A command without events leaves no trace, and is
    /// decided anew.
    /// - Parameters:
    ///   - command: The command.
    ///   - id: The aggregate.
    ///   - key: A key of this command alone, in the whole store: at most 245 bytes, without `,`; nil to carry it out each time.
    /// - Throws: What the aggregate throws; ``FlxError/Code/versionConflict`` when others were faster in every attempt;
    ///   ``FlxError/Code/registration`` for a decided event that the aggregate does not name; what loading and appending throw. An append
    ///   whose outcome is unknown is repeated with the same ids; if that does not tell, the error has ``FlxError/isOutcomeUnknown``: send
    ///   the command again if it has a key, or load the aggregate before. ``FlxError/Code/idConflict`` for the key of another stream's.
    @discardableResult
    public func execute(_ command: A.Command, on id: String, once key: String? = nil) async throws -> Outcome {
        let mark = try key.map { key throws(FlxError) in try CommandMark(key) }
        let stream = try A.stream(of: id)
        try stream.checkIsOpen()
        let kept = kept(stream)
        let turn = try await kept.turns.take()
        defer { turn.end() }
        var (loaded, isKept) = if let value = kept.value { (value, true) } else { (try await fold(stream), false) }
        var attempt = 1
        while true {
            let end = try await decide(command, mark, &loaded, stream, kept, turn)
            if case .done(let outcome) = end { return outcome }
            // A state that was kept may be behind although nobody is faster now.
            if !isKept {
                guard attempt < attempts else { throw Self.overtaken(stream, loaded.version) }
                if case .conflict = end { try await contention.pause(after: attempt) }
                attempt += 1
            }
            isKept = false
            guard case .conflict(let actual) = end else { continue }
            loaded = try await advance(loaded, in: stream)
            // All that can be seen up to there was read; what upcasters leave out at the end of a stream has versions too.
            if let actual { loaded.version = max(loaded.version, actual) }
        }
    }

    /// The end of an attempt.
    private enum Attempt {
        case done(Outcome)
        /// The decision was made on an older state than that of the stream, which is loaded now.
        case outdated
        /// The stream is at another version, if that is known.
        case conflict(Version?)
    }

    private static var initial: Loaded { Loaded(state: A(), version: .none, position: .start) }

    private static func overtaken(_ stream: StreamName, _ version: Version) -> FlxError {
        FlxError(
            .versionConflict,
            "the stream '\(stream)' moved on during every attempt to decide, and is at version \(version): try again later",
            actualVersion: version)
    }

    /// Makes one attempt.
    private func decide(
        _ command: A.Command, _ mark: CommandMark?, _ loaded: inout Loaded, _ stream: StreamName, _ kept: Kept, _ turn: Turns.Turn
    ) async throws -> Attempt {
        let decision = Result { try loaded.state.decide(command) }
        // The store checks the version of what is appended. A refusal, or a decision that nothing happens, is checked here: the state
        // may be out of date.
        if (try? decision.get())?.isEmpty ?? true {
            let done = try await mark?.events(in: store) ?? []
            let fresh = try await advance(loaded, in: stream)
            kept.update(fresh)
            let isOutdated = fresh.version > loaded.version
            loaded = fresh
            if !done.isEmpty { return .done(try await repeated(done, in: stream, loaded)) }
            if isOutdated { return .outdated }
        }
        let decided = try decision.get()
        guard !decided.isEmpty else { return .done(Outcome(events: [], places: [], state: loaded.state, version: loaded.version)) }
        var made: [Event] = []
        for event in decided { made.append(try event.enveloped(in: stream)) }
        if let context = EventContext.current {
            for index in made.indices { context.complete(&made[index]) }
        }
        if let mark { made = mark.mark(made) }
        // The state is made of what everybody will read, not of what was decided.
        let read = try made.map { event throws(FlxError) in
            guard let read = try registry.decode(event) else { throw unknown(event, "it decided on an event that") }
            return read
        }
        let step = Step(stream: stream, loaded: loaded, made: made, read: read, mark: mark)
        let recorded: Recorded
        do throws(FlxError) {
            recorded = try await record(step, kept, turn)
        } catch {
            guard let conflict = step.conflict.withLock(\.self) else { throw error }
            guard let mark, conflict.code == .boundaryConflict else { return .conflict(conflict.actualVersion) }
            let done = try await mark.events(in: store)
            loaded = try await advance(loaded, in: stream)
            kept.update(loaded)
            return .done(try await repeated(done, in: stream, loaded))
        }
        let after = step.after.withLock(\.self) ?? loaded
        return .done(Outcome(events: recorded.events, places: recorded.places, state: after.state, version: after.version))
    }

    /// The outcome of a command that was carried out before.
    private func repeated(_ done: [RecordedEvent], in stream: StreamName, _ loaded: Loaded) async throws(FlxError) -> Outcome {
        try CommandMark.check(done, areIn: stream)
        var events: [Event] = []
        for recorded in done {
            if let store = store as? any UpcastingStore {
                events += try await store.upcasted(recorded).map(\.event)
            } else {
                events.append(recorded.event)
            }
        }
        return Outcome(events: events, places: done.map(\.place), state: loaded.state, version: loaded.version)
    }

    // MARK: Appending

    private typealias Recorded = (events: [Event], places: [AppendResult.Place])

    /// The append of one attempt.
    private final class Step: Sendable {
        let stream: StreamName
        let loaded: Loaded
        let made: [Event]
        let read: [any DomainEvent]
        /// The mark of a command that is carried out once; nil for one that may come twice.
        let mark: CommandMark?
        /// The refusal of the store because of the version or the boundary.
        let conflict = Mutex<FlxError?>(nil)
        /// The aggregate after the events, once they are recorded.
        let after = Mutex<Loaded?>(nil)

        init(stream: StreamName, loaded: Loaded, made: [Event], read: [any DomainEvent], mark: CommandMark?) {
            (self.stream, self.loaded, self.made, self.read, self.mark) = (stream, loaded, made, read, mark)
        }
    }

    /// Appends, and returns the events as they are recorded.
    private func record(_ step: Step, _ kept: Kept, _ turn: Turns.Turn) async throws(FlxError) -> Recorded {
        guard let bus else { return (step.made, try await append(step.made, to: store, step, kept, turn)) }
        let receipt = try await bus.publish(step.made, to: step.stream) { events, store throws(FlxError) in
            try await self.append(events, to: store, step, kept, turn)
        }
        return (receipt.published, receipt.places)
    }

    /// Appends, keeps the state after it, and ends the turn: handlers that are called next may send commands to the same aggregate.
    private func append(
        _ events: [Event], to store: any EventStore, _ step: Step, _ kept: Kept, _ turn: Turns.Turn
    ) async throws(FlxError) -> [AppendResult.Place] {
        // Before anything is recorded: an event that middleware made unreadable would stop the aggregate permanently.
        var after = try state(after: step, events)
        let places: [AppendResult.Place]
        do throws(FlxError) {
            // Middleware may have made other events.
            let write = StreamWrite(step.mark?.mark(events) ?? events, to: step.stream, expecting: .exactly(step.loaded.version))
            let boundary = step.mark.map { Boundary($0.query, after: .start) }
            places = try await store.settled([write], unless: boundary, clock: contention.clock).places
        } catch {
            if [.versionConflict, .boundaryConflict].contains(error.code) { step.conflict.withLock { $0 = error } }
            throw error
        }
        if let last = places.last { (after.version, after.position, after.last) = (last.version, last.position, nil) }
        await keepIfDue(&after, step.stream)
        kept.update(after)
        step.after.withLock { [after] in $0 = after }
        turn.end()
        return places
    }

    /// The state of the aggregate after events that are to be recorded.
    private func state(after step: Step, _ events: [Event]) throws(FlxError) -> Loaded {
        var loaded = step.loaded
        let areAsDecided = events.elementsEqual(step.made) { $0.hasSameContent(as: $1) }
        if areAsDecided {
            for event in step.read { loaded.state.evolve(event) }
        } else {
            for event in events { try decode(event).map { loaded.state.evolve($0) } }
        }
        return loaded
    }

    // MARK: Folding

    /// The state of a stream that is not in memory: from its snapshot if there is one that fits, otherwise from the first event.
    private func fold(_ stream: StreamName) async throws(FlxError) -> Loaded {
        guard let snapshots else { return try await advance(Self.initial, in: stream) }
        let (name, begin) = (Self.snapshotName(stream), snapshots.now)
        var (loaded, isEnd) = (Self.initial, false)
        if let found = await snapshots.find(name) {
            // The last event of the snapshot is read again, with those after it.
            if let page = try await store.read(.stream(stream), from: found.event, limit: 1_000) {
                loaded = Loaded(
                    state: found.state, version: found.event.version, position: found.event.position, last: found.event,
                    snapshot: (found.event.version, found.time))
                try apply(page.events.drop { $0.position == found.event.position }, to: &loaded)
                isEnd = page.isLast
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
        do throws(FlxError) {
            guard let last = try await mark(of: loaded, in: stream) else { return }
            await snapshots.keep(loaded.state, Self.snapshotName(stream), after: last)
            (loaded.last, loaded.snapshot, loaded.cost) = (last, (loaded.version, now), .zero)
        } catch {
            snapshots.didNotKeep(Self.snapshotName(stream), error)
        }
    }

    /// The last event in a state; one that was appended is read for it.
    private func mark(of loaded: Loaded, in stream: StreamName) async throws(FlxError) -> EventMark? {
        if let last = loaded.last { return last }
        guard loaded.position > .start else { return nil }
        let page = try await store.read(.stream(stream), .forward(after: Position(unchecked: loaded.position.value - 1)), limit: 1)
        return page.events.last { $0.position == loaded.position }.map { EventMark($0) }
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
            if let event = try decode(recorded.event, at: recorded.position) { loaded.state.evolve(event) }
        }
        guard let last = events.last else { return }
        (loaded.version, loaded.position) = (last.version, last.position)
        if snapshots != nil { loaded.last = EventMark(last) }
    }

    /// The event as one of the aggregate's; nil for a foreign one that it passes over.
    private func decode(_ event: Event, at position: Position? = nil) throws(FlxError) -> (any DomainEvent)? {
        if let decoded = try registry.decode(event) { return decoded }
        // Another version of one of its own types is not foreign: the state would be wrong without it.
        if case .passOver = A.unknownEvents, !types.contains(event.type) { return nil }
        throw unknown(event, position.map { "the event at position \($0)" } ?? "event \(event.id)")
    }

    private func unknown(_ event: Event, _ place: String) -> FlxError {
        let version = types.contains(event.type) ? "', in version \(event.schemaVersion)" : "'"
        return FlxError(.registration, "\(A.self): \(place) is '\(event.type)\(version); name its type in `events`")
    }
}

extension Event {
    /// Returns true if both are decoded to the same value.
    fileprivate func hasSameContent(as other: Event) -> Bool {
        type == other.type && schemaVersion == other.schemaVersion && payload == other.payload
    }
}

extension Repository.Outcome: Receipt {}
