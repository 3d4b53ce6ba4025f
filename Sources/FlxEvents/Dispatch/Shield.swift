/// Runs work out of reach of the caller's cancellation, and waits for it: committed events are handled to the end.
func shielded<Success: Sendable>(_ work: @escaping @Sendable () async -> Success) async -> Success {
    await Task { await work() }.value
}

/// Runs work until it ends, or until it calls the given function because nothing is left to work with. Then it is cancelled.
func untilTold(_ work: @escaping @Sendable (_ isOver: @escaping @Sendable () -> Void) async throws -> Void) async throws {
    let (endings, ending) = AsyncStream.makeStream(of: Never.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { for await _ in endings {} }
        group.addTask { try await work { ending.finish() } }
        try await group.next()
        group.cancelAll()
    }
}
