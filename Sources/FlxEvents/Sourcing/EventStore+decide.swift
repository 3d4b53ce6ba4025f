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
    /// When somebody was faster it reads what is new and decides again. The idea is the dynamic consistency boundary, https://dcb.events.
    ///
    /// - Parameters:
    ///   - projection: The state before the first event.
    ///   - query: The events that the decision rests on, by types and tags.
    ///   - stream: Where the decided events go.
    ///   - attempts: How often to decide in all while others are faster, from 1.
    ///   - decide: What the state leads to; nothing is an answer too.
    /// - Returns: The places of the events.
    /// - Throws: What `decide` throws, ``FlxError/Code/boundaryConflict`` when others were faster in every attempt, and what reading and
    ///   appending throw.
    @discardableResult
    public func decide<P: Projection>(
        _ projection: P, over query: Query, to stream: StreamName, attempts: Int = 10, _ decide: (P) throws -> [Event]
    ) async throws -> AppendResult {
        let runner = ProjectionRunner(projection, over: self, selection: Selection(.all, query))
        var attempt = 1
        while true {
            try await runner.catchUp()
            let events = try decide(runner.state)
            guard !events.isEmpty else { return AppendResult(places: []) }
            do throws(FlxError) {
                return try await append(events, to: stream, unless: Boundary(query, after: runner.checkpoint))
            } catch {
                guard error.code == .boundaryConflict, attempt < attempts else { throw error }
                attempt += 1
            }
        }
    }
}
