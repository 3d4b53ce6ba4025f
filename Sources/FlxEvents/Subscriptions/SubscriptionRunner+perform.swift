import FlxCore
import Logging
import Synchronization

extension SubscriptionRunner {
    /// Finds where to begin.
    func start() async throws(FlxError) -> SubscriptionMachine.Input {
        try await persist { () async throws(FlxError) in
            let blocked = try await self.parking.waitingKeys()
            let saved = try await self.store.checkpoint(self.subscription.checkpointName)
            let position = if let saved { saved } else { try await self.firstPosition() }
            return .started(at: position, blocked: blocked)
        }
    }

    private func firstPosition() async throws(FlxError) -> Position {
        switch subscription.start {
        case .beginning: return .start
        case .after(let position): return position
        case .end:
            // Saved at once: what comes between this start and a crash must not be taken for the past.
            let last = try await store.lastPosition()
            try await store.setCheckpoint(subscription.checkpointName, to: last)
            return last
        case .time(let instant):
            var position = Position.start
            while true {
                let page = try await store.read(.all, .forward(after: position), limit: 1_000)
                if let first = page.events.first(where: { $0.recordedTime >= instant }) {
                    return Position(unchecked: first.position.value - 1)
                }
                position = page.through
                if page.isLast { return position }
            }
        }
    }

    /// Does one thing and says what came of it.
    func perform(_ action: SubscriptionMachine.Action) async throws -> SubscriptionMachine.Input? {
        switch action {
        case .read(let position, let limit):
            return try await persist { () async throws(FlxError) in
                .page(try await self.read(after: position, limit: limit))
            }
        case .wait(let position):
            return try await persist { () async throws(FlxError) in
                try await self.store.wait(after: position)
                return .rang
            }
        case .run(let runner, let events): return await run(runner, events)
        case .retry(let key, let pause):
            try await sleep.sleep(for: pause)
            return .retryDue(key)
        case .retest(let pause):
            try await sleep.sleep(for: pause)
            return .breakerDue
        case .park(let event, let key, let attempts, let error):
            return try await persist { () async throws(FlxError) in
                try await self.park(event, key: key, attempts: attempts, error: error)
                return .parked(event.position)
            }
        case .save(let position):
            return try await persist { () async throws(FlxError) in
                try await self.store.setCheckpoint(self.subscription.checkpointName, to: position)
                return .saved(position)
            }
        case .held(let key, let isHeld):
            state.withLock { $0.holders.removeValue(forKey: key) }?.resume(returning: isHeld)
            return nil
        case .finish: return nil
        }
    }

    /// Calls the handler for one event after the other, up to the first that fails.
    private func run(_ runner: SubscriptionMachine.Runner, _ events: [RecordedEvent]) async -> SubscriptionMachine.Input {
        for (index, recorded) in events.enumerated() {
            do {
                try await call(recorded)
            } catch {
                let text = "\(error)"
                note(text)
                logger.warning(
                    "subscription attempt failed",
                    metadata: [
                        "subscription": "\(subscription.name)", "event.id": "\(recorded.id)", "position": "\(recorded.position)",
                        "error": "\(text)",
                    ])
                return .ran(runner, handled: index, failure: text)
            }
            if state.withLock({ $0.machine.isPaused }) { return .ran(runner, handled: index + 1, failure: nil) }
        }
        return .ran(runner, handled: events.count, failure: nil)
    }

    /// Calls the handler once, within the deadline, in the context of the event.
    func call(_ recorded: RecordedEvent) async throws {
        try await EventContext(handling: recorded.event).run {
            if let deadline = subscription.policy.deadline {
                try await withDeadline(deadline, clock: sleep) { [subscription] in try await subscription.handler(recorded) }
            } else {
                try await subscription.handler(recorded)
            }
        }
    }

    func park(_ event: RecordedEvent, key: String, attempts: Int, error: String) async throws(FlxError) {
        logger.error(
            "event parked",
            metadata: ["subscription": "\(subscription.name)", "event.id": "\(event.id)", "key": "\(key)", "error": "\(error)"])
        let parked = EventParked(
            event, key: key, holdsKey: subscription.policy.parking == .keyWaits, attempts: attempts, error: error,
            handlerVersion: subscription.version)
        try await parking.park(parked, causedBy: event, at: clock.now())
    }

    /// Reads a page, without the system's own events unless they are what was asked for.
    private func read(after position: Position, limit: Int) async throws(FlxError) -> Page {
        let page = try await store.read(subscription.selection, .forward(after: position), limit: limit)
        guard subscription.selection.scope.hidesSystem else { return page }
        let events = page.events.filter { !($0.event.stream?.description.hasPrefix(ParkingPlace.systemPrefix) ?? false) }
        return Page(events: events, through: page.through, isLast: page.isLast)
    }

    /// Asks the store until it answers; an end of the store or of the task is passed on.
    private func persist<Answer: Sendable>(_ work: () async throws(FlxError) -> Answer) async throws(FlxError) -> Answer {
        let persistence = Persistence(clock: sleep, logger: logger)
        return try await persistence("subscription '\(subscription.name)'", noticed: { note("\($0)") }, work)
    }

    private func note(_ error: String) {
        state.withLock { $0.lastError = error }
    }
}

extension Selection.Scope {
    /// Whether it selects the system's streams only as a part of everything.
    fileprivate var hidesSystem: Bool {
        switch self {
        case .all: true
        case .stream: false
        case .prefix(let text): !text.hasPrefix(ParkingPlace.systemPrefix)
        }
    }
}
