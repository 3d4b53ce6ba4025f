import FlxCore

/// Tells a bad event from a bad day: when one event after another fails and none succeeds, trying further events teaches nothing.
struct CircuitBreaker: Equatable {
    private enum State: Equatable {
        case closed
        case open
        case halfOpen
    }

    private var state = State.closed
    /// The events that failed since the last success.
    private var failing: Set<Position> = []

    /// True if nothing should be tried.
    var isOpen: Bool { state == .open }

    mutating func succeeded() {
        (state, failing) = (.closed, [])
    }

    /// Notes a failure; returns true when it is the one that opens the breaker.
    mutating func failed(_ position: Position, threshold: Int) -> Bool {
        if state == .open { return false }
        failing.insert(position)
        guard state == .halfOpen || failing.count >= threshold else { return false }
        state = .open
        return true
    }

    /// Lets the next calls show whether things are better.
    mutating func halfOpen() {
        if state == .open { state = .halfOpen }
    }
}
