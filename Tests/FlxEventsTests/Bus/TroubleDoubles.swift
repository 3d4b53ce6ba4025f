import FlxEvents
import FlxTesting
import Synchronization

/// A store that a test makes fail before or after an append, or at a read.
final class TroubledStore: ForwardingStore {
    typealias Trouble = @Sendable ([StreamWrite]) throws(FlxError) -> Void

    let inner: MemoryEventStore
    let before = Mutex<Trouble?>(nil)
    let after = Mutex<Trouble?>(nil)
    let reading = Mutex<FlxError?>(nil)

    init(_ inner: MemoryEventStore = .memory()) { self.inner = inner }

    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        try before.withLock(\.self)?(writes)
        let result = try await inner.append(writes, unless: boundary)
        try after.withLock(\.self)?(writes)
        return result
    }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        if let error = reading.withLock(\.self) { throw error }
        return try await inner.read(selection, direction, limit: limit)
    }

    /// Fails after some appends that were kept, so that nobody knows.
    func forgetOutcomes(_ count: Int) {
        let left = Mutex(count)
        let trouble: Trouble = { _ throws(FlxError) in
            let fails = left.withLock { left in
                left -= 1
                return left >= 0
            }
            if fails { throw FlxError(.io, "the flush failed", isOutcomeUnknown: true) }
        }
        after.withLock { $0 = trouble }
    }
}

/// A broker that a test watches: how deliveries are settled, and what is published.
struct WatchedBroker: Broker {
    var inner = MemoryBroker.memory()
    let deliveries = Seen<(id: EventID, end: Disposition)>()
    /// Is asked before each publish.
    var publishing: @Sendable ([Event]) async throws(FlxError) -> Void = { _ throws(FlxError) in }

    /// The ends of all deliveries.
    var settled: [Disposition] { deliveries.values.map(\.end) }

    func publish(_ events: [Event]) async throws(FlxError) {
        try await publishing(events)
        try await inner.publish(events)
    }

    func bind(_ queue: BrokerQueue) async throws(FlxError) { try await inner.bind(queue) }

    func consume(
        _ queue: BrokerQueue, prefetch: Int, handler: @escaping @Sendable (Delivery) async -> Disposition
    ) async throws(FlxError) {
        try await inner.consume(queue, prefetch: prefetch) { [deliveries] delivery in
            let disposition = await handler(delivery)
            deliveries.add((delivery.event.id, disposition))
            return disposition
        }
    }

    func close() async { await inner.close() }
}
