import Testing

/// Waits until a condition holds; an error after a minute, so that what never comes to pass fails a test instead of holding up all.
func eventually(_ condition: () async throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let limit = ContinuousClock.now + .seconds(60)
    while try await !condition() {
        try #require(ContinuousClock.now < limit, "it did not come to pass within a minute", sourceLocation: sourceLocation)
        await Task.yield()
    }
}
