import FlxCore

/// Records that a subscription parked an event.
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

/// Records that a parked event was handled or discarded.
struct EventReleased: DomainEvent, Codable {
    static let eventType: EventType = "flx.event.released"

    let position: Int64
    /// The operator.
    let `operator`: String
    /// Why it was discarded; nil when it was handled.
    let reason: String?
}

/// Records a correction: another event is handled in place of a parked one. Recorded in the same append as that event.
struct EventCorrected: DomainEvent, Codable {
    static let eventType: EventType = "flx.event.corrected"

    let position: Int64
    let correction: String
}
