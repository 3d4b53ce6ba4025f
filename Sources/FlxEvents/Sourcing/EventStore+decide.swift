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
    ///   - bus: A bus over this store whose handlers are to see the events; nil to append and nothing else.
    ///   - attempts: How often to decide in all while others are faster, from 1.
    ///   - sleep: What the pauses between attempts are measured by.
    ///   - chance: Numbers from 0 to 1 that spread these pauses.
    ///   - decide: What the state leads to; nothing is an answer too.
    /// - Returns: The places of the events.
    /// - Throws: What `decide` throws, ``FlxError/Code/boundaryConflict`` when others were faster in every attempt, and what reading and
    ///   appending throw. An append whose outcome is unknown is repeated with the same ids; if that does not tell, the error has
    ///   ``FlxError/isOutcomeUnknown``.
    @discardableResult
    public func decide<P: Projection>(
        _ projection: P, over query: Query, to stream: StreamName, publishingOn bus: HybridEventBus? = nil, attempts: Int = 50,
        sleep: any Clock<Duration> = ContinuousClock(), chance: @escaping @Sendable () -> Double = SubscriptionRunner.someChance,
        _ decide: (P) throws -> [Event]
    ) async throws -> AppendResult {
        try stream.checkIsOpen()
        let contention = Contention(clock: sleep, chance: chance)
        let runner = ProjectionRunner(projection, over: self, selection: Selection(.all, query))
        var attempt = 1
        while true {
            try await runner.catchUp()
            var events = try decide(runner.state)
            if let context = EventContext.current {
                for index in events.indices { context.complete(&events[index]) }
            }
            guard !events.isEmpty else { return AppendResult(places: []) }
            do throws(FlxError) {
                let boundary = Boundary(query, after: runner.checkpoint)
                guard let bus else { return try await settled([StreamWrite(events, to: stream)], unless: boundary, clock: sleep) }
                return AppendResult(places: try await bus.publish(events, to: stream, expecting: .any, unless: boundary).places)
            } catch {
                guard error.code == .boundaryConflict, attempt < attempts else { throw error }
                try await contention.pause(after: attempt)
                attempt += 1
            }
        }
    }
}
