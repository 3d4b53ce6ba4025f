import FlxCore
import Logging
public import ServiceLifecycle
import Synchronization

/// Runs a bus and its services as one service, and ends them in order: first the readers and senders, then the bus with a drain.
///
/// At a graceful shutdown each service ends by itself, such as a subscription after its calls under way. A service still running at the end
/// of the time is cancelled. The failure of a service ends the others at once. A service that does not end in spite of its cancellation is
/// left behind, with a line in the log: nothing delays the end for ever.
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

    /// Joins a bus and services for it.
    ///
    /// - Parameters:
    ///   - services: The services beside it, such as the bus itself if it has a broker, and followers of projections.
    ///   - drain: The maximum time for the end: first the services, then the handlers of the bus in the remaining time. It is measured by
    ///     the clock of the bus for pauses.
    ///   - ended: Called at the end with the handlers left running; they are logged in any case.
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
    /// - Throws: The error of the failed service.
    public func run() async throws {
        let left = TimeLeft(drain, bus.configuration.sleep)
        let result: Result<Void, any Error>
        do {
            try await runServices(left)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        let unfinished = await bus.close(within: left.rest())
        for work in unfinished {
            bus.configuration.logger.warning("left behind at shutdown", metadata: ["work": "\(work)"])
        }
        ended(unfinished)
        try result.get()
    }

    private enum Step { case ended, shutdown, late }

    /// Runs the services until all have ended after the shutdown, or one fails.
    private func runServices(_ left: TimeLeft) async throws {
        let clock = bus.configuration.sleep
        try await withThrowingTaskGroup(of: Step.self) { group in
            for service in services {
                group.addTask {
                    try await run(service, left)
                    return .ended
                }
            }
            group.addTask {
                try? await gracefulShutdown()
                return .shutdown
            }
            var (running, isShutdown, isCancelled, failure) = (services.count, false, false, (any Error)?.none)
            while let result = await group.nextResult() {
                switch result {
                case .success(.ended): running -= 1
                case .success(.shutdown):
                    isShutdown = true
                    let rest = left.rest()
                    group.addTask {
                        try? await clock.pause(for: rest)
                        return .late
                    }
                case .success(.late): isCancelled = true
                case .failure(let error):
                    running -= 1
                    // A service may have ended by the shutdown before this loop has heard of it.
                    let isEnding = isShutdown || Task.isShuttingDownGracefully
                    // An end by cancellation is no failure of its own.
                    let isOwn = !error.isCancellation || !(isEnding || isCancelled || Task.isCancelled)
                    if failure == nil, isOwn { failure = error }
                    if !isEnding { isCancelled = true }
                }
                if isCancelled || isShutdown && running == 0 { group.cancelAll() }
            }
            if let failure { throw failure }
        }
    }

    /// Runs a service. After a cancellation it has the remaining time to end, at least a second.
    private func run(_ service: any Service, _ left: TimeLeft) async throws {
        let result = await withPatience({ max(.seconds(1), left.rest()) }, clock: bus.configuration.sleep) {
            do {
                return Result<Void, any Error>.success(try await service.run())
            } catch {
                return .failure(error)
            }
        }
        if let result { return try result.get() }
        bus.configuration.logger.warning("left behind at shutdown", metadata: ["service": "\(type(of: service))"])
    }
}

/// The time for an end, counted from the first question for it.
private final class TimeLeft: Sendable {
    private let state = Mutex<(@Sendable () -> Duration)?>(nil)
    private let begin: @Sendable () -> @Sendable () -> Duration

    init(_ duration: Duration, _ clock: any Clock<Duration>) {
        begin = { countdown(from: duration, by: clock) }
    }

    func rest() -> Duration {
        state.withLock { state in
            let rest = state ?? begin()
            state = rest
            return rest
        }()
    }
}

extension Error {
    fileprivate var isCancellation: Bool { self is CancellationError || (self as? FlxError)?.code == .cancelled }
}

/// The rest of a duration from now on; zero at its end.
private func countdown<C: Clock>(from duration: Duration, by clock: C) -> @Sendable () -> Duration where C.Duration == Duration {
    let begin = clock.now
    return { max(.zero, duration - begin.duration(to: clock.now)) }
}
