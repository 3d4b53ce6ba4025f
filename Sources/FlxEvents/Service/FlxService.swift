import Logging
public import ServiceLifecycle
import Synchronization

/// Runs a bus and what belongs to it as one service, and ends it in order: first what reads and sends, then the bus, which drains.
///
/// At a graceful shutdown each service ends by itself, such as a subscription that lets its calls under way end. What has not ended when
/// the time for it is over is cancelled. A service that fails ends the others at once.
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
    ///   - drain: How long all of this may take at a graceful shutdown: first the services, and with what they leave of it, the handlers of
    ///     the bus. It is measured by the clock of the bus for pauses.
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
        let left = Mutex<@Sendable () -> Duration>({ drain })
        let result: Result<Void, any Error>
        do {
            try await runServices { left.withLock { $0 = countdown(from: drain, by: bus.configuration.sleep) } }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        let unfinished = await bus.close(within: left.withLock(\.self)())
        for work in unfinished {
            bus.configuration.logger.warning("left behind at shutdown", metadata: ["work": "\(work)"])
        }
        ended(unfinished)
        try result.get()
    }

    private enum Step { case ended, shutdown, late }

    /// Runs the services until all have ended after the shutdown, or one fails.
    private func runServices(noticed: @Sendable () -> Void) async throws {
        let (clock, drain) = (bus.configuration.sleep, drain)
        try await withThrowingTaskGroup(of: Step.self) { group in
            for service in services {
                group.addTask {
                    try await service.run()
                    return .ended
                }
            }
            group.addTask {
                try? await gracefulShutdown()
                return .shutdown
            }
            var (running, isShutdown, failure) = (services.count, false, (any Error)?.none)
            while let result = await group.nextResult() {
                switch result {
                case .success(.ended): running -= 1
                case .success(.shutdown):
                    isShutdown = true
                    noticed()
                    group.addTask {
                        try? await clock.pause(for: drain)
                        return .late
                    }
                case .success(.late): group.cancelAll()
                case .failure(let error):
                    running -= 1
                    // What ends by a cancellation is no failure of its own.
                    if failure == nil, !(error is CancellationError) { failure = error }
                    if !isShutdown { group.cancelAll() }
                }
                if isShutdown, running == 0 { group.cancelAll() }
            }
            if let failure { throw failure }
        }
    }
}

/// The rest of a duration that begins now; zero when it is over.
private func countdown<C: Clock>(from duration: Duration, by clock: C) -> @Sendable () -> Duration where C.Duration == Duration {
    let begin = clock.now
    return { max(.zero, duration - begin.duration(to: clock.now)) }
}
