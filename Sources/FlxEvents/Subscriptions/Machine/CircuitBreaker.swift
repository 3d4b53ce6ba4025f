import FlxCore

/// Tells a bad event from a bad day: while one event after another fails and none succeeds, further attempts teach nothing.
struct CircuitBreaker: Equatable {
    private enum State: Equatable {
        case closed
        case open
        case halfOpen
    }

    private var state = State.closed
    /// The events that failed since the last success.
    private var failing: Set<Position> = []
    /// The outages since the last success.
    private var outages = 0

    /// True if nothing should be tried.
    var isOpen: Bool { state == .open }
    /// True if the next calls show whether things are better.
    var isHalfOpen: Bool { state == .halfOpen }

    mutating func succeeded() {
        guard state != .closed || !failing.isEmpty || outages > 0 else { return }
        self = CircuitBreaker()
    }

    /// Notes a failure.
    /// - Returns: True if it opens the breaker.
    mutating func failed(_ position: Position, threshold: Int) -> Bool {
        if state == .open { return false }
        failing.insert(position)
        guard state == .halfOpen || failing.count >= threshold else { return false }
        state = .open
        return true
    }

    /// Notes that nothing can be handled at present, whatever the event is.
    /// - Returns: The pause before the next attempt, which doubles up to 30 seconds; nil if the breaker was open before.
    mutating func wentOut(chance: Double) -> Duration? {
        if state == .open { return nil }
        state = .open
        outages += 1
        return Self.pause(after: outages, chance: chance)
    }

    /// The pause after a number of outages in a row.
    static func pause(after outages: Int, chance: Double) -> Duration {
        RetryPolicy.exponential(from: .milliseconds(100), attempts: .max).jittered(0.2).pause(after: outages, chance: chance) ?? .zero
    }

    /// Lets the next calls show whether things are better.
    mutating func halfOpen() {
        if state == .open { state = .halfOpen }
    }
}
