import FlxCore
import Logging
import Synchronization

extension SubscriptionRunner {
    /// Begins when its turn has come.
    func begin(_ watch: SubscriptionWatch) async throws(FlxError) -> SubscriptionMachine.Input {
        defer { watch.done(self) }
        return try await start()
    }

    /// Finds where to begin: records what the subscription is, and goes where an operator moved it.
    private func start() async throws(FlxError) -> SubscriptionMachine.Input {
        try await persist { () async throws(FlxError) in
            let fence = self.fence
            let definition = SubscriptionDefined(version: self.subscription.version, filter: StoredFilter(self.filter))
            if try await self.control.definition() != definition {
                let stream = self.control.stream
                try await fence.append([StreamWrite([try Event(definition, stream: stream, time: self.clock.now())], to: stream)])
            }
            let orders = try await self.control.orders()
            if let move = orders.move {
                try await fence.setCheckpoint(self.subscription.checkpointName, to: move.to)
                try await fence.setCheckpoint(self.control.movesName, to: move.recorded)
            }
            let blocked = try await self.parking.waitingKeys()
            let saved = try await self.store.checkpoint(self.subscription.checkpointName)
            let position = if let saved { saved } else { try await self.firstPosition() }
            // Retries that were asked for while nobody ran.
            if !orders.retries.isEmpty { self.send(.called) }
            return .started(at: position, blocked: blocked, isPaused: orders.pause != nil)
        }
    }

    private func firstPosition() async throws(FlxError) -> Position {
        switch subscription.start {
        case .beginning: return .start
        case .after(let position): return position
        case .end:
            // Saved at once: what comes between this start and a crash must not be taken for the past.
            let last = try await store.lastPosition()
            try await fence.setCheckpoint(subscription.checkpointName, to: last)
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
    func perform(
        _ action: SubscriptionMachine.Action, _ watch: SubscriptionWatch
    ) async throws -> SubscriptionMachine.Input? {
        switch action {
        case .read(let position, let limit):
            defer { watch.done(self) }
            return try await persist { () async throws(FlxError) in
                let page = try await self.store.read(self.subscription.selection, .forward(after: position), limit: limit)
                return .page(Page(events: self.filter.events(of: page), through: page.through, isLast: page.isLast))
            }
        case .run(let runner, let events): return await run(runner, events)
        case .retry(let key, let pause):
            try await sleep.pause(for: pause)
            return .retryDue(key)
        case .retest(let pause):
            try await sleep.pause(for: pause)
            return .breakerDue
        case .ripen(let pause):
            try await sleep.pause(for: pause)
            return .ripened
        case .obey: return try await obey()
        case .park(let event, let key, let attempts, let error):
            return try await persist { () async throws(FlxError) in
                try await self.park(event, key: key, attempts: attempts, error: error)
                return .parked(event.position)
            }
        case .save(let position):
            return try await persist { () async throws(FlxError) in
                try await self.fence.setCheckpoint(self.subscription.checkpointName, to: position)
                return .saved(position)
            }
        case .wait, .held, .finish: return nil
        }
    }

    private func park(_ event: RecordedEvent, key: String, attempts: Int, error: String) async throws(FlxError) {
        logger.error(
            "event parked",
            metadata: ["subscription": "\(subscription.name)", "event.id": "\(event.id)", "key": "\(key)", "error": "\(error)"])
        let parked = EventParked(
            event.position, key: key, holdsKey: subscription.policy.parking == .keyWaits, attempts: attempts, error: error,
            handlerVersion: subscription.version)
        try await record(parked, causedBy: event)
    }

    /// Records what became of a parked event, in the stream of the parking place.
    func record(_ fact: some DomainEvent, causedBy cause: RecordedEvent) async throws(FlxError) {
        let stream = parking.stream
        let event = try Event(
            fact, stream: stream, time: clock.now(), correlationID: cause.event.correlationID ?? cause.id, causationID: cause.id)
        try await fence.append([StreamWrite([event], to: stream)])
    }

    /// Asks the store until it answers; an end of the store or of the task is passed on.
    func persist<Answer: Sendable>(_ work: () async throws(FlxError) -> Answer) async throws(FlxError) -> Answer {
        let persistence = Persistence(clock: sleep, logger: logger)
        return try await persistence("subscription '\(subscription.name)'", noticed: { note("\($0)") }, work)
    }

    func note(_ error: String) {
        state.withLock { $0.lastError = error }
    }
}
