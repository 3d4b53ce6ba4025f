import Logging
public import ServiceLifecycle

/// Runs a bus and what belongs to it as one service, and ends it in order: first what reads and sends, then the bus, which drains.
///
/// ```swift
/// let service = FlxService(bus: bus, services: [bus, follower], drainWithin: .seconds(10))
/// try await ServiceGroup(services: [service], gracefulShutdownSignals: [.sigterm], logger: logger).run()
/// ```
public struct FlxService: Service {
    private let bus: any EventBus
    private let services: [any Service]
    private let drain: Duration
    private let ended: @Sendable ([UnfinishedWork]) -> Void

    /// Joins a bus and services that work on it.
    ///
    /// - Parameters:
    ///   - services: What runs beside it, such as the bus itself when it has a broker, and followers of projections.
    ///   - drain: How long handlers may take to end at shutdown.
    ///   - ended: Is told at the end which handlers were left running; they are logged in any case.
    public init(
        bus: any EventBus, services: [any Service] = [], drainWithin drain: Duration = .seconds(10),
        ended: @escaping @Sendable ([UnfinishedWork]) -> Void = { _ in }
    ) {
        self.bus = bus
        self.services = services
        self.drain = drain
        self.ended = ended
    }

    /// Runs until the shutdown begins, the task is cancelled or a service fails, and drains the bus in each case.
    /// - Throws: The error of the service that failed.
    public func run() async throws {
        let result: Result<Void, any Error>
        do {
            try await runServices()
            result = .success(())
        } catch {
            result = .failure(error)
        }
        let unfinished = await bus.close(within: drain)
        for work in unfinished {
            bus.configuration.logger.warning("left behind at shutdown", metadata: ["work": "\(work)"])
        }
        ended(unfinished)
        try result.get()
    }

    private func runServices() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for service in services {
                group.addTask {
                    try await service.run()
                    return false
                }
            }
            group.addTask {
                try? await gracefulShutdown()
                return true
            }
            for try await isShutdown in group where isShutdown { break }
            group.cancelAll()
            // What ends by the cancellation is no failure of its own.
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
    }
}
