import CoreMetrics
import FlxCore
import Logging
import Synchronization

extension SubscriptionRunner {
    /// Calls the handler for the events in their order, up to the first that fails.
    func run(_ runner: SubscriptionMachine.Runner, _ items: [SubscriptionItem]) async -> SubscriptionMachine.Input {
        guard await slots.enter() else { return .ran(runner, handled: 0, failure: nil) }
        var hasTurn = true
        let result: RunResult = mayCall ? await runInTurn(items, &hasTurn) : (0, nil)
        if hasTurn { slots.leave() }
        if result.handled > 0 { metrics.handled.increment(by: result.handled) }
        return .ran(runner, handled: result.handled, failure: result.failure)
    }

    /// How many of the events were handled, and why the next one was not.
    private typealias RunResult = (handled: Int, failure: SubscriptionMachine.Failure?)

    private func runInTurn(_ items: [SubscriptionItem], _ hasTurn: inout Bool) async -> RunResult {
        switch subscription.work {
        case .batches(let handler) where items.count > 1 && items.allSatisfy({ $0.fault == nil }):
            guard let failure = await failure(of: items, handler) else { return (items.count, nil) }
            if case .outage = failure { return (0, failure) }
        case .parts(let handler):
            let readable = items.prefix { $0.fault == nil }
            guard !readable.isEmpty else { break }
            let (handled, error) = await handler(readable.map(\.event))
            guard let error, handled < readable.count else { return (readable.count, nil) }
            return (handled, failure(error, of: readable[handled]))
        case .view:
            let readable = items.prefix { $0.fault == nil }
            guard !readable.isEmpty, let feed else { break }
            let (handled, error) = await feed.take(readable.map(\.event)) { self.mayCall }
            if let error = error as? FlxError, feed.isReplaced(error) {
                end(for: error)
                return (handled, nil)
            }
            guard let error, handled < readable.count else { return (handled, nil) }
            return (handled, failure(error, of: readable[handled]))
        default: break
        }
        return await runEach(items, &hasTurn)
    }

    private func runEach(_ items: [SubscriptionItem], _ hasTurn: inout Bool) async -> RunResult {
        for (index, item) in items.enumerated() {
            // A pause between the parts of a split event would make the first of them come again.
            if index > 0, items[index - 1].event.position != item.event.position {
                if slots.isContended {
                    slots.leave()
                    hasTurn = await slots.enter()
                }
                guard hasTurn, mayCall else { return (index, nil) }
            }
            do {
                try await call(item)
            } catch {
                return (index, failure(error, of: item))
            }
        }
        return (items.count, nil)
    }

    /// True if another call may begin: nobody paused or stopped the subscription, or took its lease, and it does not rest.
    var mayCall: Bool {
        !Task.isCancelled && state.withLock { $0.machine.mayCall && !$0.machine.breaker.isOpen && $0.lease != nil }
    }

    /// Hands out a batch; when it fails, which of its events is the cause shows as they are handed out one by one.
    private func failure(
        of items: [SubscriptionItem], _ handler: @escaping Subscription.BatchHandler
    ) async -> SubscriptionMachine.Failure? {
        do {
            let events = items.map(\.event)
            try await limited { try await handler(events) }
            return nil
        } catch {
            note("\(error)")
            metrics.failed.increment()
            logger.warning(
                "batch failed",
                metadata: ["subscription": "\(subscription.name)", "events": "\(items.count)", "error": "\(error)"])
            return isOutage(error) ? .outage(chance: chance()) : .event(error: "\(error)")
        }
    }

    private func failure(_ error: any Error, of item: SubscriptionItem) -> SubscriptionMachine.Failure {
        let text = "\(error)"
        note(text)
        metrics.failed.increment()
        let (attempt, chance) = (state.withLock { $0.machine.attempts(at: item) } + 1, self.chance())
        var metadata: Logger.Metadata = [
            "subscription": "\(subscription.name)", "event.type": "\(item.event.event.type)", "event.id": "\(item.event.id)",
            "position": "\(item.event.position)", "attempt": "\(attempt)", "error": "\(text)",
        ]
        if isOutage(error) {
            metadata["next"] = "rest"
            logger.warning("subscription attempt failed", metadata: metadata)
            return .outage(chance: chance)
        }
        let retry = subscription.policy.retryAfter(error)
        let pause = item.fault == nil ? (retry ?? subscription.policy.retry).pause(after: attempt, chance: chance) : nil
        metadata["next"] = pause.map { "attempt in \($0)" } ?? "park"
        logger.warning("subscription attempt failed", metadata: metadata)
        return .event(error: text, retry: retry, chance: chance)
    }

