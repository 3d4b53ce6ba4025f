import Synchronization

/// A broker in the memory of one process: for tests, and for programs that use queues between their parts before these become processes.
///
/// Its queues are bounded. A full queue refuses: ``publish(_:)`` throws ``FlxError/Code/notPublished`` at once and does not wait. A handler
/// that publishes to its own queue can therefore never wait for itself. Deliveries being handled still count as in the queue. Rejected
/// deliveries are dropped.
public final class MemoryBroker: Broker {
    private typealias Continuation = CheckedContinuation<MemoryQueue.Item?, Never>

    private struct State {
        /// By the bytes of the names: as texts, look-alikes would be equal.
        var queues: [[UInt8]: MemoryQueue] = [:]
        var waiting: [UInt64: Continuation] = [:]
        var lastWorker: UInt64 = 0
        var isClosed = false
    }

    private let queueEvents: Int
    private let queueBytes: Int
    private let state = Mutex(State())

    /// Makes a broker without queues.
    /// - Parameters:
    ///   - queueEvents: The most events in one queue.
    ///   - queueBytes: The most bytes of events in one queue.
    public init(queueEvents: Int = 10_000, queueBytes: Int = 64 << 20) {
        self.queueEvents = queueEvents
        self.queueBytes = queueBytes
    }

    /// See ``Broker/publish(_:)``; an event goes to all of its queues, or to none and ends the call when one is full.
    public func publish(_ events: [Event]) async throws(FlxError) {
        for event in events {
            try withOpenState { state throws(FlxError) in
                let names = state.queues.filter { $0.value.wants(event) }.keys
                for name in names {
                    guard let load = state.queues[name]?.load, load.events < queueEvents,
                        load.bytes + event.approximateBytes <= queueBytes || load.events == 0
                    else { throw full(name) }
                }
                for name in names { Self.wake(state.queues[name]?.add(event), &state) }
            }
        }
        if events.isEmpty { try withOpenState { _ in } }
    }

    /// See ``Broker/bind(_:)``.
    public func bind(_ queue: BrokerQueue) async throws(FlxError) {
        try withOpenState { $0.queues[Array(queue.name.utf8), default: MemoryQueue()].bind(queue.pattern) }
    }

    /// See ``Broker/consume(_:prefetch:handler:)``.
    public func consume(
        _ queue: BrokerQueue, prefetch: Int, handler: @escaping @Sendable (Delivery) async -> Disposition
    ) async throws(FlxError) {
        guard prefetch >= 1 else { throw FlxError(.invalidValue, "consume: the prefetch is \(prefetch), it must be 1 or more") }
        try await bind(queue)
        let name = Array(queue.name.utf8)
        await withDiscardingTaskGroup { group in
            for _ in 0..<prefetch {
                group.addTask { await self.work(on: name, handler) }
            }
        }
        try withOpenState { _ in }
    }

    /// Ends the broker and forgets its queues.
    public func close() async {
        state.withLock { state in
            for continuation in state.waiting.values { continuation.resume(returning: nil) }
            state = State(isClosed: true)
        }
    }
}

extension MemoryBroker {
    /// Takes and handles one item after the other, until the task is cancelled or the broker closes.
    private func work(on name: [UInt8], _ handler: @Sendable (Delivery) async -> Disposition) async {
        while !Task.isCancelled, let item = await take(from: name) {
            guard !Task.isCancelled else { return settle(item, in: name, .requeue, wasDelivered: false) }
            let disposition = await handler(Delivery(event: item.event, isRedelivered: item.isRedelivered))
            settle(item, in: name, disposition, wasDelivered: true)
        }
    }

    private func take(from name: [UInt8]) async -> MemoryQueue.Item? {
        let worker = state.withLock { state in
            state.lastWorker += 1
            return state.lastWorker
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { state in
                    guard !state.isClosed else { return continuation.resume(returning: nil) }
                    if let item = state.queues[name]?.take(for: worker) { return continuation.resume(returning: item) }
                    state.waiting[worker] = continuation
                }
                // A cancellation before the wait began found nobody to wake.
                if Task.isCancelled { stopWaiting(worker, for: name) }
            }
        } onCancel: {
            stopWaiting(worker, for: name)
        }
    }

    private func stopWaiting(_ worker: UInt64, for name: [UInt8]) {
        state.withLock { state in
            guard let continuation = state.waiting.removeValue(forKey: worker) else { return }
            state.queues[name]?.stopWaiting(worker)
            continuation.resume(returning: nil)
        }
    }

    private func settle(_ item: MemoryQueue.Item, in name: [UInt8], _ disposition: Disposition, wasDelivered: Bool) {
        state.withLock { state in
            switch disposition {
            case .ack, .reject:
                state.queues[name]?.remove(item)
            case .requeue:
                var item = item
                item.isRedelivered = item.isRedelivered || wasDelivered
                Self.wake(state.queues[name]?.putBack(item), &state)
            }
        }
    }

    private static func wake(_ handover: MemoryQueue.Handover??, _ state: inout State) {
        guard let handover = handover ?? nil else { return }
        state.waiting.removeValue(forKey: handover.worker)?.resume(returning: handover.item)
    }

    private func full(_ name: [UInt8]) -> FlxError {
        let name = String(decoding: name, as: UTF8.self)
        return FlxError(
            .notPublished, "publish: the queue '\(name)' is full (\(queueEvents) events or \(queueBytes) bytes); consume it, or try later")
    }

    private func withOpenState<Result: Sendable>(_ body: (inout State) throws(FlxError) -> Result) throws(FlxError) -> Result {
        try state.withLock { state throws(FlxError) in
            guard !state.isClosed else { throw FlxError(.closed, "the memory broker is closed") }
            return try body(&state)
        }
    }
}

extension Broker where Self == MemoryBroker {
    /// A broker in memory, for tests and for programs of one process.
    public static func memory(queueEvents: Int = 10_000, queueBytes: Int = 64 << 20) -> MemoryBroker {
        MemoryBroker(queueEvents: queueEvents, queueBytes: queueBytes)
    }
}
