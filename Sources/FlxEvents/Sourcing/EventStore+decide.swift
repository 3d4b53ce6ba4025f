public import FlxCore

extension EventStore {
    /// Decides from everything that a query finds, and appends on condition that nothing more was found by then: a rule wider than a
    /// stream, such as a name that must be unique or seats that must not be sold twice.
    ///
    /// ```swift
    /// try await store.decide(Seats(), over: .events(tagged: "course:c1"), to: "course-c1") { seats in
    ///     guard seats.free > 0 else { throw CourseIsFull() }
    ///     return [try Event(StudentSubscribed(…))]
    /// }
    /// ```
    ///
    /// When somebody was faster it waits a moment, reads what is new and decides again. What the events do not say of their conversation,
    /// cause and user comes from the ``EventContext`` of the task. The idea is the dynamic consistency boundary, https://dcb.events.
    ///
    /// - Parameters:
    ///   - projection: The state before the first event.
    ///   - query: The events that the decision rests on, by types and tags.
    ///   - stream: Where the decided events go.
    ///   - key: The key of a command that is carried out once, such as the id of a request: at most 245 bytes, without `,`. Called with it
    ///     again, nothing is decided, and the places of the first time are returned. A key belongs to one command in the whole store: two
    ///     decisions of one request need two keys, such as `ID-stock` and `ID-seat`. The events have a tag by which they are found again.
    ///     A command that was refused or led to nothing leaves no trace, and is decided anew.
    ///   - bus: A bus over this store whose handlers are to see the events; nil to append and nothing else.
    ///   - attempts: How often to decide in all while others are faster, from 1.
    ///   - sleep: What the pauses between attempts are measured by.
    ///   - chance: Numbers from 0 to 1 that spread these pauses.
    ///   - decide: What the state leads to; nothing is an answer too.
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

    /// Decides over a query as the function for envelopes does, on values of the domain: they are put into envelopes here.
    /// - Throws: As that function does, and when a value cannot be encoded.
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

    /// Decides over a query as the function for one stream does, and appends to several streams, all or none: an order that is placed
    /// together with the stock that it takes.
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
    /// Without any event, nothing is appended and no expected version is checked. A key given twice is not noticed to be that of another
    /// command here, since the streams are not known before.
    /// - Parameter decide: The writes that the state leads to. A version that one of them expects and its stream does not have is an error
    ///   at once: ``FlxError/Code/versionConflict``.
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
    /// Makes the part of an append for one stream of values of the domain, in envelopes with new ids and the time of now.
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
