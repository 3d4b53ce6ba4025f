/// A store that keeps events which a durable subscription could not handle, as durably as its events, until somebody decides.
public protocol ParkingStore: Sendable {
    /// Keeps an event; one that is kept already, by subscription and position, is replaced.
    func park(_ parked: ParkedEvent) async throws(FlxError)

    /// The parked events of a subscription after a position, in the order of their positions.
    /// - Parameters:
    ///   - key: Only those of a key; nil for all.
    ///   - limit: At most so many, from 1.
    func parked(
        by subscription: String, key: String?, after position: Position, limit: Int
    ) async throws(FlxError) -> [ParkedEvent]

    /// Lets go of an event that was handled or discarded. One that is not parked is no error.
    func unpark(_ position: Position, by subscription: String) async throws(FlxError)

    /// The keys behind which later events of a subscription wait.
    func waitingKeys(of subscription: String) async throws(FlxError) -> Set<String>

    /// The number of parked events of a subscription.
    func parkedCount(of subscription: String) async throws(FlxError) -> Int
}

/// An event that a subscription put aside, and why.
public struct ParkedEvent: Sendable {
    /// The name of the subscription.
    public let subscription: String
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

    /// The longest error that is kept, in bytes of UTF-8.
    public static let maximumErrorBytes = 1024

    /// Joins the parts; a longer error is cut.
    public init(
        subscription: String, event: RecordedEvent, key: String, holdsKey: Bool, attempts: Int, error: String, handlerVersion: Int,
        time: Timestamp
    ) {
        self.subscription = subscription
        self.event = event
        self.key = key
        self.holdsKey = holdsKey
        self.attempts = attempts
        self.error = error.utf8.count <= Self.maximumErrorBytes
            ? error : String(decoding: error.utf8.prefix(Self.maximumErrorBytes - 3), as: UTF8.self) + "…"
        self.handlerVersion = handlerVersion
        self.time = time
    }

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
