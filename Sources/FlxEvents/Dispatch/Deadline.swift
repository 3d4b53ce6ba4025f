import FlxCore
import Synchronization

/// Runs work for at most a duration.
///
/// A hanging call cannot be waited for inside a task group, since its scope ends only with all children. So the work is a task of its own.
/// When its time is up it is cancelled and left alone; the caller gets ``FlxError/Code/deadlineExceeded`` in any case. A cancellation of
/// the caller reaches the work.
func withDeadline<Success: Sendable>(
    _ duration: Duration, clock: any Clock<Duration>, _ work: @escaping @Sendable () async throws -> Success
) async throws -> Success {
    let race = Race<Success>()
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            race.begin(continuation)
            let worker = Task {
                do {
                    race.end(.success(try await work()))
                } catch {
                    race.end(.failure(error))
                }
            }
            let timer = Task {
                guard (try? await clock.pause(for: duration)) != nil else { return }
                // The end comes first: work with a prompt reaction to cancellation must not be faster with an error of its own.
                race.end(.failure(FlxError(.deadlineExceeded, "not done within \(duration)")))
                worker.cancel()
            }
            race.watch(worker, timer: timer)
        }
    } onCancel: {
        race.cancel()
    }
}

/// Waits for work, but after a cancellation of the caller only for a limited time. The cancellation reaches the work.
/// - Parameter patience: The time, evaluated at the cancellation.
/// - Returns: The result; nil if the work had not ended by then. It continues by itself.
func withPatience<Success: Sendable>(
    _ patience: @escaping @Sendable () -> Duration, clock: any Clock<Duration>, _ work: @escaping @Sendable () async -> Success
) async -> Success? {
    let race = Race<Success>()
    return try? await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            race.begin(continuation)
            race.watch(Task { race.end(.success(await work())) })
        }
    } onCancel: {
        race.cancel(givingUpAfter: patience(), by: clock)
    }
}

/// Calls that can be abandoned together: their callers continue without them.
final class GivableCalls: Sendable {
    private struct State {
        var isGivenUp = false
        var calls: [UInt64: @Sendable () -> Void] = [:]
        var last: UInt64 = 0
    }

    private let state = Mutex(State())
    private let patience: Duration
    private let clock: any Clock<Duration>

    /// - Parameter patience: The time for which work is awaited after its caller was cancelled.
    init(patience: Duration, clock: any Clock<Duration>) {
        (self.patience, self.clock) = (patience, clock)
    }

    /// Waits for work. A cancellation of the caller reaches the work; it is abandoned if it has not ended soon after.
    /// - Returns: Its result; nil if it was abandoned and thereby cancelled.
    func run<Success: Sendable>(_ work: @escaping @Sendable () async -> Success) async -> Success? {
        let race = Race<Success>()
        let id = state.withLock { state -> UInt64? in
            guard !state.isGivenUp else { return nil }
            state.last += 1
            state.calls[state.last] = { race.giveUp() }
            return state.last
        }
        guard let id else { return nil }
        defer { state.withLock { _ = $0.calls.removeValue(forKey: id) } }
        return try? await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                race.begin(continuation)
                race.watch(Task { race.end(.success(await work())) })
            }
        } onCancel: {
            race.cancel(givingUpAfter: patience, by: clock)
        }
    }

    /// Abandons all present and future work.
    func giveUp() {
        let calls = state.withLock { state in
            state.isGivenUp = true
            return state.calls.values
        }
        for call in calls { call() }
    }
}

/// The first end decides; the other one changes nothing.
private final class Race<Success: Sendable>: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Success, any Error>?
        var worker: Task<Void, Never>?
        var timer: Task<Void, Never>?
        var isCancelled = false
        var isGivenUp = false
        var isOver = false
    }

    private let state = Mutex(State())

    func begin(_ continuation: CheckedContinuation<Success, any Error>) {
        let isGivenUp = state.withLock { state in
            state.continuation = continuation
            return state.isGivenUp
        }
        if isGivenUp { giveUp() }
    }

    /// Keeps work and timer for a later stop, or stops them at once if nobody waits any more.
    func watch(_ worker: Task<Void, Never>? = nil, timer: Task<Void, Never>? = nil) {
        let (isOver, isCancelled) = state.withLock { state in
            if !state.isOver { (state.worker, state.timer) = (worker ?? state.worker, timer ?? state.timer) }
            return (state.isOver, state.isCancelled || state.isGivenUp)
        }
        if isCancelled { worker?.cancel() }
        if isOver { timer?.cancel() }
    }

    /// Ends the wait and cancels the work.
    func giveUp() {
        let worker = state.withLock { state in
            state.isGivenUp = true
            return state.worker
        }
        worker?.cancel()
        end(.failure(CancellationError()))
    }

    /// The caller was cancelled: the work is cancelled, and awaited as before.
    func cancel() {
        let worker = state.withLock { state in
            state.isCancelled = true
            return state.worker
        }
        worker?.cancel()
    }

    /// Does as ``cancel()`` does, and gives the work up after some time.
    func cancel(givingUpAfter patience: Duration, by clock: any Clock<Duration>) {
        cancel()
        watch(timer: Task { if (try? await clock.pause(for: patience)) != nil { giveUp() } })
    }

    func end(_ result: Result<Success, any Error>) {
        let (continuation, timer) = state.withLock { state in
            // Work abandoned before anybody waits for it has not ended.
            state.isOver = state.continuation != nil || state.isOver
            defer { (state.continuation, state.worker, state.timer) = (nil, nil, nil) }
            return (state.continuation, state.timer)
        }
        continuation?.resume(with: result)
        timer?.cancel()
    }
}
