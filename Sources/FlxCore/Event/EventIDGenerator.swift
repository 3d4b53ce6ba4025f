import Synchronization

/// Makes the ids of events: UUIDs of version 7 (RFC 9562, section 5.7), each greater than the one before it.
///
/// The first 48 bits are milliseconds since 1970, the next 12 a counter of method 1 of section 6.2. Within one millisecond, or while the
/// clock pauses or steps back, the counter continues; a full counter borrows the next millisecond. The ids of one generator therefore sort
/// in the order of their creation. The last 62 bits are random.
public final class EventIDGenerator: Sendable {
    private struct State {
        var last: UInt64 = 0
        var random: any RandomNumberGenerator & Sendable

        mutating func next(at milliseconds: UInt64) -> EventID {
            // 48 bits of time and 12 of counter in one number: a full counter carries into the time by itself.
            last = max(milliseconds << 12, last + 1)
            let high = (last & ~0xFFF) << 4 | 0x7000 | last & 0xFFF
            let low = random.next() >> 2 | 1 << 63
            return EventID(uuid: UInt128(high) << 64 | UInt128(low))
        }
    }

    /// The default generator for events: the system's clock and randomness.
    public static let system = EventIDGenerator(clock: .system, random: BufferedEntropy())

    private let clock: EventClock
    private let state: Mutex<State>

    /// Makes a generator over a clock and a source of randomness; for tests, both can be fixed.
    public init(clock: EventClock, random: some RandomNumberGenerator & Sendable) {
        self.clock = clock
        state = Mutex(State(random: random))
    }

    /// The next id, at the clock's time.
    public func next() -> EventID {
        let milliseconds = Self.milliseconds(of: clock.now())
        return state.withLock { $0.next(at: milliseconds) }
    }

    /// The next id, stamped with `time`. A time ahead of the clock is replaced by the clock's time. The stamp is never before the stamp
    /// of an earlier id.
    ///
    /// So one event with a time far ahead does not move all later ids to that time.
    public func next(at time: Timestamp) -> EventID {
        let milliseconds = Self.milliseconds(of: time)
        if let id = state.withLock({ milliseconds > $0.last >> 12 ? nil : $0.next(at: milliseconds) }) { return id }
        // The clock is asked about once a millisecond, and not while the lock is held.
        let reached = min(milliseconds, Self.milliseconds(of: clock.now()))
        return state.withLock { $0.next(at: reached) }
    }

    private static func milliseconds(of time: Timestamp) -> UInt64 {
        UInt64(max(0, time.nanoseconds / 1_000_000))
    }
}
