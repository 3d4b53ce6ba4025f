import FlxCore
import ServiceLifecycle
import Synchronization

/// Brings the log to the broker: a durable subscription with the broker as its handler.
///
/// A full or absent broker is an outage: the subscription pauses and continues by itself. An event is parked if the transform fails or the
/// broker refuses it permanently; of a long stretch of such events, the first 20 at once and then one every five seconds.
struct Relay: Sendable {
    private let exchange: BrokerExchange
    private let outbox: any StateStore
    private let configuration: BusConfiguration

    init(_ exchange: BrokerExchange, _ outbox: any StateStore, _ configuration: BusConfiguration) {
        (self.exchange, self.outbox, self.configuration) = (exchange, outbox, configuration)
    }

    /// Works until the service shuts down, the task is cancelled, or the broker or the store closes.
    func run() async throws {
        try await untilTold { isOver in
            let sender = RelaySender(exchange, ended: isOver)
            let subscription = Subscription(
                exchange.relayName, 1, .all, [], .beginning, Self.policy, Subscription.byStream, .parts { await sender.send($0) })
            let runner = try SubscriptionRunner(
                subscription, on: outbox, clock: configuration.clock, sleep: configuration.sleep, logger: configuration.logger,
                metrics: configuration.metrics)
            do {
                try await adoptCheckpoint(as: subscription.checkpointName)
                try await runner.run()
            } catch {
                guard (error as? FlxError)?.code == .closed else { throw error }
            }
        }
    }

    private static var policy: SubscriptionPolicy {
        var policy = SubscriptionPolicy()
        policy.batch = .upTo(RelaySender.largestPart, within: .zero)
        // An error about one event cannot be repaired by another attempt.
        policy.retry = .none
        policy.parksWhileResting = true
        policy.isOutage = { error in (error as? FlxError)?.isOfOneEvent != true }
        return policy
    }

    /// Continues from the checkpoint of an earlier version of the library, kept under another name.
    private func adoptCheckpoint(as name: String) async throws {
        let persistence = Persistence(clock: configuration.sleep, logger: configuration.logger)
        try await persistence("relay") { () async throws(FlxError) in
            guard let former = try await outbox.checkpoint("relay:\(exchange.name)") else { return }
            if try await outbox.checkpoint(name) == nil { try await outbox.setCheckpoint(name, to: former) }
            try await outbox.setCheckpoint("relay:\(exchange.name)", to: nil)
        }
    }
}

/// Sends events to the broker in parts. After a refusal the parts are smaller for a while, so a queue with little room gets suitable parts.
final class RelaySender: Sendable {
    /// The maximum number of events sent to the broker at once.
    static let largestPart = 256

    private let exchange: BrokerExchange
    private let ended: @Sendable () -> Void
    private let part = Mutex(RelaySender.largestPart)

    /// - Parameter ended: Called when the broker is closed.
    init(_ exchange: BrokerExchange, ended: @escaping @Sendable () -> Void) {
        (self.exchange, self.ended) = (exchange, ended)
    }

    /// Sends events in their order.
    /// - Returns: The number of events sent, and the error for the next one.
    func send(_ recorded: [RecordedEvent]) async -> (handled: Int, error: (any Error)?) {
        var (outgoing, fault) = ([(index: Int, event: Event)](), FlxError?.none)
        for (index, recorded) in recorded.enumerated() where exchange.isFromHere(recorded.event) {
            do throws(FlxError) {
                for event in try exchange.outgoing(recorded.event) { outgoing.append((index, event)) }
            } catch {
                fault = error
                if let (sent, error) = await publish(outgoing) { return (sent, error) }
                return (index, fault)
            }
        }
        if let (sent, error) = await publish(outgoing) { return (sent, error) }
        return (recorded.count, nil)
    }

    /// - Returns: The place of the first event not sent, and the reason; nil if all were sent.
    private func publish(_ outgoing: [(index: Int, event: Event)]) async -> (Int, any Error)? {
        var next = 0
        while next < outgoing.count {
            let size = min(part.withLock(\.self), outgoing.count - next)
            do throws(FlxError) {
                try await exchange.publish(outgoing[next..<next + size].map(\.event))
                next += size
                part.withLock { $0 = min($0 * 2, Self.largestPart) }
            } catch {
                if error.code == .closed { ended() }
                let isRefusal = [.limitExceeded, .invalidValue].contains(error.code)
                let mayBeSmaller = size > 1 && (error.code == .notPublished || isRefusal)
                guard mayBeSmaller, !Task.isCancelled else {
                    return (outgoing[next].index, isRefusal ? error : BrokerOutage(cause: error))
                }
                part.withLock { $0 = max(1, size / 2) }
            }
        }
        return nil
    }
}

/// The broker could not take an event, which says nothing about the event.
private struct BrokerOutage: Error, CustomStringConvertible {
    let cause: FlxError
    var description: String { "\(cause)" }
}
