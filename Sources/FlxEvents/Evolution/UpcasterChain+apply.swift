public import FlxCore

extension UpcasterChain {
    /// The maximum number of events from one.
    static let maximumParts = 10_000

    /// Returns a stored event in today's form: itself, another, several, or nothing.
    ///
    /// - Parameter store: The store in which merges search for earlier events; without one they find nothing.
    /// - Throws: ``FlxError/Code/typeMismatch`` if a step fails, with its name, the event and its position, or if an event becomes more
    ///   than 10,000 events or 64 MiB; all errors of reading.
    public func upcasted(_ recorded: RecordedEvent, in store: (any EventStore)?) async throws(FlxError) -> [RecordedEvent] {
        guard steps[EventVersion(of: recorded.event)] != nil else { return [recorded] }
        var (open, done) = ([recorded.event], [Event]())
        var bytes = recorded.event.approximateBytes
        while let event = open.popLast() {
            guard let step = steps[EventVersion(of: event)] else {
                done.append(event)
                continue
            }
            // The first of the parts is on top, to keep their order.
            let parts = try await apply(step, to: event, of: recorded, in: store)
            open += parts.reversed()
            bytes += parts.reduce(-event.approximateBytes) { $0 + $1.approximateBytes }
            let count = open.count + done.count
            guard count <= Self.maximumParts, bytes <= Transform.maximumBytes || count == 1 else {
                throw FlxError(
                    .typeMismatch,
                    "event \(recorded.id) at position \(recorded.position): the upcaster from \(step.source) makes too much of it: "
                        + "an event becomes at most \(Self.maximumParts) with \(Transform.maximumBytes) bytes together"
                ).from(.user)
            }
        }
        return done.enumerated().map { index, event in
            var event = event
            event.id = recorded.id.part(index)
            return RecordedEvent(event: event, version: recorded.version, position: recorded.position, recordedTime: recorded.recordedTime)
        }
    }

    private func apply(
        _ step: Upcaster, to event: Event, of recorded: RecordedEvent, in store: (any EventStore)?
    ) async throws(FlxError) -> [Event] {
        let earlier: [EventType: EventValue]
        if case .merge(let types, let count, _) = step.change, let store {
            earlier = try await Self.latest(types, before: recorded, within: count, in: store)
        } else {
            earlier = [:]
        }
        do {
            return try step.results(of: event, earlier)
        } catch {
            let place = recorded.position
            throw FlxError(
                .typeMismatch, "event \(recorded.id) at position \(place): the upcaster from \(step.source) failed: \(error)", cause: error
            ).from(.user)
        }
    }

    private static func latest(
        _ types: [EventType], before recorded: RecordedEvent, within count: Int, in store: any EventStore
    ) async throws(FlxError) -> [EventType: EventValue] {
        guard let stream = recorded.event.stream, !types.isEmpty else { return [:] }
        var found: [EventType: EventValue] = [:]
        let selection = Selection(.stream(stream), Query(criteria: [.init(types: types)]))
        for try await page in store.pages(selection, .backward(before: recorded.position), limit: min(count, 100)) {
            for earlier in page.events {
                guard recorded.version.value - earlier.version.value <= Int64(count) else { return found }
                if found[earlier.event.type] == nil { found[earlier.event.type] = try earlier.event.data }
            }
            if found.count == types.count { break }
        }
        return found
    }
}

extension Upcaster {
    fileprivate func results(of event: Event, _ earlier: [EventType: EventValue]) throws -> [Event] {
        switch change {
        case .nothing: return [event.becoming(targets[0], event.payload)]
        case .absorbed: return []
        case .data(let change): return [try event.becoming(targets[0], change)]
        case .transform(let transform): return try results(of: event, by: transform)
        case .payload(let change): return [event.becoming(targets[0], try change(event))]
        case .merge(_, _, let change):
            return [try event.becoming(targets[0]) { value in value = try change(value, earlier) }]
        case .parts(let change):
            return try change(try event.data).map { part in
                guard targets.contains(part.version) else {
                    throw FlxError(.registration, "it made \(part.version), and does not declare it")
                }
                return try event.becoming(part.version) { $0 = part.data }
            }
        }
    }
}

extension Event {
    /// The event as one of another version, with changed data in its original content type.
    func becoming(_ version: EventVersion, _ change: (inout EventValue) throws -> Void) throws -> Event {
        var value = try data
        try change(&value)
        let type = payload.type
        return becoming(version, try .data(value, as: type ?? .json, contentType: type == nil ? nil : payload.contentType))
    }

    fileprivate func becoming(_ version: EventVersion, _ payload: Payload) -> Event {
        var event = self
        event.type = version.type
        event.schemaVersion = version.version
        event.payload = payload
        event.dataSchema = nil
        return event
    }
}

extension EventID {
    /// The id of one of the parts of an event; the first one has the id of the whole.
    fileprivate func part(_ index: Int) -> EventID {
        index > 0 ? EventID(derivedFrom: "\(self)#\(index)") : self
    }
}
