public import FlxCore

/// The bus of a service: handlers in process, a store that keeps what is published, a broker that carries it to other processes.
///
/// Both are optional. With a store, publishing returns when the events are recorded and handled; the log is the outbox from which
/// ``run()`` brings them to the broker, at least once. With a broker alone, publishing returns when the broker has confirmed them and
/// they are handled here. What comes in from the broker is recorded, handled, and acknowledged after that; a bus never handles its own
/// event a second time.
public struct HybridEventBus: EventBus {
    /// How an event finds its stream when its publisher named none.
    public typealias StreamRule = @Sendable (Event) throws(FlxError) -> StreamName

    let engine: BusEngine
    let store: (any EventStore)?
    let streamRule: StreamRule
    /// What carries events in and out; nil without a broker.
    let exchange: BrokerExchange?

    /// How the bus completes envelopes and what stands around it.
    public var configuration: BusConfiguration { engine.configuration }

    /// Makes a bus over a store, or over nothing.
    /// - Parameter stream: Where events go whose publisher names no stream: by default to the stream with the name of their type.
    public init(
        store: (any EventStore)? = nil, configuration: BusConfiguration = BusConfiguration(),
        stream: @escaping StreamRule = { event throws(FlxError) in try StreamName(event.type.description) }
    ) {
        self.store = store
        streamRule = stream
        exchange = nil
        engine = BusEngine(configuration, commit: store.map { Self.append(to: $0, rule: stream) })
    }

    /// Makes a bus over a broker, and over a store that remembers how far the broker knows its log.
    ///
    /// - Parameters:
    ///   - name: The name of the service, the same in each of its processes and after each restart: by it the bus knows its own events.
    ///   - queues: What comes in from the broker, from the moment that ``run()`` runs.
    ///   - stream: Where events go whose publisher names no stream: by default to the stream with the name of their type.
    public init(
        store: (any EventStore & CheckpointStore)? = nil, broker: any Broker, name: String, receiving queues: [BrokerQueue] = [],
        configuration: BusConfiguration = BusConfiguration(),
        stream: @escaping StreamRule = { event throws(FlxError) in try StreamName(event.type.description) }
    ) {
        self.store = store
        streamRule = stream
        let exchange = BrokerExchange(broker: broker, outbox: store, name: name, queues: queues)
        self.exchange = exchange
        let send: BusEngine.Commit = { publications throws(FlxError) in
            try await exchange.send(publications.map(\.event))
            return publications
        }
        engine = BusEngine(configuration, commit: store.map { Self.append(to: $0, rule: stream) } ?? send)
    }

    /// Publishes events to a stream that must be at a version, or under a boundary: recorded, all or none, and then handled.
    ///
    /// - Throws: ``FlxError/Code/invalidValue`` on a bus without a store, which has nothing to expect of; otherwise as the store does.
    @discardableResult
    public func publish(
        _ events: [Event], to stream: StreamName, expecting expected: ExpectedVersion, unless boundary: Boundary? = nil
    ) async throws(FlxError) -> PublishReceipt {
        guard let store else {
            throw FlxError(.invalidValue, "publish: a version can be expected of a bus with a store only; give it one")
        }
        return try await engine.publish(events.map { Publication($0) }) { publications throws(FlxError) in
            let write = StreamWrite(publications.map(\.event), to: stream, expecting: expected)
            return publications.placed(try await store.append([write], unless: boundary).places, in: [write])
        }
    }

    /// See ``EventBus``.
    @discardableResult
    public func publish(_ publications: [Publication]) async throws(FlxError) -> PublishReceipt {
        try await engine.publish(publications)
    }

    /// See ``EventBus``.
    @discardableResult
    public func publish(_ publication: Publication) async throws(FlxError) -> PublishReceipt {
        try await engine.publish(publication)
    }

    /// See ``EventBus``.
    @discardableResult
    public func subscribe(_ handler: EventHandler) -> Subscription {
        engine.subscribe(handler)
    }

    /// See ``EventBus``.
    public func failures() -> AsyncStream<HandlerFailure> {
        engine.dispatcher.failures.stream()
    }

    /// See ``EventBus``. The store and the broker stay open: they belong to who made them.
    @discardableResult
    public func close(within duration: Duration) async -> [UnfinishedWork] {
        await engine.dispatcher.close(within: duration)
    }
}

extension HybridEventBus {
    /// Records publications, each in its stream, in one append.
    static func append(to store: any EventStore, rule: @escaping StreamRule) -> BusEngine.Commit {
        { publications throws(FlxError) in
            var order: [StreamName] = []
            var members: [StreamName: [Int]] = [:]
            for index in publications.indices {
                let event = publications[index].event
                let stream = if let stream = event.stream { stream } else { try rule(event) }
                if members[stream] == nil { order.append(stream) }
                members[stream, default: []].append(index)
            }
            let writes = order.map { stream in
                StreamWrite(members[stream, default: []].map { publications[$0].event }, to: stream)
            }
            let places = try await store.append(writes, unless: nil).places
            guard order.count > 1 else { return publications.placed(places, in: writes) }
            // The append went stream by stream; the handlers get the events in the publisher's order.
            var result = publications
            let indices = order.flatMap { members[$0, default: []] }
            for (index, placed) in zip(indices, indices.map { publications[$0] }.placed(places, in: writes)) { result[index] = placed }
            return result
        }
    }
}

extension [Publication] {
    /// The publications with their places, and their streams as they were recorded.
    func placed(_ places: [AppendResult.Place], in writes: [StreamWrite]) -> [Publication] {
        var result = self
        var index = 0
        for write in writes {
            for event in write.events {
                result[index].event.stream = event.stream
                result[index].place = places[index]
                index += 1
            }
        }
        return result
    }
}
