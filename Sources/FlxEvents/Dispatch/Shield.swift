/// Runs work that the caller's cancellation does not reach, and waits for it: what is committed is handled to its end.
func shielded<Success: Sendable>(_ work: @escaping @Sendable () async -> Success) async -> Success {
    await Task { await work() }.value
}

/// Runs work until it ends, or says by the function that it is given that there is nothing left to work with; then it is cancelled.
func untilTold(_ work: @escaping @Sendable (_ isOver: @escaping @Sendable () -> Void) async throws -> Void) async throws {
    let (endings, ending) = AsyncStream.makeStream(of: Never.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { for await _ in endings {} }
        group.addTask { try await work { ending.finish() } }
        try await group.next()
        group.cancelAll()
    }
}
