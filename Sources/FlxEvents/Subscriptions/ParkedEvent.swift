public import FlxCore

/// An event that a subscription put aside, and why.
public struct ParkedEvent: Sendable {
    /// The event.
    public let event: RecordedEvent
    /// The key by which the subscription keeps order.
    public let key: String
    /// Whether later events of the key wait behind it.
    public let holdsKey: Bool
    /// How many attempts were made; 0 for an event that only waits behind another.
    public let attempts: Int
    /// What the last attempt said, at most 1,024 bytes.
    public let error: String
    /// The version of the handler that failed.
    public let handlerVersion: Int
    /// When it was parked.
    public let time: Timestamp

    /// Groups events that failed in the same way: the error without its digits and quoted parts, which differ from event to event.
    public var fingerprint: String {
        var result = ""
        var quote: Character?
        for character in error {
            if let open = quote {
                if character == open { quote = nil }
                continue
            }
            if character == "'" || character == "\"" { quote = character }
            result.append(character.isNumber ? "#" : character)
        }
        return result
    }
}

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

    init(_ event: RecordedEvent, key: String, holdsKey: Bool, attempts: Int, error: String, handlerVersion: Int) {
        position = event.position.value
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
