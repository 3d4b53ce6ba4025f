public import Logging
import Synchronization

/// Feeds a projection from a store: replays, catches up and follows live, by one path.
///
/// ```swift
/// let runner = ProjectionRunner(OpenOrders(), over: store)
/// try await runner.replay()
/// runner.state.total
/// ```
///
/// Events come in pages, of which two are in memory at a time: one that is applied while the next is read. After each page the
/// checkpoint is saved where a store for it is given. So after a crash the events of one page at most come again, to a
/// projection whose state lives outside; one whose state lives in memory replays from the start.
///
/// Everything may be called from any task. One run goes on at a time; another call to run throws ``FlxError/Code/alreadyRunning``.
public final class ProjectionRunner<P: Projection>: Sendable {
    /// Brings the state after a page to where it lives, before the checkpoint is saved.
    public typealias Save = @Sendable (_ state: P, _ checkpoint: Position) async throws -> Void

    private struct Fetched {
        let after: Position
        let page: Page
    }

    private let store: any EventStore
    private let selection: Selection
    private let pageSize: Int
    private let checkpoints: (any StateStore)?
    private let saveState: Save?
    private let snapshots: SnapshotAccess<P>?
    private let persistence: Persistence
    private let bell = Doorbell()
    private let snapshotted = Mutex(Snapshotted())
    private let fold: Mutex<ProjectionFold<P>>
    /// The number of callers that wait to read the fold.
    private let waiting = Atomic(0)

    /// Joins a projection and a store.
    ///
    /// - Parameters:
    ///   - projection: The initial state, to which ``reset()`` and ``replay(from:to:progress:)`` return. A state that `save` has kept
    ///     belongs to the saved checkpoint: where there is no checkpoint, begin with an empty one, or its events count twice.
    ///   - selection: The events to feed, in place of the projection's own selection.
    ///   - pageSize: At most so many events in a page, from 1.
    ///   - checkpoints: Where to go on from and to save checkpoints, for projections whose state outlives the process.
    ///   - sleep: What the pauses are measured by before ``follow(progress:)`` asks a store again that failed.
    ///   - logger: Where such failures are told of.
    ///   - save: Brings the state to where it lives after each page; an error stops the run, and the next one saves first.
    public convenience init(
        _ projection: P, over store: any EventStore, selection: Selection = P.selection, pageSize: Int = 1_000,
        checkpoints: (any StateStore)? = nil, sleep: any Clock<Duration> = ContinuousClock(),
        logger: Logger = Logger(label: "flx.projections"), save: Save? = nil
    ) {
        let persistence = Persistence(clock: sleep, logger: logger)
        self.init(projection, over: store, selection, pageSize, checkpoints, save, nil, persistence)
    }

    /// Joins a projection whose state lives in memory and a store; a run begins with the last snapshot that fits.
    public convenience init(
        _ projection: P, over store: any EventStore, selection: Selection = P.selection, pageSize: Int = 1_000, snapshots: Snapshots,
        sleep: any Clock<Duration> = ContinuousClock(), logger: Logger = Logger(label: "flx.projections")
    ) where P: Codable {
        let access = SnapshotAccess(snapshots, initial: projection, reducer: P.version, facts: [String(describing: selection)])
        let persistence = Persistence(clock: sleep, logger: logger)
        self.init(projection, over: store, selection, pageSize, nil, nil, access, persistence)
    }

    private init(
        _ projection: P, over store: any EventStore, _ selection: Selection, _ pageSize: Int, _ checkpoints: (any StateStore)?,
        _ save: Save?, _ snapshots: SnapshotAccess<P>?, _ persistence: Persistence
    ) {
        self.persistence = persistence
        self.snapshots = snapshots
        self.store = store
        self.selection = selection
        self.pageSize = max(1, pageSize)
        self.checkpoints = checkpoints
        saveState = save
        fold = Mutex(ProjectionFold(projection, resuming: checkpoints != nil || snapshots != nil))
    }

    /// The state after the last event that was applied. While events are being applied, reading it waits for the current one. So a
    /// projection must not read its own runner.
    public var state: P { look { $0.state } }

    /// Every selected event up to here is in ``state``.
    public var checkpoint: Position { look { $0.checkpoint } }

    /// The number of events that the projection handled since it was made or reset.
    public var handled: Int64 { look { $0.handled } }

    /// Reads the fold. If a page is being applied, that pauses after the current position.
    private func look<Value: Sendable>(_ body: (ProjectionFold<P>) -> Value) -> Value {
        waiting.add(1, ordering: .relaxed)
        return fold.withLock { fold in
            waiting.subtract(1, ordering: .relaxed)
            return body(fold)
        }
    }

