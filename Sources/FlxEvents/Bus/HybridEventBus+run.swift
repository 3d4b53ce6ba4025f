import FlxCore
import Logging
public import ServiceLifecycle

extension HybridEventBus: Service {
    /// Carries events to and from the broker until the service shuts down or the task is cancelled. With nothing to carry, it only waits.
    ///
    /// After an error of the broker or the store it logs the error and tries again, after a pause of at most 30 seconds. The backlog drains
    /// by itself when both work again.
    /// - Throws: ``FlxError/Code/invalidValue`` if the name of the service is too long for a subscription, or the relay's checkpoint is
    ///   beyond the log.
    public func run() async throws {
        guard let exchange, exchange.outbox != nil || !exchange.queues.isEmpty else {
            await cancelWhenGracefulShutdown {
                let never = AsyncStream.makeStream(of: Never.self)
                for await _ in never.stream {}
            }
            return
        }
        try await withThrowingTaskGroup { group in
            if let outbox = exchange.outbox {
                group.addTask { try await Relay(exchange, outbox, configuration).run() }
            }
            let intake = Intake(self, exchange)
            for queue in exchange.queues {
                group.addTask { try await cancelWhenGracefulShutdown { try await intake.consume(queue) } }
            }
            try await group.waitForAll()
        }
    }
}
