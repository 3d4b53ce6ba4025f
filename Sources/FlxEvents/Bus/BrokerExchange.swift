import FlxCore

/// What a bus exchanges with a broker: which events leave, which come in, and by what it knows its own.
struct BrokerExchange: Sendable {
    /// The extension that names the service which an event came from. An event that has it is never sent on: it came from a broker.
    static let origin: ExtensionName = "flxorigin"
    /// The most events that are sent to the broker at once.
    static let pageSize = 256

    let broker: any Broker
    let outbox: (any EventStore & CheckpointStore)?
    let name: String
    let queues: [BrokerQueue]
    /// What is done to events before they leave.
    let transform: Transform

    /// Where the outbox remembers how far the broker knows the log.
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

    /// Whether an event that came in went out from here.
    func isOwn(_ event: Event) -> Bool {
        event.extensions[Self.origin] == .string(name)
    }
}
