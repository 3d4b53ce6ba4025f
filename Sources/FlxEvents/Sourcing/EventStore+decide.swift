public import FlxCore

extension EventStore {
    /// Makes a decision from all events of a query, and appends its result. Nothing is appended if the query finds more events by then.
    ///
    /// Use it for a rule over several streams: a name must be unique, or a seat must not be sold twice.
    ///
    /// ```swift
    /// try await store.decide(Seats(), over: .events(tagged: "course:c1"), to: "course-c1") { seats in
    ///     guard seats.free > 0 else { throw CourseIsFull() }
    ///     return [try Event(StudentSubscribed(…))]
    /// }
    /// ```
    ///
    /// If somebody was faster, it waits a moment, reads the new events and decides again. Events without correlation, cause and user take
    /// these from the ``EventContext`` of the task. The idea is the dynamic consistency boundary, https://dcb.events.
    ///
    /// - Parameters:
    ///   - projection: The state before the first event.
    ///   - query: The events of the decision, by types and tags.
    ///   - stream: The stream of the decided events.
    ///   - key: The key of a command, such as the id of a request, to carry it out once: at most 245 bytes, without `,`. A second call with
    ///     it decides nothing and returns the places of the first time. A key belongs to one command in the whole store: two decisions of
    ///     one request need two keys, such as `ID-stock` and `ID-seat`. The events get a tag with the key. A command without events leaves
    ///     no trace, and is decided anew.
    ///   - bus: A bus over this store, to call its handlers with the events; nil to append only.
    ///   - attempts: The number of attempts in all, from 1.
    ///   - sleep: The clock of the pauses between attempts.
    ///   - chance: Numbers from 0 to 1 that spread these pauses.
    ///   - decide: Returns the events to append. It may return none.
    /// - Returns: The places of the events.
    /// - Throws: What `decide` throws, ``FlxError/Code/idConflict`` for the key of a command on another stream,
    ///   ``FlxError/Code/boundaryConflict`` when others were faster in every attempt, and what reading and
    ///   appending throw. An append whose outcome is unknown is repeated with the same ids; if that does not tell, the error has
    ///   ``FlxError/isOutcomeUnknown``.
    @discardableResult
    public func decide<P: Projection>(
        _ projection: P, over query: Query, to stream: StreamName, once key: String? = nil, publishingOn bus: HybridEventBus? = nil,
        attempts: Int = 50, sleep: any Clock<Duration> = ContinuousClock(),
        chance: @escaping @Sendable () -> Double = SubscriptionRunner.someChance, _ decide: (P) throws -> [Event]
    ) async throws -> AppendResult {
        var decisions = try decisions(over: query, once: key, bus, attempts, Contention(clock: sleep, chance: chance))
        decisions.stream = stream
        return try await decisions.make(from: projection) { state throws in [StreamWrite(try decide(state), to: stream)] }
    }

    /// Makes a decision from all events of a query, with values of the domain as its result.
    /// - Throws: As the function for envelopes does, and when a value cannot be encoded.
    @_disfavoredOverload
    @discardableResult
    public func decide<P: Projection>(
        _ projection: P, over query: Query, to stream: StreamName, once key: String? = nil, publishingOn bus: HybridEventBus? = nil,
        attempts: Int = 50, sleep: any Clock<Duration> = ContinuousClock(),
        chance: @escaping @Sendable () -> Double = SubscriptionRunner.someChance, _ decide: (P) throws -> [any DomainEvent]
    ) async throws -> AppendResult {
        var decisions = try decisions(over: query, once: key, bus, attempts, Contention(clock: sleep, chance: chance))
        decisions.stream = stream
        return try await decisions.make(from: projection) { state throws in [try StreamWrite(facts: try decide(state), to: stream)] }
    }

    /// Makes a decision from all events of a query, and appends to several streams, all or none: an order, and the stock for it.
    ///
    /// ```swift
    /// try await store.decide(Stock(of: item), over: .events(tagged: "item:tea")) { stock in
    ///     guard stock.left > 0 else { throw IsSoldOut() }
    ///     return [
    ///         try StreamWrite(facts: [OrderPlaced(…)], to: "order-17", expecting: .noStream),
    ///         try StreamWrite(facts: [StockReserved(…)], to: "stock-tea"),
    ///     ]
    /// }
    /// ```
    ///
    /// Without any event, nothing is appended and no expected version is checked. The key of another command is not noticed here, since the
    /// streams are not known before.
    /// - Parameter decide: Returns the writes. If a stream does not have the version that its write expects, the call ends with
    ///   ``FlxError/Code/versionConflict`` at once.
    @discardableResult
    public func decide<P: Projection>(
        _ projection: P, over query: Query, once key: String? = nil, publishingOn bus: HybridEventBus? = nil, attempts: Int = 50,
        sleep: any Clock<Duration> = ContinuousClock(), chance: @escaping @Sendable () -> Double = SubscriptionRunner.someChance,
        _ decide: (P) throws -> [StreamWrite]
    ) async throws -> AppendResult {
        let decisions = try decisions(over: query, once: key, bus, attempts, Contention(clock: sleep, chance: chance))
        return try await decisions.make(from: projection, decide)
    }

    private func decisions(
        over query: Query, once key: String?, _ bus: HybridEventBus?, _ attempts: Int, _ contention: Contention
    ) throws(FlxError) -> Decisions {
        let mark = try key.map { key throws(FlxError) in try CommandMark(key) }
        return Decisions(store: self, query: query, mark: mark, bus: bus, attempts: attempts, contention: contention)
    }
}

extension StreamWrite {
    /// Makes the write to one stream from values of the domain. Their envelopes have new ids and the present time.
    /// - Throws: When a value cannot be encoded.
    public init(facts: [any DomainEvent], to stream: StreamName, expecting expected: ExpectedVersion = .any) throws(FlxError) {
        var events: [Event] = []
        for fact in facts { events.append(try fact.enveloped(in: stream)) }
        self.init(events, to: stream, expecting: expected)
    }
}

extension DomainEvent {
    /// The event in an envelope of its stream.
    func enveloped(in stream: StreamName) throws(FlxError) -> Event { try Event(self, stream: stream) }
}