    /// True if an error says nothing about the event.
    func isOutage(_ error: any Error) -> Bool {
        error is StoreOutage || (!(error is UnreadableEvent) || feed != nil) && subscription.policy.isOutage(error)
    }

    /// Calls the handler once, within the deadline, in the context of the event.
    func call(_ item: SubscriptionItem) async throws {
        if let fault = item.fault { throw UnreadableEvent(reason: fault) }
        let recorded = item.event
        try await EventContext(handling: recorded.event).run {
            if subscription.policy.deadline == nil {
                try await observed(recorded)
            } else {
                try await limited { try await self.observed(recorded) }
            }
        }
    }

    /// Calls the handler with the middleware around it.
    private func observed(_ recorded: RecordedEvent) async throws {
        guard !sides.isEmpty else { return try await work(recorded) }
        let core: Middleware.HandleNext = { publication in
            let seen = RecordedEvent(
                event: publication.event, version: recorded.version, position: recorded.position, recordedTime: recorded.recordedTime)
            try await self.work(seen)
        }
        let name = subscription.name
        let call = sides.reduce(core) { next, side in { publication in try await side(publication, name, next) } }
        try await call(Publication(recorded))
    }

    private func limited(_ work: @escaping @Sendable () async throws -> Void) async throws {
        if let deadline = subscription.policy.deadline {
            try await withDeadline(deadline, clock: sleep, work)
        } else {
            try await work()
        }
    }

    private func work(_ recorded: RecordedEvent) async throws {
        switch subscription.work {
        case .each(let handler): try await handler(recorded)
        case .batches(let handler): try await handler([recorded])
        // A view takes events by its feed alone.
        case .view: throw FlxError(.invalidValue, "a view takes no event twice: raise its version, and it is rebuilt with the event")
        case .parts(let handler): if let error = await handler([recorded]).error { throw error }
        case .once(let effects): try await append(try await effects(recorded), of: recorded)
        }
    }

    /// Appends the effects of an event, unless they are there.
    private func append(_ effects: [StreamWrite], of recorded: RecordedEvent) async throws {
        guard effects.contains(where: { !$0.events.isEmpty }) else { return }
        let mark = try Tag(Subscription.oncePrefix + subscription.name + ":" + recorded.id.description)
        let context = EventContext(handling: recorded.event)
        let writes = effects.map { write in
            let events = write.events.map { event in
                var event = event
                context.complete(&event)
                event.tags.append(mark)
                return event
            }
            return StreamWrite(events, to: write.stream, expecting: write.expected)
        }
        do {
            try await fence.append(writes, unless: Boundary(.events(tagged: mark), in: .everything, after: recorded.position))
        } catch {
            switch error.code {
            // An earlier attempt came so far.
            case .boundaryConflict: return
            // The store compares ids before the boundary: the effects of an earlier attempt may have had the same ones.
            case .idConflict:
                let marked = Selection(.everything, .events(tagged: mark))
                let earlier = try await store.read(marked, .forward(after: recorded.position), limit: 1)
                guard earlier.events.isEmpty else { return }
                throw error
            case .versionConflict: throw error
            case .leaseLost:
                end(for: error)
                throw StoreOutage(cause: error)
            default: throw error.isOfOneEvent ? error : StoreOutage(cause: error)
            }
        }
    }
}

/// The store could not keep the effects of an event, which says nothing about the event.
struct StoreOutage: Error, CustomStringConvertible {
    let cause: FlxError
    var description: String { "\(cause)" }
}

/// An event that no reader can read as the code wants it.
private struct UnreadableEvent: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
}
