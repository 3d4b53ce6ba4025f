/// Runs work that the caller's cancellation does not reach, and waits for it: what is committed is handled to its end.
func shielded<Success: Sendable>(_ work: @escaping @Sendable () async -> Success) async -> Success {
    await Task { await work() }.value
}
