import FlxCore
import Foundation
import Synchronization

/// A right broker behind a front with one fault.
final class FaultyBroker: Broker {
    private struct State {
        var consumers = 0
        var handlers = 0
        var patterns: [String: EventPattern] = [:]
    }

    private let fault: BrokerFault
    private let base = MemoryBroker()
    private let state = Mutex(State())

    init(_ fault: BrokerFault) {
        self.fault = fault
    }

    func publish(_ events: [Event]) async throws(FlxError) {
        switch fault {
        case .publishesTwice:
            try await base.publish(events)
            try await base.publish(events)
        case .losesAttributes:
            try await base.publish(
                events.map { event in
                    var event = event
                    event.userID = nil
                    return event
                })
        case .lookAlikeTypes:
            var normal = events
            for (index, event) in events.enumerated() {
                normal[index].type = try EventType(event.type.description.precomposedStringWithCanonicalMapping)
            }
            try await base.publish(normal)
        case .reversesBatches: try await base.publish(events.reversed())
        case .forgetsWithoutConsumer:
            if state.withLock(\.consumers) > 0 { try await base.publish(events) }
        case .publishWaitsForHandlers:
            try await base.publish(events)
            while state.withLock(\.handlers) > 0, !Task.isCancelled { await rest() }
        case .publishesAfterClose:
            do throws(FlxError) { try await base.publish(events) } catch {}
        case .losesEarlierPatterns:
            for event in events {
                let patterns = state.withLock(\.patterns).values
                if patterns.contains(where: { $0.matches(event.type) }) { try await base.publish([event]) }
            }
        default: try await base.publish(events)
        }
    }

    func bind(_ queue: BrokerQueue) async throws(FlxError) {
        state.withLock { $0.patterns[queue.name] = queue.pattern }
        try await base.bind(fault == .ignoresPatterns ? BrokerQueue(queue.name, of: .all) : queue)
    }

    func close() async { await base.close() }

    func consume(
        _ queue: BrokerQueue, prefetch: Int, handler: @escaping @Sendable (Delivery) async -> Disposition
    ) async throws(FlxError) {
        if fault == .oneConsumerAtATime {
            while state.withLock({ state in
                defer { state.consumers = 1 }; return state.consumers > 0
            }), !Task.isCancelled {
                await rest()
            }
        } else {
            state.withLock { $0.consumers += 1 }
        }
        defer { state.withLock { $0.consumers -= 1 } }
        let prefetch = fault == .handlesOneTooMany ? prefetch + 1 : fault == .takesAnyPrefetch ? max(1, prefetch) : prefetch
        let handle: @Sendable (Delivery) async -> Disposition = { delivery in await self.handle(delivery, handler) }
        do throws(FlxError) {
            try await base.consume(queue, prefetch: prefetch, handler: handle)
        } catch {
            if fault != .closeIsSilent || error.code != .closed { throw error }
        }
        if fault == .cancelThrows, Task.isCancelled { throw FlxError(.cancelled, "cancelled") }
    }

    private func handle(_ delivery: Delivery, _ handler: (Delivery) async -> Disposition) async -> Disposition {
        state.withLock { $0.handlers += 1 }
        defer { state.withLock { $0.handlers -= 1 } }
        let marked = fault == .marksNothing ? Delivery(event: delivery.event, isRedelivered: false) : delivery
        let disposition = await handler(marked)
        return switch (fault, disposition) {
        case (.acksRequeued, .requeue): .ack
        case (.requeuesAcked, .ack): delivery.isRedelivered ? .ack : .requeue
        case (.requeuesRejected, .reject): .requeue
        case (.cancelDropsAnswers, .ack): Task.isCancelled ? .requeue : .ack
        default: disposition
        }
    }
}

/// Lets a moment pass.
func rest() async {
    try? await ContinuousClock().sleep(for: .milliseconds(1))
}
