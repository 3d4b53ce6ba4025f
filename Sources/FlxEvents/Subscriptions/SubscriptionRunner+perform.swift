import CoreMetrics
import FlxCore
import Logging
import Synchronization

extension SubscriptionRunner {
    /// Begins when its turn has come.
    func begin(_ watch: SubscriptionWatch) async throws(FlxError) -> SubscriptionMachine.Input {
        defer { watch.done(self) }
        return try await persist(releasing: watch) { () async throws(FlxError) in .started(try await self.start()) }
    }

    /// Finds where to begin: records what the subscription is, and goes where an operator moved it.
    private func start() async throws(FlxError) -> SubscriptionMachine.Start {
        let fence = fence
        if let feed, let lease = fence.lease { try await checkStore(of: feed, lease) }
        let view = feed.map { ExactText($0.view.name) }
        let definition = SubscriptionDefined(version: subscription.version, filter: StoredFilter(filter), view: view)
        if try await control.definition() != definition {
            let stream = control.stream
            try await fence.append([StreamWrite([try Event(definition, stream: stream, time: clock.now())], to: stream)])
        }
        let orders = try await control.orders()
        if let move = orders.move {
            try await fence.setCheckpoint(subscription.checkpointName, to: move.to)
            try await fence.setCheckpoint(control.movesName, to: move.recorded)
        }
        if let stopped = try await control.stoppedRetry() {
            let event = try Event(stopped, stream: control.stream, time: clock.now())
            try await fence.append([StreamWrite([event], to: control.stream)])
        }
        let position = try await place()
        if feed != nil { try await releaseFormer(after: position) }
        let last = try await store.lastPosition()
        guard position <= last else { throw beyond(position, last) }
        // Retries that were asked for while nobody ran.
        if !orders.retries.isEmpty { send(.called) }
        let (passed, blocked) = try await passed(after: position)
        return .init(position: position, blocked: blocked, parked: passed, isPaused: orders.pause != nil)
    }

    /// The events after a position that are passed over, and the keys of which something is parked that later events wait behind.
    private func passed(after position: Position) async throws(FlxError) -> (Set<Position>, blocked: Set<ExactText>) {
        if case .view(_, let failure) = subscription.work {
            // A view may have been begun anew: it does not have what was released since it was parked.
            return (failure == .park ? try await parking.parked(after: position, by: subscription.version) : [], [])
        }
        let parked = try await parking.parked(after: position)
        // What was released since the last move is done, though the checkpoint is still before it.
        let moved = try await store.checkpoint(control.movesName) ?? .start
        let released = try await parking.released(after: position, since: max(position, moved))
        return (parked.positions.union(released), parked.waiting)
    }

    /// Refuses a view in another store than that of the acts and leases of the group: nobody would renew its lease.
    private func checkStore(of feed: ViewFeed, _ lease: Lease) async throws(FlxError) {
        guard try await !control.store.hasLease(lease), try await store.hasLease(lease) else { return }
        throw FlxError(
            .invalidValue,
            "subscription '\(subscription.name)': the view '\(feed.view.name)' is in another store; run it in a group of that one")
    }

    /// The position to go on after.
    private func place() async throws(FlxError) -> Position {
        if let feed { return try await feed.resume() }
        if let saved = try await store.checkpoint(subscription.checkpointName) { return saved }
        return try await firstPosition()
    }

    /// Releases what a former version of a view could not apply: this one was built with it, or meets it again. After a return to a
    /// former version, this one meets what the later one could not apply, unless it has passed that already.
    private func releaseFormer(after position: Position) async throws(FlxError) {
        while try await releasePart(after: position) {}
    }

    /// - Returns: False if nothing is left.
    private func releasePart(after position: Position) async throws(FlxError) -> Bool {
        try await parking.act { fold throws(FlxError) in
            let former = fold.entries.filter { place, entry in
                let version = entry.parked.handlerVersion
                return version < subscription.version || version > subscription.version && place > position
            }.keys.sorted().prefix(500)
            guard !former.isEmpty else { return [] }
            let reason = "version \(subscription.version) of the view has it, or tries it"
            return [StreamWrite(try former.map { position throws(FlxError) in
                let fact = EventReleased(position: position.value, operator: subscription.name, reason: reason)
                return try Event(fact, stream: parking.stream, time: clock.now())
            }, to: parking.stream)]
        } append: { writes, boundary throws(FlxError) in
            try await self.fence.append(writes, unless: boundary)
        }
    }

