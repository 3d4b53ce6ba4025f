public import FlxCore
import Synchronization

/// Loads aggregates from their streams and carries out commands on them, safe against everybody who does the same.
///
/// Executing loads the state, lets the aggregate decide, and appends what it decided on condition that the stream is where it was; if
/// somebody was faster, it begins again. States are kept in memory, up to a number of them; a kept state that is behind is found out by
/// that same condition, and costs one more attempt.
public final class Repository<A: Aggregate>: Sendable {
    /// An aggregate as it was at a version.
    public struct Loaded: Sendable {
        /// The state.
        public var state: A
        /// The version of its stream.
        public var version: Version
        /// The position up to which the stream was read.
        var position: Position
    }

    /// What a command led to.
    public struct Outcome: Sendable {
        /// The envelopes of the events, in order; none when the aggregate decided that nothing happens.
        public let events: [Event]
        /// The places of the events.
        public let places: [AppendResult.Place]
        /// The aggregate after them.
        public let state: A
        /// The version of its stream after them.
        public let version: Version
    }

    private let store: any EventStore
    private let bus: HybridEventBus?
    private let attempts: Int
    private let registry: EventRegistry
    private let cache: Mutex<RecentCache<StreamName, Loaded>>

    /// Makes a repository over a store.
    ///
    /// - Parameters:
    ///   - bus: A bus over the same store whose handlers are to see what is appended; nil to append and nothing else.
    ///   - keeping: The number of states that are kept in memory at least; at most it is twice as many.
    ///   - attempts: How often a command is tried in all while others are faster, from 1.
    /// - Throws: ``FlxError/Code/registration`` when two of the aggregate's event types claim one name and version.
    public init(
        on store: any EventStore, publishingOn bus: HybridEventBus? = nil, keeping count: Int = 1_000, attempts: Int = 10
    ) throws(FlxError) {
        self.store = store
        self.bus = bus
        self.attempts = max(1, attempts)
        registry = try EventRegistry(A.events)
        cache = Mutex(RecentCache(capacity: max(1, count)))
    }

    /// The aggregate as its stream has it now; the initial state when the stream is empty.
    /// - Throws: ``FlxError/Code/registration`` for an event whose type the aggregate does not name, what decoding and reading throw.
    public func load(_ id: String) async throws(FlxError) -> Loaded {
        let stream = try A.stream(of: id)
        let loaded = try await advance(cache.withLock { $0[stream] } ?? Self.initial, in: stream)
        cache.withLock { $0[stream] = loaded }
        return loaded
    }

    /// Carries out a command.
    /// - Throws: What the aggregate throws; ``FlxError/Code/versionConflict`` when others were faster in every attempt; what loading and
    ///   appending throw.
    @discardableResult
    public func execute(_ command: A.Command, on id: String) async throws -> Outcome {
        let stream = try A.stream(of: id)
        var loaded = if let kept = cache.withLock({ $0[stream] }) { kept } else { try await advance(Self.initial, in: stream) }
        var attempt = 1
        while true {
            do {
                return try await decide(command, loaded, stream)
            } catch let error as FlxError {
                guard error.code == .versionConflict, attempt < attempts else { throw error }
                attempt += 1
                loaded = try await advance(loaded, in: stream)
            }
        }
    }

    private static var initial: Loaded { Loaded(state: A(), version: .none, position: .start) }

    private func decide(_ command: A.Command, _ loaded: Loaded, _ stream: StreamName) async throws -> Outcome {
        let decided: [any DomainEvent]
        do {
            decided = try loaded.state.decide(command)
        } catch {
            // The refusal may rest on a state that is out of date; only a fresh one may refuse.
            let fresh = try await advance(loaded, in: stream)
            guard fresh.version > loaded.version else { throw error }
            return try await decide(command, fresh, stream)
        }
        guard !decided.isEmpty else { return Outcome(events: [], places: [], state: loaded.state, version: loaded.version) }
        var (events, after) = ([Event](), loaded)
        for event in decided {
            events.append(try event.enveloped(in: stream, context: EventContext.current))
            after.state.evolve(event)
        }
        let places = try await append(events, to: stream, at: loaded.version)
        after.version = places.last?.version ?? loaded.version
        after.position = places.last?.position ?? loaded.position
        cache.withLock { $0[stream] = after }
        return Outcome(events: events, places: places, state: after.state, version: after.version)
    }

    private func append(_ events: [Event], to stream: StreamName, at version: Version) async throws(FlxError) -> [AppendResult.Place] {
        if let bus { return try await bus.publish(events, to: stream, expecting: .exactly(version)).places }
        return try await store.append(events, to: stream, expecting: .exactly(version)).places
    }

    /// Applies what the stream has after a state.
    private func advance(_ loaded: Loaded, in stream: StreamName) async throws(FlxError) -> Loaded {
        var loaded = loaded
        while true {
            let page = try await store.read(.stream(stream), .forward(after: loaded.position), limit: 1_000)
            for recorded in page.events {
                guard let event = try registry.decode(recorded.event) else {
                    throw FlxError(
                        .registration,
                        "\(A.self): the event at position \(recorded.position) is '\(recorded.event.type)'; name its type in `events`")
                }
                loaded.state.evolve(event)
                (loaded.version, loaded.position) = (recorded.version, recorded.position)
            }
            if page.isLast { return loaded }
            loaded.position = page.through
        }
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
