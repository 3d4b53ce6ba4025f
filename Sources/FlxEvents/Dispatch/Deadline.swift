import FlxCore
import Synchronization

/// Runs work for at most a duration.
///
/// A call that hangs cannot be waited for inside a task group, whose scope ends only when every child does. So the work is a task of
/// its own, which is cancelled when its time is up and then no longer waited for; the caller gets
/// ``FlxError/Code/deadlineExceeded`` in any case.
func withDeadline<Success: Sendable>(
    _ duration: Duration, clock: any Clock<Duration>, _ work: @escaping @Sendable () async throws -> Success
) async throws -> Success {
    let race = Race<Success>()
    return try await withCheckedThrowingContinuation { continuation in
        race.begin(continuation)
        let worker = Task {
            do {
                race.end(.success(try await work()))
            } catch {
                race.end(.failure(error))
            }
        }
        race.watch(
            Task {
                guard (try? await clock.pause(for: duration)) != nil else { return }
                worker.cancel()
                race.end(.failure(FlxError(.deadlineExceeded, "not done within \(duration)")))
            })
    }
}

/// The first end decides; the other one changes nothing.
private final class Race<Success: Sendable>: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Success, any Error>?
        var timer: Task<Void, Never>?
    }

    private let state = Mutex(State())

    func begin(_ continuation: CheckedContinuation<Success, any Error>) {
        state.withLock { $0.continuation = continuation }
    }

    /// Keeps the timer to stop it, or stops it at once when the work is done already.
    func watch(_ timer: Task<Void, Never>) {
        let isOver = state.withLock { state in
            state.timer = timer
            return state.continuation == nil
        }
        if isOver { timer.cancel() }
    }

    func end(_ result: Result<Success, any Error>) {
        let (continuation, timer) = state.withLock { state in
            defer { state.continuation = nil }
            return (state.continuation, state.timer)
        }
        continuation?.resume(with: result)
        timer?.cancel()
    }
}
