import FlxCore

/// The attempts of a decision over a query.
struct Decisions {
    let store: any EventStore
    let query: Query
    /// The mark of a command with a key; nil for one without.
    let mark: CommandMark?
    /// The stream of all events; nil where the decision says to which streams they go.
    var stream: StreamName?
    let bus: HybridEventBus?
    let attempts: Int
    let contention: Contention

    /// Decides and appends. Begins again if somebody was faster.
    func make<P: Projection>(from projection: P, _ decide: (P) throws -> [StreamWrite]) async throws -> AppendResult {
        let runner = ProjectionRunner(projection, over: store, selection: Selection(.all, query))
        var attempt = 1
        while true {
            try await runner.catchUp()
            // What is recorded later is found by the boundary.
            if let done = try await mark?.events(in: store), !done.isEmpty {
                if let stream { try CommandMark.check(done, areIn: stream) }
                return AppendResult(places: done.map(\.place))
            }
            let writes = try decide(runner.state).map { completed($0) }
            for write in writes { try write.stream.checkIsOpen() }
            guard writes.contains(where: { !$0.events.isEmpty }) else { return AppendResult(places: []) }
            do throws(FlxError) {
                return try await append(writes, unless: Boundary(mark.map { query.or($0.query) } ?? query, after: runner.checkpoint))
            } catch {
                guard error.code == .boundaryConflict, attempt < attempts else { throw error }
                try await contention.pause(after: attempt)
                attempt += 1
            }
        }
    }

    private func append(_ writes: [StreamWrite], unless boundary: Boundary) async throws(FlxError) -> AppendResult {
        guard let bus else { return try await store.settled(writes, unless: boundary, clock: contention.clock) }
        return AppendResult(places: try await bus.publish(writes, unless: boundary, marking: mark).places)
    }

    /// The events with the mark of the command and the context of the task.
    private func completed(_ write: StreamWrite) -> StreamWrite {
        var events = mark?.mark(write.events) ?? write.events
        if let context = EventContext.current {
            for index in events.indices { context.complete(&events[index]) }
        }
        return StreamWrite(events, to: write.stream, expecting: write.expected)
    }
}
