import Dispatch
import FlxCore

/// Runs work that waits for the disk on a thread that may be blocked, not on those of Swift's tasks.
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
