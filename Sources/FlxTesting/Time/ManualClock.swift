public import FlxCore
import Synchronization

/// A clock controlled by a test: time passes only when the test advances it.
///
/// It serves as both clocks of FLX Events: ``events`` gives the times of events and ids, and the clock itself measures
/// deadlines and pauses.
///
/// ```swift
/// let clock = ManualClock()
/// let bus = DomainEventBus(BusConfiguration(clock: clock.events, sleep: clock))
/// …
/// try await clock.sleepers(reach: 1)
/// clock.advance(by: .seconds(30))
/// ```
public final class ManualClock: Clock {
    /// A moment of the clock, relative to its creation.
    public struct Instant: InstantProtocol {
        /// The time since the creation of the clock.
        public let offset: Duration

        /// Returns the moment after a duration.
        public func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        /// Returns the time to another moment.
        public func duration(to other: Instant) -> Duration { other.offset - offset }
        /// Returns true if the left moment is earlier.
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

    /// Creates a clock with a time of day.
    public init(at time: Timestamp = Timestamp(nanoseconds: 1_750_000_000_000_000_000)) {
        state = Mutex(State(time: time))
    }

    /// The current moment.
    public var now: Instant { state.withLock(\.now) }
    /// One nanosecond.
    public var minimumResolution: Duration { .nanoseconds(1) }
    /// The current time of day.
    public var time: Timestamp { state.withLock(\.time) }
    /// The clock as the source of the times of events.
    public var events: EventClock { EventClock { self.time } }
    /// The number of sleeping tasks.
    public var sleepers: Int { state.withLock(\.sleepers.count) }

    /// Advances the time, and wakes all tasks with a deadline reached.
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

    /// Sets the time of day, forward or back, like an operator. No time passes, and no task wakes.
    public func set(_ time: Timestamp) {
        state.withLock { $0.time = time }
    }

    /// Sleeps until the clock is advanced to the deadline.
    /// - Throws: `CancellationError` if the task is cancelled.
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

    /// Waits until `count` tasks sleep. Then advancing the clock wakes them reliably.
    /// - Throws: `CancellationError` if the task is cancelled.
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
