import FlxCore

/// The exchange between a bus and a broker: the events that leave, those that come in, and the mark of the bus's own.
struct BrokerExchange: Sendable {
    /// The extension that names the service which an event came from. An event that has it is never sent on: it came from a broker.
    static let origin: ExtensionName = "flxorigin"
    /// The origin of what comes in without one.
    static let foreign = "external"

    let broker: any Broker
    let outbox: (any StateStore)?
    let name: String
    let queues: [BrokerQueue]
    /// The change of events before they leave.
    let transform: Transform
    /// The upcasters for old events that come in, if the store has none.
    let upcasters: UpcasterChain

    /// The name of the subscription that sends.
    var relayName: String { "relay-\(name)" }

    /// Sends events of this service.
    func send(_ events: [Event]) async throws(FlxError) {
        var own: [Event] = []
        for event in events where isFromHere(event) {
            try event.stream?.checkIsOpen()
            own += try outgoing(event)
        }
        if !own.isEmpty { try await broker.publish(own) }
    }

    /// Returns true if an event did not come from a broker.
    func isFromHere(_ event: Event) -> Bool { event.extensions[Self.origin] == nil }

    /// Returns what leaves of an event.
    /// - Throws: What the transform throws.
    func outgoing(_ event: Event) throws(FlxError) -> [Event] {
        try transform.apply(to: [event]).map { event in
            var event = event.withoutOwnMarks
            event.extensions[Self.origin] = .string(name)
            return event
        }
    }

    /// Returns an event that came in with its origin.
    func marked(_ event: Event) -> Event {
        var event = event.withoutOwnMarks
        if isFromHere(event) { event.extensions[Self.origin] = .string(Self.foreign) }
        return event
    }

    /// Returns an event that came in as the code reads it.
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

    /// Returns true if an event that came in had left from here.
    func isOwn(_ event: Event) -> Bool {
        event.extensions[Self.origin] == .string(name)
    }
}

extension Event {
    /// The event without the marks that mean something to the subscriptions of one service alone: which event it corrects, and which one
    /// it is an effect of. A subscription of the same name elsewhere would take them for its own.
    var withoutOwnMarks: Event {
        var event = self
        event.extensions[SubscriptionFilter.correction] = nil
        event.tags.removeAll { $0.description.utf8.starts(with: Subscription.oncePrefix.utf8) }
        return event
    }
}
