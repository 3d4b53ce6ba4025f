import FlxCore
import Logging
import Synchronization

extension SubscriptionRunner {
    /// Calls the handler for the events in their order, up to the first that fails.
    func run(_ runner: SubscriptionMachine.Runner, _ events: [RecordedEvent]) async -> SubscriptionMachine.Input {
        if case .batches(let handler) = subscription.work, events.count > 1, await handles(events, handler) {
            return .ran(runner, handled: events.count, failure: nil)
        }
        for (index, recorded) in events.enumerated() {
            do {
                try await call(recorded)
            } catch {
                return .ran(runner, handled: index, failure: failure(error, of: recorded))
            }
            // A pause between the parts of a split event would make the first of them come again.
            let isWhole = index + 1 == events.count || events[index + 1].position != recorded.position
            if isWhole, state.withLock({ $0.machine.isPaused }) { return .ran(runner, handled: index + 1, failure: nil) }
        }
        return .ran(runner, handled: events.count, failure: nil)
    }

    /// Hands out a batch; when it fails, which of its events is the cause shows as they are handed out one by one.
    private func handles(_ events: [RecordedEvent], _ handler: @escaping Subscription.BatchHandler) async -> Bool {
        do {
            try await limited { try await handler(events) }
            return true
        } catch {
            note("\(error)")
            logger.warning(
                "batch failed",
                metadata: ["subscription": "\(subscription.name)", "events": "\(events.count)", "error": "\(error)"])
            return false
        }
    }

    private func failure(_ error: any Error, of recorded: RecordedEvent) -> SubscriptionMachine.Failure {
        let text = "\(error)"
        note(text)
        logger.warning(
            "subscription attempt failed",
            metadata: [
                "subscription": "\(subscription.name)", "event.id": "\(recorded.id)", "position": "\(recorded.position)",
                "error": "\(text)",
            ])
        return SubscriptionMachine.Failure(error: text, retry: subscription.policy.retryAfter(error), chance: chance())
    }

    /// Calls the handler once, within the deadline, in the context of the event.
    func call(_ recorded: RecordedEvent) async throws {
        try await EventContext(handling: recorded.event).run {
            if subscription.policy.deadline == nil {
                try await work(recorded)
            } else {
                try await limited { try await self.work(recorded) }
            }
        }
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
        case .once(let effects): try await append(try await effects(recorded), of: recorded)
        }
    }

    /// Appends the effects of an event, unless they are there.
    private func append(_ effects: [StreamWrite], of recorded: RecordedEvent) async throws(FlxError) {
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
        do throws(FlxError) {
            try await fence.append(writes, unless: Boundary(.events(tagged: mark), after: recorded.position))
        } catch {
            // An earlier attempt came so far.
            guard error.code == .boundaryConflict else { throw error }
        }
    }
}
