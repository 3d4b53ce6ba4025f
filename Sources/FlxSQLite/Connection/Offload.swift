import Dispatch
import FlxCore
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
    let cancellation = Cancellation()
    let result: Result<Value, FlxError> = await withTaskCancellationHandler {
        do throws(FlxError) {
            return .success(try await offload { () throws(FlxError) in try work(cancellation) })
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
    private let isRequested = Atomic(false)

    func request() { isRequested.store(true, ordering: .relaxed) }

    /// - Throws: ``FlxCore/FlxError/Code/cancelled``, once that was asked for.
    func check(_ action: String) throws(FlxError) {
        guard !isRequested.load(ordering: .relaxed) else { throw FlxError(.cancelled, "\(action): the task was cancelled") }
    }
}