    /// Begins again with the initial state. A run that is going on reads on from the start.
    /// - Throws: What saving throws, when there is anything to save.
    public func reset() async throws(FlxError) {
        let isFree = fold.withLock { fold in
            fold.reset()
            return fold.begin()
        }
        bell.reset(to: .start)
        guard isFree else { return }
        defer { fold.withLock { $0.end() } }
        try await save()
    }

    /// Begins again with the initial state after a position, and applies all events from there to the end. No snapshot is made of a state
    /// that did not begin with the first event.
    /// - Throws: An error that names event, position and projection where one cannot be applied; what reading and saving throw;
    ///   ``FlxError/Code/invalidValue`` for a look back (``ReplayEnd/time(_:)``, ``ReplayEnd/version(_:)``) of a runner with `checkpoints`
    ///   or `save`; ``FlxError/Code/cancelled``, ``FlxError/Code/alreadyRunning``. What was applied until then stays, with its
    ///   checkpoint.
    public func replay(
        from position: Position = .start, to end: ReplayEnd = .latest, progress: @Sendable (ProjectionProgress) -> Void = { _ in }
    ) async throws(FlxError) {
        try requireNoKeeping(end)
        try claim()
        defer { fold.withLock { $0.end() } }
        fold.withLock { fold in
            fold.look(back: end.lookBack)
            fold.reset(to: position)
        }
        bell.reset(to: position)
        try await advance(to: end, progress)
    }

    /// Applies what has come since the checkpoint.
    /// - Throws: As ``replay(from:to:progress:)`` does.
    public func catchUp(
        to end: ReplayEnd = .latest, progress: @Sendable (ProjectionProgress) -> Void = { _ in }
    ) async throws(FlxError) {
        try requireNoKeeping(end)
        try claim()
        defer { fold.withLock { $0.end() } }
        try await resume(to: end)
        try await advance(to: end, progress)
    }

    /// Catches up and then applies events as they come, until the task is cancelled; then it returns.
    ///
    /// An error of the store is logged and tried again, after pauses that grow to 30 seconds.
    /// - Throws: An error that names event, position and projection where one cannot be read or applied; an error of `save`;
    ///   ``FlxError/Code/alreadyRunning``; ``FlxError/Code/closed`` when the store closes, and refusals of values, which no further attempt
    ///   can mend.
    public func follow(progress: @Sendable (ProjectionProgress) -> Void = { _ in }) async throws(FlxError) {
        try claim()
        defer { fold.withLock { $0.end() } }
        let name = "projection '\(P.name)'"
        do {
            while true {
                try await persistence.following(name) { () async throws(FlxError) in
                    try await self.resume(to: .latest)
                    try await self.advance(to: .latest, progress)
                }
                try await persistence.following(name) { () async throws(FlxError) in try await self.store.wait(after: self.checkpoint) }
            }
        } catch where Task.isCancelled && (error.code == .cancelled || error.cause is CancellationError) {}
    }

    /// Waits until this runner has brought the state to what a receipt stands for: a reader then sees its own writes.
    /// - Parameters:
    ///   - limit: How long to wait.
    ///   - clock: What the limit is measured by.
    /// - Throws: ``FlxError/Code/deadlineExceeded`` when the state is not there in time; ``FlxError/Code/cancelled``.
    public func caughtUp(
        to receipt: some Receipt, within limit: Duration, clock: any Clock<Duration> = ContinuousClock()
    ) async throws(FlxError) {
        guard let position = receipt.position else { return }
        try await bell.wait(through: position, within: limit, clock: clock, for: "projection '\(P.name)'")
    }

    private func claim() throws(FlxError) {
        guard fold.withLock({ $0.begin() }) else {
            throw FlxError(.alreadyRunning, "projection '\(P.name)': this runner is at work; end that run first, or make another runner")
        }
    }

    /// Refuses a look back that would take the place of what is kept.
    private func requireNoKeeping(_ end: ReplayEnd) throws(FlxError) {
        guard end.lookBack != nil, checkpoints != nil || saveState != nil else { return }
        throw FlxError(
            .invalidValue,
            """
            projection '\(P.name)': this runner keeps its state, and a look back would take the place of it; use store.state(of:upTo:), \
            or a runner without checkpoints and save
            """)
    }

