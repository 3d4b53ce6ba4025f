public import FlxCore

extension ParkingPlace {
    /// The number of events that one append releases.
    private static let chunk = 200

    /// Lets go of parked events for good; who wanted it and why is on record in the operators' stream of the subscription.
    ///
    /// It works while the subscription runs and while it does not. Events that waited behind them stay parked until they are retried.
    /// - Parameters:
    ///   - reason: Why; not empty.
    ///   - operator: Who wants it; not empty.
    /// - Returns: How many were discarded.
    /// - Throws: ``FlxError/Code/invalidValue`` without a reason or an operator, and what the store throws.
    @discardableResult
    public func discard(
        _ filter: ParkedFilter, reason: String, by operator: String, clock: EventClock = .system
    ) async throws(FlxError) -> Int {
        guard !reason.isEmpty else { throw FlxError(.invalidValue, "discard: a reason is needed; it is recorded") }
        try SubscriptionControl.check(`operator`)
        let control = try SubscriptionControl.streamName(of: subscription)
        let positions = try await positions(filter)
        var count = 0
        for start in stride(from: 0, to: positions.count, by: Self.chunk) {
            var part: [Position] = []
            let isDone = try await act { fold throws(FlxError) in
                part = positions[start..<min(start + Self.chunk, positions.count)].filter { fold.entries[$0] != nil }
                guard !part.isEmpty else { return [] }
                let time = clock.now()
                let act = ParkedDiscarded(positions: part.map(\.value), operator: `operator`, reason: reason)
                let released = try part.map { position throws(FlxError) in
                    try Event(EventReleased(position: position.value, operator: `operator`, reason: reason), stream: stream, time: time)
                }
                return [StreamWrite(released, to: stream), StreamWrite([try Event(act, stream: control, time: time)], to: control)]
            } append: { writes, boundary throws(FlxError) in
                _ = try await store.append(writes, unless: boundary)
            }
            count += isDone ? part.count : 0
        }
        return count
    }

    /// Puts a corrected event in the place of a parked one: a new event of the same stream, caused by the old one, which stays as it was.
    ///
    /// Every reader of the log gets the new event at its own place, at the end. The subscription that parked the old one handles the new
    /// one in the old one's turn, with the next retry and after each move back, and passes over it later.
    /// - Parameters:
    ///   - payload: What the new event says.
    ///   - reason: Why, where there is more to say.
    ///   - operator: Who wants it; not empty.
    /// - Returns: The new event.
    /// - Throws: ``FlxError/Code/notFound`` when nothing is parked at the position, ``FlxError/Code/boundaryConflict`` when somebody else
    ///   corrects it at the same time, ``FlxError/Code/invalidValue`` without an operator, or where an upcaster splits the event: it is
    ///   corrected as it is stored, in the store below; and what the store throws.
    @discardableResult
    public func edit(
        at position: Position, payload: Payload, reason: String? = nil, by operator: String, clock: EventClock = .system
    ) async throws(FlxError) -> Event {
        try SubscriptionControl.check(`operator`)
        let control = try SubscriptionControl.streamName(of: subscription)
        guard let parked = try await event(at: position), let target = parked.event.event.stream else {
            throw FlxError(.notFound, "edit: no event at position \(position) is parked by '\(subscription)'")
        }
        guard parked.events.count == 1 else {
            throw FlxError(
                .invalidValue,
                "edit: the event at position \(position) is read as \(parked.events.count) events; correct it as it is stored")
        }
        let time = clock.now()
        var corrected = parked.event.event
        corrected.id = EventIDGenerator.system.next(at: time)
        corrected.time = time
        corrected.payload = payload
        corrected.correlationID = parked.event.event.correlationID ?? parked.event.id
        corrected.causationID = parked.event.id
        corrected.extensions[SubscriptionFilter.correction] = .string(subscription)
        let id = corrected.id.description
        let mark = EventCorrected(position: position.value, correction: id)
        let act = ParkedEdited(position: position.value, correction: id, operator: `operator`, reason: reason)
        let writes = [
            StreamWrite([corrected], to: target),
            StreamWrite([try Event(mark, stream: stream, time: time, causationID: parked.event.id)], to: stream),
            StreamWrite([try Event(act, stream: control, time: time, causationID: parked.event.id)], to: control),
        ]
        let isDone = try await self.act { fold throws(FlxError) in
            guard fold.entries[position] != nil else { return [] }
            guard fold.corrections[position]?.recorded == parked.correction else {
                throw FlxError(.boundaryConflict, "edit: the event at position \(position) was corrected meanwhile; look again")
            }
            return writes
        } append: { writes, boundary throws(FlxError) in
            _ = try await store.append(writes, unless: boundary)
        }
        guard isDone else { throw FlxError(.notFound, "edit: the event at position \(position) was handled or discarded meanwhile") }
        return corrected
    }
}
