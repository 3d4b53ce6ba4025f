import FlxCore

/// The exchange between a bus and a broker: outgoing and incoming events, and the mark of the bus's own.
struct BrokerExchange: Sendable {
    /// The extension with the name of the event's service of origin. An event with it came from a broker, and is never sent on.
    static let origin: ExtensionName = "flxorigin"
    /// The origin of incoming events without one.
    static let foreign = "external"
    /// The broker's time for accepting events. After it the broker counts as absent.
    private static let patience = Duration.seconds(60)

    let broker: any Broker
    let outbox: (any StateStore)?
    let name: String
    let queues: [BrokerQueue]
    /// The change of events before they leave.
    let transform: Transform
    /// The upcasters for incoming old events, if the store has none.
    let upcasters: UpcasterChain
    /// The clock for the broker's time.
    let clock: any Clock<Duration>

    /// The name of the sending subscription.
    var relayName: String { "relay-\(name)" }

    /// Sends events of this service.
    /// - Throws: All errors of the transform, before anything was sent. After an error of the broker any part may have gone out.
    func send(_ events: [Event]) async throws(FlxError) {
        var own: [Event] = []
        for event in events where isFromHere(event) {
            try event.stream?.checkIsOpen()
            own += try outgoing(event)
        }
        guard !own.isEmpty else { return }
        do throws(FlxError) {
            try await publish(own)
        } catch {
            throw FlxError(error.code, error.message, isOutcomeUnknown: true, cause: error.cause)
        }
    }

    /// Gives outgoing events to the broker.
    func publish(_ events: [Event]) async throws(FlxError) {
        do {
            try await withDeadline(Self.patience, clock: clock) { [broker] in try await broker.publish(events) }
        } catch {
            throw error as? FlxError ?? FlxError(.cancelled, "broker: the task was cancelled", cause: error)
        }
    }

    /// Returns true if an event did not come from a broker.
    func isFromHere(_ event: Event) -> Bool { event.extensions[Self.origin] == nil }

    /// Returns the outgoing events for an event.
    /// - Throws: All errors of the transform.
    func outgoing(_ event: Event) throws(FlxError) -> [Event] {
        try transform.apply(to: [event]).map { event in
            var event = event.withoutOwnMarks
            event.extensions[Self.origin] = .string(name)
            return event
        }
    }

    /// Returns an incoming event with its origin.
    func marked(_ event: Event) -> Event {
        var event = event.withoutOwnMarks
        if isFromHere(event) { event.extensions[Self.origin] = .string(Self.foreign) }
        return event
    }

    /// Returns an incoming event in its newest form.
    func upcasted(_ publication: Publication) async throws(FlxError) -> [Publication] {
        let (event, place) = (publication.event, publication.place)
        let recorded = RecordedEvent(
            event: event, version: place?.version ?? .none, position: place?.position ?? .start,
            recordedTime: event.time ?? Timestamp(nanoseconds: 0))
        let parts =
            if let store = outbox as? any UpcastingStore {
                try await store.upcasted(recorded)
            } else {
                try await upcasters.upcasted(recorded, in: outbox)
            }
        return parts.map { part in
            var result = publication
            result.event = part.event
            return result
        }
    }

    /// Returns true if an incoming event was sent from here.
    func isOwn(_ event: Event) -> Bool {
        event.extensions[Self.origin] == .string(name)
    }
}

extension Event {
    /// The event without the marks private to the subscriptions of one service: the event it corrects, and the event it is an effect of. A
    /// subscription of the same name in another service would take them for its own.
    var withoutOwnMarks: Event {
        var event = self
        event.extensions[SubscriptionFilter.correction] = nil
        event.tags.removeAll { $0.description.utf8.starts(with: Subscription.oncePrefix.utf8) }
        return event
    }
}