    private func resume(to end: ReplayEnd) async throws(FlxError) {
        if fold.withLock({ $0.awaitsCheckpoint }) {
            if let found = try await snapshot(upTo: end) {
                fold.withLock { $0.restore(found.state, after: found.event) }
                snapshotted.withLock { $0 = Snapshotted(time: found.time) }
            } else {
                let position = try await checkpoints?.checkpoint(P.checkpointName)
                fold.withLock { $0.resume(at: position) }
            }
        }
        if fold.withLock({ $0.look(back: end.lookBack) }) { bell.reset(to: .start) }
    }

    /// The snapshot to begin with; nil if there is none that fits the log and the end.
    private func snapshot(upTo end: ReplayEnd) async throws(FlxError) -> SnapshotAccess<P>.Found? {
        guard let snapshots, end.lookBack == nil, let found = await snapshots.find(snapshotName), found.event.position <= end.bound else {
            return nil
        }
        guard try await store.read(selection, from: found.event, limit: 1) != nil else {
            return snapshots.miss(snapshotName, "the log has another event at its place")
        }
        return found
    }

    private func advance(to end: ReplayEnd, _ progress: @Sendable (ProjectionProgress) -> Void) async throws(FlxError) {
        let last = min(try await store.lastPosition(), end.bound)
        var selection = selection
        if let horizon = end.horizon { selection.until = min(horizon, selection.until ?? horizon) }
        try await save()
        var next: Fetched? = nil
        while true {
            guard !Task.isCancelled else { throw FlxError(.cancelled, "projection '\(P.name)': the run was cancelled") }
            let current: Fetched
            if let next { current = next } else { current = try await fetch(selection, after: checkpoint).get() }
            let isEnd = current.page.isLast || current.page.through >= last
            let begin = snapshots?.now
            async let following = isEnd ? nil : fetch(selection, after: current.page.through)
            let isCurrent = try apply(current, upTo: end)
            try await save()
            if end.lookBack == nil {
                bell.ring(through: checkpoint)
                await keepIfDue(since: begin)
            }
            progress(fold.withLock { $0.progress(end: last) })
            next = isCurrent ? try await following?.get() : nil
            if isCurrent, isEnd { return }
        }
    }

    /// Applies a page, and leaves the lock between two positions where somebody waits for it.
    /// - Returns: False when the page is out of date.
    private func apply(_ fetched: Fetched, upTo end: ReplayEnd) throws(FlxError) -> Bool {
        guard var page = fold.withLock({ $0.begin(fetched.page, after: fetched.after, upTo: end) }) else { return false }
        while try fold.withLock({ fold throws(FlxError) in
            try fold.apply(&page, until: { waiting.load(ordering: .relaxed) > 0 })
        }) {}
        return fold.withLock { $0.finish(page) }
    }

    /// When the last snapshot was made, and what has come since.
    private struct Snapshotted {
        var events: Int64 = 0
        var time: Timestamp?
        var cost = Duration.zero
    }

    private var snapshotName: String {
        guard selection != P.selection else { return "projection:\(P.name)" }
        var hash = ByteHash()
        hash.mix(String(describing: selection).utf8)
        return "projection:\(P.name):\(hash.value)"
    }

    private func keepIfDue(since begin: Timestamp?) async {
        guard let snapshots, let begin else { return }
        let now = snapshots.now
        let (state, event, events) = fold.withLock { ($0.state, $0.isWhole ? $0.last : nil, $0.events) }
        guard let event else { return }
        let isDue = snapshotted.withLock { last in
            last.cost += now.elapsed(since: begin)
            last.events = min(last.events, events)
            let facts = Snapshots.Facts(
                events: events - last.events, age: last.time.map { now.elapsed(since: $0) }, cost: last.cost)
            guard snapshots.settings.rule.holds(for: facts) else { return false }
            last = Snapshotted(events: events, time: now)
            return true
        }
        // The place of the last event, not the checkpoint: between the two, a log that was restored has other events.
        if isDue { await snapshots.keep(state, snapshotName, after: EventMark(position: event.position, version: .none, sum: event.sum)) }
    }

    private func fetch(_ selection: Selection, after position: Position) async -> Result<Fetched, FlxError> {
        do throws(FlxError) {
            let page = try await store.read(selection, .forward(after: position), limit: pageSize)
            return .success(Fetched(after: position, page: page))
        } catch {
            return .failure(error)
        }
    }

    private func save() async throws(FlxError) {
        let (state, position) = fold.withLock { ($0.state, $0.unsaved) }
        guard let position else { return }
        do {
            try await saveState?(state, position)
        } catch {
            throw FlxError(
                .handlerFailed, "projection '\(P.name)': saving the state at position \(position) failed", cause: error
            ).from(.user)
        }
        try await checkpoints?.setCheckpoint(P.checkpointName, to: position)
        fold.withLock { $0.didSave(position) }
    }
}
