public import FlxCore
import Synchronization

/// A clock that a test holds in its hand: time passes when the test says so, and for nobody else.
///
/// It is both clocks of FLX Events: ``events`` stamps events and ids, and the clock itself is what deadlines and pauses are
/// measured by.
///
/// ```swift
/// let clock = ManualClock()
/// let bus = DomainEventBus(BusConfiguration(clock: clock.events, sleep: clock))
/// …
/// try await clock.sleepers(reach: 1)
/// clock.advance(by: .seconds(30))
/// ```
public final class ManualClock: Clock {
    /// A moment of the clock, counted from when it was made.
    public struct Instant: InstantProtocol {
        /// The time since the clock was made.
        public let offset: Duration

        /// The moment that lies a duration later.
        public func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        /// The time to another moment.
        public func duration(to other: Instant) -> Duration { other.offset - offset }
        /// Earlier moments are smaller.
        public static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private typealias Continuation = CheckedContinuation<Bool, Never>

    private struct State {
        var now = Instant(offset: .zero)
        var time: Timestamp
        var sleepers: [UInt64: (deadline: Instant, continuation: Continuation)] = [:]
        var lastKey: UInt64 = 0
    }

    private let state: Mutex<State>

    /// Makes a clock that stands at a time.
    public init(at time: Timestamp = Timestamp(nanoseconds: 1_750_000_000_000_000_000)) {
        state = Mutex(State(time: time))
    }

    /// The moment that the clock stands at.
    public var now: Instant { state.withLock(\.now) }
    /// A nanosecond.
    public var minimumResolution: Duration { .nanoseconds(1) }
    /// The time of day that the clock stands at.
    public var time: Timestamp { state.withLock(\.time) }
    /// The clock as the source of the times of events.
    public var events: EventClock { EventClock { self.time } }
    /// How many sleep.
    public var sleepers: Int { state.withLock(\.sleepers.count) }

    /// Lets time pass, and wakes those whose deadline has come.
    public func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            state.time = state.time.advanced(by: duration)
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for key in due.keys { state.sleepers[key] = nil }
            return due.values.sorted { $0.deadline < $1.deadline }.map(\.continuation)
        }
        for continuation in woken { continuation.resume(returning: true) }
    }

    /// Sets the time of day, forward or back, as an operator does: no time passes, and nobody wakes.
    public func set(_ time: Timestamp) {
        state.withLock { $0.time = time }
    }

    /// Sleeps until the clock is advanced to the deadline.
    /// - Throws: `CancellationError` when the task is cancelled.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let key = state.withLock { state in
            state.lastKey += 1
            return state.lastKey
        }
        let isDue = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    guard deadline > state.now else { return true }
                    state.sleepers[key] = (deadline, continuation)
                    return false
                }
                if isDue { continuation.resume(returning: true) } else if Task.isCancelled { cancel(key) }
            }
        } onCancel: {
            cancel(key)
        }
        guard isDue else { throw CancellationError() }
    }

    /// Waits until so many sleep, so that advancing the clock wakes them for certain.
    /// - Throws: `CancellationError` when the task is cancelled.
    public func sleepers(reach count: Int) async throws {
        while sleepers < count {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    private func cancel(_ key: UInt64) {
        state.withLock { $0.sleepers.removeValue(forKey: key) }?.continuation.resume(returning: false)
    }
}
