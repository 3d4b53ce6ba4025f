public import ServiceLifecycle

extension ViewRunner: Service {
    /// Follows the store until the service group shuts down.
    /// - Throws: As ``follow(progress:)`` does.
    public func run() async throws {
        try await cancelWhenGracefulShutdown { try await self.follow() }
    }
}