    private func beyond(_ position: Position, _ last: Position) -> FlxError {
        let advice = feed == nil ? "move it to where it shall go on" : "drop the view, and it is built anew"
        return FlxError(
            .invalidValue,
            """
            subscription '\(subscription.name)': it is to go on after position \(position), and the log ends at \(last): it is not the log \
            that the subscription read; \(advice)
            """)
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
                let page = try await store.tolerantPage(.everything, .forward(after: position), limit: 1_000).page
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
            return try await persist(releasing: watch) { () async throws(FlxError) in
                let found = try await self.store.tolerantPage(self.subscription.selection, .forward(after: position), limit: limit)
                let items = self.filter.items(of: found, key: self.subscription.exactKey)
                return .page(try await self.corrected(items), through: found.page.through, isLast: found.page.isLast)
            }
        case .run(let runner, let items):
            return await calls.run { await self.run(runner, items) }
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
        case .work:
            return try await calls.run { await self.jobs() }?.get()
        case .drain(let limit):
            try await sleep.pause(for: limit)
            tellLeft(after: limit)
            calls.giveUp()
            return .drained
        case .park(let item, let attempts, let error, let holdsKey):
            try await park(item, attempts: attempts, error: error, holdsKey: holdsKey)
            return .parked(item.event.position)
        case .save(let position):
            return try await persist { () async throws(FlxError) in
                if let feed = self.feed {
                    try await feed.move(to: position) { self.mayCall }
                } else {
                    try await self.fence.setCheckpoint(self.subscription.checkpointName, to: position)
                }
                return .saved(position)
            }
        case .wait, .held, .released, .finish: return nil
        }
    }

    /// Puts corrections in the turn of the events that they replace, which come again after a move back.
    private func corrected(_ items: [SubscriptionItem]) async throws(FlxError) -> [SubscriptionItem] {
        // A view gets corrections at their own place.
        let places = feed == nil ? parking.corrected : []
        guard !places.isEmpty else { return items }
        var (result, last) = ([SubscriptionItem](), Position?.none)
        for item in items {
            let old = item.event
            guard places.contains(old.position) else {
                result.append(item)
                continue
            }
            // A correction replaces all parts of a split event.
            guard old.position != last, let found = try await parking.correction(at: old.position) else { continue }
            last = old.position
            for part in filter.parts(of: found.page.events) {
                let event = RecordedEvent(event: part.event, version: old.version, position: old.position, recordedTime: old.recordedTime)
                result.append(SubscriptionItem(event: event, key: item.key, fault: found.faults[part.position]))
            }
        }
        return result
    }

    /// The calls of the session, which its end waits for within limits.
    private var calls: GivableCalls { state.withLock(\.calls) }

    private func jobs() async -> Result<SubscriptionMachine.Input, any Error> {
        do throws(FlxError) {
            try await work()
            return .success(.worked)
        } catch {
            return .failure(error)
        }
    }

    private func tellLeft(after limit: Duration) {
        let left = state.withLock { ($0.machine.running.count, $0.machine.checkpoint) }
        logger.error(
            "subscription cut off at shutdown",
            metadata: [
                "subscription": "\(subscription.name)", "after": "\(limit)", "calls": "\(left.0)", "checkpoint": "\(left.1)",
            ])
    }

    private func park(_ item: SubscriptionItem, attempts: Int, error: String, holdsKey: Bool) async throws(FlxError) {
        let event = item.event
        let parked = EventParked(
            event.position, key: item.key.description, holdsKey: holdsKey, attempts: attempts, error: error,
            handlerVersion: subscription.version)
        // Made once: where an answer is lost, the same event is appended again.
        let write = try write(parked, causedBy: event)
        try await persist { () async throws(FlxError) in try await self.fence.append([write]) }
        metrics.tell(parked, event, to: logger)
    }

    /// Records what became of a parked event, unless it was discarded or corrected since it was read.
    /// - Returns: False if it was.
    func record(_ write: StreamWrite, of parked: ParkedEvent) async throws(FlxError) -> Bool {
        try await parking.act { fold in
            fold.entries[parked.position] != nil && fold.corrections[parked.position]?.recorded == parked.correction ? [write] : []
        } append: { writes, boundary throws(FlxError) in
            try await self.fence.append(writes, unless: boundary)
        }
    }

    /// The append of a fact to the parking place.
    func write(_ fact: some DomainEvent, causedBy cause: RecordedEvent) throws(FlxError) -> StreamWrite {
        let stream = parking.stream
        let event = try Event(
            fact, stream: stream, time: clock.now(), correlationID: cause.event.correlationID ?? cause.id, causationID: cause.id)
        return StreamWrite([event], to: stream)
    }

    /// Asks the store until it answers; an end of the store or of the task is passed on.
    /// - Parameter watch: Is told at the first error that others may have the turn.
    func persist<Answer: Sendable>(
        releasing watch: SubscriptionWatch? = nil, _ work: () async throws(FlxError) -> Answer
    ) async throws(FlxError) -> Answer {
        let persistence = Persistence(clock: sleep, logger: logger)
        var waits = 0
        let noticed: (FlxError) -> Void = { error in
            self.state.withLock { ($0.lastError, $0.storeWaits) = ("\(error)", $0.storeWaits + 1 - waits) }
            waits = 1
            watch?.done(self)
        }
        defer { state.withLock { $0.storeWaits -= waits } }
        return try await persistence("subscription '\(subscription.name)'", noticed: noticed, work)
    }

    func note(_ error: String) {
        state.withLock { $0.lastError = error }
    }
}
