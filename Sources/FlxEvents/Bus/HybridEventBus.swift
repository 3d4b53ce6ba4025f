public import FlxCore

/// The bus of a service: handlers in process, a store for the published events, and a broker between processes.
///
/// Store and broker are optional. With a store, publishing returns when the events are recorded and handled. The log is then the outbox:
/// ``run()`` brings its events to the broker, at least once. With a broker alone, publishing returns when the broker has confirmed the
/// events and they are handled here. Closing the bus leaves the store and the broker open: they belong to their creator.
///
/// A durable subscription sends the events; its name is `relay-` and the name of the service. Like any other it has a checkpoint and a
/// lease, and can be paused, moved and inspected. It parks an event that can never be sent. Events of system streams are not sent.
///
/// Events from the broker are recorded with their origin, handled, and acknowledged after that. A bus never handles its own event a second
/// time, and never sends on an incoming event. Up to sixteen deliveries of a queue are processed at a time, in no particular order. An
/// incoming old version is recorded unchanged, and handled after upcasting: by an ``EvolvingStore``, or by the bus's own upcasters. A
/// delivery that can never be accepted is rejected.
public struct HybridEventBus: EngineBus {
    /// The rule for the stream of an event without a stream from its publisher.
    public typealias StreamRule = @Sendable (Event) throws(FlxError) -> StreamName

    let engine: BusEngine
    let store: (any EventStore)?
    let streamRule: StreamRule
    /// The exchange of events with the broker; nil without one.
    let exchange: BrokerExchange?

    /// Creates a bus over a store, or over nothing.
    /// - Parameter stream: The stream for events without one: by default the stream named like their type.
    public init(
        store: (any EventStore)? = nil, configuration: BusConfiguration = BusConfiguration(),
        stream: @escaping StreamRule = { event throws(FlxError) in try StreamName(event.type.description) }
    ) {
        self.store = store
        streamRule = stream
        exchange = nil
        engine = BusEngine(configuration, commit: store.map { Self.append(to: $0, rule: stream, clock: configuration.sleep) })
    }

    /// Creates a bus over a broker, and over a store with the state of sending its log to the broker.
    ///
    /// - Parameters:
    ///   - name: The name of the service, the same in each of its processes and after each restart: the bus recognises its own events by
    ///     it.
    ///   - queues: The incoming queues, consumed while ``run()`` runs.
    ///   - transform: A change of events before they are sent to the broker. If it fails for an event, the event is parked, like one
    ///     permanently refused by the broker. It is sent with the next retry.
    ///   - upcasters: The steps for incoming old versions, before handlers get them. Not needed with an ``EvolvingStore``, since it has its
    ///     own.
    ///   - stream: The stream for events without one: by default the stream named like their type.
    public init(
        store: (any StateStore)? = nil, broker: any Broker, name: String, receiving queues: [BrokerQueue] = [],
        sending transform: Transform = Transform(), upcasting upcasters: UpcasterChain = .none,
        configuration: BusConfiguration = BusConfiguration(),
        stream: @escaping StreamRule = { event throws(FlxError) in try StreamName(event.type.description) }
    ) {
        self.store = store
        streamRule = stream
        let exchange = BrokerExchange(
            broker: broker, outbox: store, name: name, queues: queues, transform: transform, upcasters: upcasters,
            clock: configuration.sleep)
        self.exchange = exchange
        let send: BusEngine.Commit = { publications throws(FlxError) in
            try await exchange.send(publications.map(\.event))
            return publications
        }
        engine = BusEngine(configuration, commit: store.map { Self.append(to: $0, rule: stream, clock: configuration.sleep) } ?? send)
    }

    /// Publishes events to a stream at an expected version, or under a boundary: recorded, all or none, and then handled.
    ///
    /// - Throws: ``FlxError/Code/invalidValue`` on a bus without a store, since it has no versions; otherwise the errors of the store.
    @discardableResult
    public func publish(
        _ events: [Event], to stream: StreamName, expecting expected: ExpectedVersion, unless boundary: Boundary? = nil
    ) async throws(FlxError) -> PublishReceipt {
        try await publish([StreamWrite(events, to: stream, expecting: expected)], unless: boundary)
    }

    /// Publishes events to several streams, each of which must be at its version, or under a boundary: recorded, all or none, and then
    /// handled. Without any event nothing is checked. Events that middleware adds go to the one stream; where there are several, to their
    /// own or by the rule of the bus.
    ///
    /// - Throws: ``FlxError/Code/invalidValue`` on a bus without a store, which has nothing to expect of; otherwise as the store does.
    @discardableResult
    public func publish(_ writes: [StreamWrite], unless boundary: Boundary? = nil) async throws(FlxError) -> PublishReceipt {
        try await publish(writes, unless: boundary, marking: nil)
    }

    /// - Parameter mark: The mark of all events, also of those that middleware changed.
    func publish(
        _ writes: [StreamWrite], unless boundary: Boundary?, marking mark: CommandMark?
    ) async throws(FlxError) -> PublishReceipt {
        guard let store else {
            throw FlxError(.invalidValue, "publish: a version can be expected of a bus with a store only; give it one")
        }
        for write in writes { try write.stream.checkIsOpen() }
        // What a stream is expected to be at is about the time before the append: guards say it, wherever its events stand.
        let guards = writes.filter { $0.expected != .any }.map { StreamWrite([], to: $0.stream, expecting: $0.expected) }
        return try await engine.publish(writes.flatMap(\.events).map { Publication($0) }) { publications throws(FlxError) in
            var parts: [StreamWrite]
            if writes.count == 1, let write = writes.first {
                parts = [StreamWrite(publications.map(\.event), to: write.stream, expecting: write.expected)]
            } else {
                parts = guards + (try publications.writes(rule: streamRule))
            }
            if let mark { parts = parts.map { StreamWrite(mark.mark($0.events), to: $0.stream, expecting: $0.expected) } }
            let writes = parts
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
    /// Refuses a stream reserved for the library.
    func checkIsOpen() throws(FlxError) {
        guard isSystem else { return }
        throw FlxError(
            .invalidValue, "publish: '\(self)' is a system stream by its prefix '\(Self.systemPrefix)'; choose another name")
    }
}
