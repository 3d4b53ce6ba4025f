import FlxCore
import Logging
public import ServiceLifecycle

extension HybridEventBus: Service {
    /// Carries events to and from the broker until the service shuts down or the task is cancelled. With nothing to carry, it only waits.
    ///
    /// An error of the broker or the store is logged and tried again, after a pause that grows to 30 seconds: the backlog drains by
    /// itself when both work again.
    /// - Throws: ``FlxError/Code/invalidValue`` when the name of the service is too long for a subscription.
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
