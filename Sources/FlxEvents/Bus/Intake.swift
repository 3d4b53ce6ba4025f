import FlxCore
import Logging
import Synchronization

/// Takes deliveries from the broker: records them if there is a store, handles them, and settles them by the result.
struct Intake: Sendable {
    /// The maximum number of deliveries of a queue processed at a time.
    private static let prefetch = 16
    /// The number of attempts with a delivery, if the reason of its failure may be temporary.
    private static let attempts = 5

    private let bus: HybridEventBus
    private let exchange: BrokerExchange
    private let failures = FailedDeliveries()

    private var configuration: BusConfiguration { bus.configuration }

    init(_ bus: HybridEventBus, _ exchange: BrokerExchange) {
        (self.bus, self.exchange) = (bus, exchange)
    }

    /// Takes deliveries of a queue until the task is cancelled, or the broker, the store or the bus closes.
    func consume(_ queue: BrokerQueue) async throws {
        let persistence = Persistence(clock: configuration.sleep, logger: configuration.logger)
        try await untilTold { isOver in
            do throws(FlxError) {
                try await persistence("broker queue '\(queue.name)'") { () async throws(FlxError) in
                    try await exchange.broker.consume(queue, prefetch: Self.prefetch) { await receive($0, isOver) }
                }
            } catch {
                guard ![.closed, .cancelled].contains(error.code) else { return }
                throw error
            }
        }
    }

    /// - Parameter isOver: Called when nothing can be taken in any more.
    private func receive(_ delivery: Delivery, _ isOver: @Sendable () -> Void) async -> Disposition {
        guard !exchange.isOwn(delivery.event) else { return .ack }
        let event = exchange.marked(delivery.event)
        do throws(FlxError) {
            let receipt = try await publish(event)
            failures.forget(event.id)
            // Without a store, only a second delivery can repair a failure; with one, the event is safe in the log.
            return receipt.failures.isEmpty || bus.store != nil ? .ack : delivery.isRedelivered ? .reject : .requeue
        } catch {
            if error.code == .closed {
                report("delivery not taken", event, error)
                isOver()
                return .requeue
            }
            return await settle(event, error)
        }
    }

    private func publish(_ event: Event) async throws(FlxError) -> PublishReceipt {
        try event.stream?.checkIsOpen()
        let append = bus.store.map { HybridEventBus.append(to: $0, rule: bus.streamRule, clock: configuration.sleep) }
        return try await bus.engine.publish([Publication(event)]) { publications throws(FlxError) in
            guard let append else { return try await upcasted(publications) }
            let recorded = try await append(publications)
            do throws(FlxError) {
                return try await upcasted(recorded)
            } catch {
                // Durable subscriptions find the event in the log; no handler of this process can read it.
                report("delivery recorded and not handled", event, error)
                return []
            }
        }
    }

    private func upcasted(_ publications: [Publication]) async throws(FlxError) -> [Publication] {
        var result: [Publication] = []
        for publication in publications { result += try await exchange.upcasted(publication) }
        return result
    }

    private func settle(_ event: Event, _ error: FlxError) async -> Disposition {
        // These codes are about the store, the task or others, and may be temporary.
        let passing: [FlxError.Code] = [
            .io, .locked, .storageFull, .readOnly, .corrupt, .incompatibleFormat, .deadlineExceeded, .cancelled, .notPublished,
        ]
        let isTaken = error.code == .idConflict ? await isTaken(event) : false
        if isTaken == true { return .ack }
        let isHopeless = error.isOfOneEvent || error.code == .idConflict && isTaken == false
        let isLast = isHopeless || !passing.contains(error.code) && failures.count(event.id) >= Self.attempts
        report("delivery not taken", event, error, ["rejected": "\(isLast)"])
        if isLast {
            failures.forget(event.id)
            return .reject
        }
        try? await configuration.sleep.pause(for: .seconds(1))
        return .requeue
    }

    private func report(_ message: Logger.Message, _ event: Event, _ error: FlxError, _ more: Logger.Metadata = [:]) {
        let metadata: Logger.Metadata = ["event.id": "\(event.id)", "event.type": "\(event.type)", "error": "\(error)"]
        configuration.logger.error(message, metadata: metadata.merging(more) { $1 })
    }

    /// Returns true if the event is already recorded, and only middleware made it a different one this time; nil if this is unknown.
    private func isTaken(_ event: Event) async -> Bool? {
        guard let store = bus.store else { return false }
        guard let found = try? await store.storedEvent(event.id) else { return nil }
        guard ExactText.same(found.event.source, event.source) else { return false }
        return configuration.middleware.contains { $0.publish != nil } || found.event.isOwnForm(of: event)
    }
}

extension EventStore {
    /// The event of an id as it is stored.
    fileprivate func storedEvent(_ id: EventID) async throws(FlxError) -> RecordedEvent? {
        guard let store = self as? any UpcastingStore else { return try await event(id) }
        return try await store.base.storedEvent(id)
    }
}

extension Event {
    /// Returns true if the other event is this one as it came back, with the mark of another origin.
    fileprivate func isOwnForm(of other: Event) -> Bool {
        var (own, other) = (withoutOwnMarks, other.withoutOwnMarks)
        own.extensions[BrokerExchange.origin] = nil
        other.extensions[BrokerExchange.origin] = nil
        other.stream = other.stream ?? own.stream
        return own.isSame(as: other)
    }
}

/// Counts the attempts with failed deliveries, of the last thousand.
private final class FailedDeliveries: Sendable {
    private static let limit = 1_000

    private struct State {
        var counts: [EventID: Int] = [:]
        var order: [EventID] = []
    }

    private let state = Mutex(State())

    /// Counts one more failure.
    func count(_ id: EventID) -> Int {
        state.withLock { state in
            if state.counts[id] == nil {
                state.order.append(id)
                if state.order.count > Self.limit { state.counts[state.order.removeFirst()] = nil }
            }
            state.counts[id, default: 0] += 1
            return state.counts[id] ?? 0
        }
    }

    func forget(_ id: EventID) {
        state.withLock { state in
            guard state.counts.removeValue(forKey: id) != nil else { return }
            state.order.removeAll { $0 == id }
        }
    }
}
