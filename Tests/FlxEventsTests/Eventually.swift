import Testing

/// Waits until a condition holds; an error after ten minutes, so that what never comes to pass fails a test instead of holding up all.
/// The time is long because every test takes its turn on a few threads, beside others that are at work.
func eventually(_ condition: () async throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let limit = ContinuousClock.now + .seconds(600)
    while try await !condition() {
        try #require(ContinuousClock.now < limit, "it did not come to pass within ten minutes", sourceLocation: sourceLocation)
        await Task.yield()
    }
}
