extension Clock where Duration == Swift.Duration {
    /// Sleeps for a duration, at most a hundred years: a clock of the system cannot represent every instant a caller may request.
    func pause(for duration: Duration) async throws {
        try await sleep(for: min(duration, .seconds(3_155_760_000)))
    }
}
