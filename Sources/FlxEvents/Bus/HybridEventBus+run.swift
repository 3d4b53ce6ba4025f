import FlxCore
import Logging
public import ServiceLifecycle

extension HybridEventBus: Service {
    /// Carries events to and from the broker until the service shuts down or the task is cancelled; without a broker, it only waits.
    ///
    /// An error of the broker or the store is logged and tried again, after a pause that grows to 30 seconds: the backlog drains by
    /// itself when both work again.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await carry() }
    }

    private func carry() async {
        guard let exchange else {
            let never = AsyncStream.makeStream(of: Never.self)
            for await _ in never.stream {}
            return
        }
        await withTaskGroup { group in
            if let outbox = exchange.outbox {
                group.addTask { await persist("relay") { () async throws(FlxError) in try await relay(outbox, to: exchange) } }
            }
            for queue in exchange.queues {
                group.addTask {
                    await persist("queue '\(queue.name)'") { () async throws(FlxError) in
                        try await exchange.broker.consume(queue, prefetch: 16) { await receive($0, by: exchange) }
                    }
                }
            }
        }
    }

    /// Brings the log to the broker, page by page, and marks each page as sent once the broker has confirmed it.
    private func relay(_ outbox: any StateStore, to exchange: BrokerExchange) async throws(FlxError) {
        var position = try await outbox.checkpoint(exchange.checkpoint) ?? .start
        while !Task.isCancelled {
            let page = try await outbox.read(.all, .forward(after: position), limit: BrokerExchange.pageSize)
            try await exchange.send(page.events.map(\.event))
            if page.through > position {
                try await outbox.setCheckpoint(exchange.checkpoint, to: page.through)
                position = page.through
            }
            if page.isLast { try await outbox.wait(after: position) }
        }
    }

    /// Takes in one delivery: recorded where there is a store, handled, and settled by how that went.
    private func receive(_ delivery: Delivery, by exchange: BrokerExchange) async -> Disposition {
        if exchange.isOwn(delivery.event) { return .ack }
        do throws(FlxError) {
            let append = store.map { Self.append(to: $0, rule: streamRule) }
            let receipt = try await engine.publish([Publication(delivery.event)]) { publications throws(FlxError) in
                var taken: [Publication] = []
                for publication in try await append?(publications) ?? publications { taken += try await exchange.upcasted(publication) }
                return taken
            }
            // Without a store, a second delivery is all that can make a failure good; with one, the event is safe in the log.
            return receipt.failures.isEmpty || store != nil ? .ack : delivery.isRedelivered ? .reject : .requeue
        } catch {
            configuration.logger.error(
                "delivery not taken", metadata: ["event.id": "\(delivery.event.id)", "error": "\(error)"])
            let canNeverSucceed: [FlxError.Code] = [.invalidValue, .limitExceeded, .idConflict, .malformed, .typeMismatch]
            if canNeverSucceed.contains(error.code) { return .reject }
            try? await configuration.sleep.sleep(for: .seconds(1))
            return .requeue
        }
    }

    /// Keeps a part of the exchange at work until its broker or store ends.
    private func persist(_ name: String, _ work: () async throws(FlxError) -> Void) async {
        try? await Persistence(clock: configuration.sleep, logger: configuration.logger)("broker exchange: \(name)", work)
    }
}
