import FlxCore

/// Tells that a subscription put an event aside.
struct EventParked: DomainEvent, Codable {
    static let eventType: EventType = "flx.event.parked"
    /// The longest error that is kept, in bytes of UTF-8.
    static let maximumErrorBytes = 1024

    let position: Int64
    let key: String
    let holdsKey: Bool
    let attempts: Int
    let error: String
    let handlerVersion: Int

    init(_ position: Position, key: String, holdsKey: Bool, attempts: Int, error: String, handlerVersion: Int) {
        self.position = position.value
        self.key = key
        self.holdsKey = holdsKey
        self.attempts = attempts
        let isShort = error.utf8.count <= Self.maximumErrorBytes
        self.error = isShort ? error : String(decoding: error.utf8.prefix(Self.maximumErrorBytes - 6), as: UTF8.self) + "…"
        self.handlerVersion = handlerVersion
    }
}

/// Tells that a parked event was handled after all, or discarded.
struct EventReleased: DomainEvent, Codable {
    static let eventType: EventType = "flx.event.released"

    let position: Int64
    /// Who wanted it.
    let `operator`: String
    /// Why it was discarded; nil when it was handled.
    let reason: String?
}

/// Tells that another event is to be handled in the place of a parked one. It is recorded in the same append as that event.
struct EventCorrected: DomainEvent, Codable {
    static let eventType: EventType = "flx.event.corrected"

    let position: Int64
    let correction: String
}
