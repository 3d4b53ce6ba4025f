public import FlxCore

/// How a subscription stands, and if it does not move, why.
public struct SubscriptionStatus: Hashable, Sendable {
    /// Every selected event up to here is handled or parked.
    public let checkpoint: Position
    /// The last event of the log.
    public let lastPosition: Position
    /// When the oldest event that waits here was recorded; nil when none waits.
    public let oldestWaiting: Timestamp?
    /// The number of parked events.
    public let parked: Int
    /// What the last failed attempt said.
    public let lastError: String?
    /// Who paused it; nil when it is not paused.
    public let pausedBy: String?
    /// Whether it rests because one event after another failed.
    public let isResting: Bool

    /// How many positions lie between checkpoint and end, an upper bound of the events that wait.
    public var lag: Int64 { max(0, lastPosition.value - checkpoint.value) }

    /// Why it does not move, in a sentence; nil when nothing holds it.
    public var reason: String? {
        if let pausedBy { return "paused by \(pausedBy)" }
        if isResting { return "rests, since one event after another failed: \(lastError ?? "")" }
        if lag > 0, let lastError { return "tries again after: \(lastError)" }
        return nil
    }
}
