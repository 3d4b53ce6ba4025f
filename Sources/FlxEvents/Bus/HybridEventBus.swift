public import FlxCore

/// The bus of a service: handlers in process, a store that keeps what is published, a broker that carries it to other processes.
///
/// Both are optional. With a store, publishing returns when the events are recorded and handled; the log is the outbox from which
/// ``run()`` brings them to the broker, at least once. With a broker alone, publishing returns when the broker has confirmed them and
/// they are handled here. Closing the bus leaves the store and the broker open: they belong to who made them.
///
/// What leaves is the work of a durable subscription named `relay-` and the name of the service: it has a checkpoint and a lease, is
/// paused, moved and looked at as any other, and parks an event that can never leave. System streams do not leave.
///
/// Events from the broker are recorded with their origin, handled, and acknowledged after that; a bus never handles its own event a
/// second time, and never sends on what came in. Up to sixteen deliveries of a queue are taken in beside each other, and their order is
/// not kept. An old version that comes in is recorded as it came, and handled as what the upcasters make of it: those of an
/// ``EvolvingStore``, or those that a bus with a broker is given. What can never be taken is rejected.
public struct HybridEventBus: EngineBus {
    /// The rule for the stream of an event whose publisher named none.
    public typealias StreamRule = @Sendable (Event) throws(FlxError) -> StreamName

    let engine: BusEngine
    let store: (any EventStore)?
    let streamRule: StreamRule
    /// The exchange of events with the broker; nil without one.
    let exchange: BrokerExchange?

    /// Makes a bus over a store, or over nothing.
    /// - Parameter stream: Where events go whose publisher names no stream: by default to the stream with the name of their type.
    public init(
        store: (any EventStore)? = nil, configuration: BusConfiguration = BusConfiguration(),
        stream: @escaping StreamRule = { event throws(FlxError) in try StreamName(event.type.description) }
    ) {
        self.store = store
        streamRule = stream
        exchange = nil
        engine = BusEngine(configuration, commit: store.map { Self.append(to: $0, rule: stream, clock: configuration.sleep) })
    }

    /// Makes a bus over a broker, and over a store that remembers how far the broker knows its log.
    ///
    /// - Parameters:
    ///   - name: The name of the service, the same in each of its processes and after each restart: by it the bus knows its own events.
    ///   - queues: What comes in from the broker, from the moment that ``run()`` runs.
    ///   - transform: What is done to events before they go to the broker. An event that it cannot be done to is parked, as one is that
    ///     the broker refuses for good. It leaves with the next retry.
    ///   - upcasters: What becomes of old versions that come in, before handlers see them; not needed beside an ``EvolvingStore``, which
    ///     has its own.
    ///   - stream: Where events go whose publisher names no stream: by default to the stream with the name of their type.
    public init(
        store: (any StateStore)? = nil, broker: any Broker, name: String, receiving queues: [BrokerQueue] = [],
        sending transform: Transform = Transform(), upcasting upcasters: UpcasterChain = .none,
        configuration: BusConfiguration = BusConfiguration(),
        stream: @escaping StreamRule = { event throws(FlxError) in try StreamName(event.type.description) }
    ) {
        self.store = store
        streamRule = stream
        let exchange = BrokerExchange(broker: broker, outbox: store, name: name, queues: queues, transform: transform, upcasters: upcasters)
        self.exchange = exchange
        let send: BusEngine.Commit = { publications throws(FlxError) in
            try await exchange.send(publications.map(\.event))
            return publications
        }
        engine = BusEngine(configuration, commit: store.map { Self.append(to: $0, rule: stream, clock: configuration.sleep) } ?? send)
    }

    /// Publishes events to a stream that must be at a version, or under a boundary: recorded, all or none, and then handled.
    ///
    /// - Throws: ``FlxError/Code/invalidValue`` on a bus without a store, which has nothing to expect of; otherwise as the store does.
    @discardableResult
    public func publish(
        _ events: [Event], to stream: StreamName, expecting expected: ExpectedVersion, unless boundary: Boundary? = nil
    ) async throws(FlxError) -> PublishReceipt {
        try await publish([StreamWrite(events, to: stream, expecting: expected)], unless: boundary)
    }

    /// Publishes events to several streams, each of which must be at its version, or under a boundary: recorded, all or none, and then
    /// handled. Without any event nothing is checked.
    ///
    /// - Throws: ``FlxError/Code/invalidValue`` on a bus without a store, which has nothing to expect of; otherwise as the store does.
    @discardableResult
    public func publish(_ writes: [StreamWrite], unless boundary: Boundary? = nil) async throws(FlxError) -> PublishReceipt {
        guard let store else {
            throw FlxError(.invalidValue, "publish: a version can be expected of a bus with a store only; give it one")
        }
        for write in writes { try write.stream.checkIsOpen() }
        // What a stream is expected to be at is about the time before the append: guards say it, wherever its events stand.
        let guards = writes.filter { $0.expected != .any }.map { StreamWrite([], to: $0.stream, expecting: $0.expected) }
        return try await engine.publish(writes.flatMap(\.events).map { Publication($0) }) { publications throws(FlxError) in
            let writes = guards + (try publications.writes(rule: streamRule))
            return publications.placed(try await store.settled(writes, unless: boundary, clock: configuration.sleep).places, in: writes)
        }
    }
}

extension HybridEventBus {
    /// Records publications in one append, in their order, each in its stream.
    static func append(to store: any EventStore, rule: @escaping StreamRule, clock: any Clock<Duration>) -> BusEngine.Commit {
        { publications throws(FlxError) in
            let writes = try publications.writes(rule: rule)
            return publications.placed(try await store.settled(writes, unless: nil, clock: clock).places, in: writes)
        }
    }
}

extension [Publication] {
    /// The parts of an append, in the order of the publications: one for each run of events of one stream.
    fileprivate func writes(rule: HybridEventBus.StreamRule) throws(FlxError) -> [StreamWrite] {
        var writes: [StreamWrite] = []
        var run: (stream: StreamName, events: [Event])?
        for publication in self {
            let stream = if let stream = publication.event.stream { stream } else { try rule(publication.event) }
            try stream.checkIsOpen()
            if let done = run, done.stream != stream {
                writes.append(StreamWrite(done.events, to: done.stream))
                run = nil
            }
            run == nil ? run = (stream, [publication.event]) : run?.events.append(publication.event)
        }
        if let run { writes.append(StreamWrite(run.events, to: run.stream)) }
        return writes
    }

    /// The publications with their places, and their streams as they were recorded.
    func placed(_ places: [AppendResult.Place], in writes: [StreamWrite]) -> [Publication] {
        zip(zip(self, places), writes.lazy.flatMap(\.events)).map { pair, recorded in
            var publication = pair.0
            publication.event.stream = recorded.stream
            publication.place = pair.1
            return publication
        }
    }
}

extension StreamName {
    /// Refuses a stream to which only the library writes.
    func checkIsOpen() throws(FlxError) {
        guard isSystem else { return }
        throw FlxError(
            .invalidValue, "publish: '\(self)' is a system stream, whose names begin with '\(Self.systemPrefix)'; choose another name")
    }
}
