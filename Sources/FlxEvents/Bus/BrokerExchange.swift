import FlxCore

/// The exchange between a bus and a broker: the events that leave, those that come in, and the mark of the bus's own.
struct BrokerExchange: Sendable {
    /// The extension that names the service which an event came from. An event that has it is never sent on: it came from a broker.
    static let origin: ExtensionName = "flxorigin"
    /// The most events that are sent to the broker at once.
    static let pageSize = 256

    let broker: any Broker
    let outbox: (any StateStore)?
    let name: String
    let queues: [BrokerQueue]
    /// The change of events before they leave.
    let transform: Transform
    /// The upcasters for old events that come in, if the store has none.
    let upcasters: UpcasterChain

    /// The name of the checkpoint up to which the broker has the log.
    var checkpoint: String { "relay:\(name)" }

    /// Sends events of this service.
    func send(_ events: [Event]) async throws(FlxError) {
        let own = try transform.apply(to: events.filter { $0.extensions[Self.origin] == nil })
        guard !own.isEmpty else { return }
        try await broker.publish(
            own.map { event in
                var event = event
                event.extensions[Self.origin] = .string(name)
                return event
            })
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
