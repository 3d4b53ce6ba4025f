import Dispatch
import FlxCore
import GRDBSQLite
import Synchronization

/// Runs blocking work on a Dispatch thread, to keep the threads of Swift's tasks free.
func offload<Value: Sendable>(
    _ work: @escaping @Sendable () throws(FlxError) -> Value
) async throws(FlxError) -> Value {
    try await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, FlxError>, Never>) in
        DispatchQueue.global().async {
            do throws(FlxError) {
                continuation.resume(returning: .success(try work()))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
    }.get()
}

/// Runs work of many steps in the same way, and ends it when the task is cancelled.
/// - Parameter work: Asks between its steps whether it is to go on.
func offload<Value: Sendable>(
    _ work: @escaping @Sendable (Cancellation) throws(FlxError) -> Value
) async throws(FlxError) -> Value {
    try await withCancellation { cancellation async throws(FlxError) in
        try await offload { () throws(FlxError) in try work(cancellation) }
    }
}

/// Runs work that is told on other threads when the task is cancelled.
func withCancellation<Value: Sendable>(
    _ work: (Cancellation) async throws(FlxError) -> Value
) async throws(FlxError) -> Value {
    let cancellation = Cancellation()
    let result: Result<Value, FlxError> = await withTaskCancellationHandler {
        do throws(FlxError) {
            return .success(try await work(cancellation))
        } catch {
            return .failure(error)
        }
    } onCancel: {
        cancellation.request()
    }
    return try result.get()
}

/// Tells work on another thread that its task was cancelled.
final class Cancellation: Sendable {
    private struct State {
        var isRequested = false
        /// The connection with a statement to interrupt.
        var running: Handle?
    }

    private let state = Mutex(State())

    func request() {
        state.withLock { state in
            state.isRequested = true
            if let handle = state.running { sqlite3_interrupt(handle.pointer) }
        }
    }

    /// - Throws: ``FlxCore/FlxError/Code/cancelled``, once that was asked for.
    func check(_ action: String) throws(FlxError) {
        guard !state.withLock(\.isRequested) else { throw FlxError(.cancelled, "\(action): the task was cancelled") }
    }

    /// Runs statements that may take long. A cancellation interrupts them.
    /// - Throws: What the body throws; ``FlxCore/FlxError/Code/cancelled`` instead, if that was asked for.
    func interrupting<Value>(
        _ handle: Handle, _ action: String, _ body: () throws(FlxError) -> Value
    ) throws(FlxError) -> Value {
        state.withLock { $0.running = handle }
        defer { state.withLock { $0.running = nil } }
        do throws(FlxError) {
            try check(action)
            let value = try body()
            // Between two statements there was nothing to interrupt.
            try check(action)
            return value
        } catch {
            try check(action)
            throw error
        }
    }
}
