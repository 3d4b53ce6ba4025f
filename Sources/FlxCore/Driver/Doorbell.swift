import Synchronization

/// Wakes the waiters for events: ``EventStore/wait(after:)`` for drivers.
///
/// A driver rings after each commit. The bell remembers the last position, so no waiter sleeps through an append, in any order of the two
/// calls.
public final class Doorbell: Sendable {
    private typealias Continuation = CheckedContinuation<FlxError?, Never>

    private struct State {
        var last: Position
        var isClosed = false
        var waiters: [UInt64: (after: Position, continuation: Continuation)] = [:]
        var nextKey: UInt64 = 0
    }

    private let state: Mutex<State>

    /// Creates a bell for a store with its last event at the position.
    public init(at last: Position = .start) {
        state = Mutex(State(last: last))
    }

    /// The greatest position so far.
    public var last: Position { state.withLock(\.last) }

    /// Announces the log's end at the position, and wakes the waiters for a lower one.
    public func ring(through position: Position) {
        let woken = state.withLock { state -> [Continuation] in
            guard position > state.last else { return [] }
            state.last = position
            guard !state.waiters.isEmpty else { return [] }
            let due = state.waiters.filter { $0.value.after < position }
            for key in due.keys { state.waiters[key] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume(returning: nil) }
    }

    /// Restarts from a position, for a replay.
    package func reset(to position: Position) {
        state.withLock { $0.last = position }
    }

    /// Returns once a position greater than this one was rung: at once when it was already.
    /// - Throws: ``FlxError/Code/cancelled`` when the task is cancelled, ``FlxError/Code/closed`` after ``close()``.
    public func wait(after position: Position) async throws(FlxError) {
        let key = state.withLock { state in
            state.nextKey += 1
            return state.nextKey
        }
        let failure = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                register(continuation, key: key, after: position)
                // A cancellation before the registration found nobody to wake.
                if Task.isCancelled { cancel(key) }
            }
        } onCancel: {
            cancel(key)
        }
        if let failure { throw failure }
    }

    /// Fails all present and later waiters.
    public func close() {
        let released = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [:] }
            return state.waiters.values.map(\.continuation)
        }
        for continuation in released { continuation.resume(returning: Self.closed) }
    }

    /// The number of waiters; for tests.
    package var waiterCount: Int { state.withLock(\.waiters.count) }

    private static let closed = FlxError(.closed, "wait: the store is closed")

    private func register(_ continuation: Continuation, key: UInt64, after position: Position) {
        let answer: FlxError?? = state.withLock { state in
            if state.isClosed { return .some(Self.closed) }
            if state.last > position { return .some(nil) }
            state.waiters[key] = (position, continuation)
            return nil
        }
        if let answer { continuation.resume(returning: answer) }
    }

    private func cancel(_ key: UInt64) {
        let waiter = state.withLock { $0.waiters.removeValue(forKey: key) }
        waiter?.continuation.resume(returning: FlxError(.cancelled, "wait: the task was cancelled"))
    }
}
