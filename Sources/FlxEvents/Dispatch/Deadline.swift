import FlxCore
import Synchronization

/// Runs work for at most a duration.
///
/// A call that hangs cannot be waited for inside a task group, whose scope ends only when every child does. So the work is a task of
/// its own, which is cancelled when its time is up and then no longer waited for; the caller gets
/// ``FlxError/Code/deadlineExceeded`` in any case. A cancellation of the caller reaches the work.
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
                worker.cancel()
                race.end(.failure(FlxError(.deadlineExceeded, "not done within \(duration)")))
            }
            race.watch(worker, timer)
        }
    } onCancel: {
        race.cancel()
    }
}

/// The first end decides; the other one changes nothing.
private final class Race<Success: Sendable>: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Success, any Error>?
        var worker: Task<Void, Never>?
        var timer: Task<Void, Never>?
        var isCancelled = false
    }

    private let state = Mutex(State())

    func begin(_ continuation: CheckedContinuation<Success, any Error>) {
        state.withLock { $0.continuation = continuation }
    }

    /// Keeps work and timer to stop them, or stops at once what nobody waits for any more.
    func watch(_ worker: Task<Void, Never>, _ timer: Task<Void, Never>) {
        let (isOver, isCancelled) = state.withLock { state in
            let isOver = state.continuation == nil
            if !isOver { (state.worker, state.timer) = (worker, timer) }
            return (isOver, state.isCancelled)
        }
        if isCancelled { worker.cancel() }
        if isOver { timer.cancel() }
    }

    /// The caller was cancelled: the work is told, and waited for as before.
    func cancel() {
        let worker = state.withLock { state in
            state.isCancelled = true
            return state.worker
        }
        worker?.cancel()
    }

    func end(_ result: Result<Success, any Error>) {
        let (continuation, timer) = state.withLock { state in
            defer { (state.continuation, state.worker, state.timer) = (nil, nil, nil) }
            return (state.continuation, state.timer)
        }
        continuation?.resume(with: result)
        timer?.cancel()
    }
}
