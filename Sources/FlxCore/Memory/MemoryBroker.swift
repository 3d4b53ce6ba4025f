import Synchronization

/// A broker in the memory of one process: for tests, and for programs that use queues between their parts before these become processes.
///
/// Its queues are bounded. A full queue refuses: ``publish(_:)`` throws ``FlxError/Code/notPublished`` at once and does not wait. A handler
/// that publishes to its own queue can therefore never wait for itself. Deliveries being handled still count as in the queue. Rejected
/// deliveries are dropped.
public final class MemoryBroker: Broker {
    private typealias Continuation = CheckedContinuation<MemoryQueue.Item?, Never>
    private typealias Woken = (Continuation, MemoryQueue.Item)

    private struct State {
        /// By the bytes of the names: as texts, look-alikes would be equal.
        var queues: [[UInt8]: MemoryQueue] = [:]
        var waiting: [UInt64: Continuation] = [:]
        var lastWorker: UInt64 = 0
        var isClosed = false

        /// Whom to wake for an item, outside of the lock: a task under cancellation holds one that its end waits for.
        mutating func wake(_ handover: MemoryQueue.Handover??) -> Woken? {
            guard let handover = handover ?? nil, let continuation = waiting.removeValue(forKey: handover.worker) else { return nil }
            return (continuation, handover.item)
        }
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
            let woken = try withOpenState { state throws(FlxError) in
                let names = state.queues.filter { $0.value.wants(event) }.keys
                for name in names {
                    guard let load = state.queues[name]?.load, load.events < queueEvents,
                        load.bytes + event.approximateBytes <= queueBytes || load.events == 0
                    else { throw full(name) }
                }
                return names.compactMap { state.wake(state.queues[$0]?.add(event)) }
            }
            for (continuation, item) in woken { continuation.resume(returning: item) }
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
        let waiting = state.withLock { state in
            defer { state = State(isClosed: true) }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume(returning: nil) }
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
                let answer = state.withLock { state -> MemoryQueue.Item?? in
                    guard !state.isClosed else { return .some(nil) }
                    if let item = state.queues[name]?.take(for: worker) { return item }
                    state.waiting[worker] = continuation
                    return nil
                }
                if let answer { return continuation.resume(returning: answer) }
                // A cancellation before the wait began found nobody to wake.
                if Task.isCancelled { stopWaiting(worker, for: name) }
            }
        } onCancel: {
            stopWaiting(worker, for: name)
        }
    }

    private func stopWaiting(_ worker: UInt64, for name: [UInt8]) {
        let continuation = state.withLock { state in
            state.queues[name]?.stopWaiting(worker)
            return state.waiting.removeValue(forKey: worker)
        }
        continuation?.resume(returning: nil)
    }

    private func settle(_ item: MemoryQueue.Item, in name: [UInt8], _ disposition: Disposition, wasDelivered: Bool) {
        let woken = state.withLock { state -> Woken? in
            switch disposition {
            case .ack, .reject:
                state.queues[name]?.remove(item)
                return nil
            case .requeue:
                var item = item
                item.isRedelivered = item.isRedelivered || wasDelivered
                return state.wake(state.queues[name]?.putBack(item))
            }
        }
        if let (continuation, item) = woken { continuation.resume(returning: item) }
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
