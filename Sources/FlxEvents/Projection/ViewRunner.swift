public import FlxCore
public import Logging
import Synchronization

/// Brings a view up to the end of the log, or rebuilds it beside the one that is read.
///
/// ```swift
/// let generation = try await ViewRunner(OpenOrders(), in: store).catchUp()
/// ```
///
/// A service keeps its views current by ``Subscription/init(view:onFailure:pageSize:)-(DocumentView,_,_)``, which does the same for as long
/// as it runs.
///
/// Events come in pages of which each is one transaction: the view changes by each event exactly once, wherever the process ends. Where
/// the view has a smaller version than the code, the runner rebuilds it first, while the former build answers. Everything may be called
/// from any task; of two runners on one view each step is made by one of them.
public final class ViewRunner: Sendable {
    /// The kinds of work of a runner; it does one at a time.
    enum Work { case following, rebuilding }
    /// Puts an event aside that cannot be applied or read, with the reason, if the generation still stands before it. The view goes on
    /// without it.
    typealias Aside = @Sendable (RecordedEvent, String, ViewGeneration) async throws(FlxError) -> Void

    let view: any StoredView
    let clock: EventClock
    let sleep: any Clock<Duration>
    let pageSize: Int
    let logger: Logger
    /// Nil for a view that stops before such an event.
    let aside: Aside?
    private let state = Mutex<Set<Work>>([])
    /// The number of events that were put aside, one after the other, because they could not be applied.
    private let stretch = Atomic(0)

    /// Joins a view and how it is run.
    /// - Parameters:
    ///   - view: The view in its store.
    ///   - pageSize: At most so many events in a transaction, from 1.
    ///   - clock: What the remaining time of a rebuild is reckoned by.
    ///   - sleep: What pauses and the limits of waiting are measured by.
    ///   - logger: Where errors that are tried again, and long waits for another runner, are told of.
    public convenience init(
        _ view: any StoredView, pageSize: Int = 1_000, clock: EventClock = .system, sleep: any Clock<Duration> = ContinuousClock(),
        logger: Logger = Logger(label: "flx.views")
    ) {
        self.init(view, pageSize, clock, sleep, logger, aside: nil)
    }

    init(
        _ view: any StoredView, _ pageSize: Int, _ clock: EventClock, _ sleep: any Clock<Duration>, _ logger: Logger, aside: Aside?
    ) {
        self.view = view
        self.pageSize = max(1, pageSize)
        self.clock = clock
        self.sleep = sleep
        self.logger = logger
        self.aside = aside
    }

    /// Runs a view of documents.
    public convenience init(
        _ view: some DocumentView, in store: any StateStore, pageSize: Int = 1_000,
        clock: EventClock = .system, sleep: any Clock<Duration> = ContinuousClock(), logger: Logger = Logger(label: "flx.views")
    ) {
        self.init(StoredDocuments(view, in: store), pageSize: pageSize, clock: clock, sleep: sleep, logger: logger)
    }

    /// Applies what the log has now, after a rebuild where the view has a smaller version.
    /// - Returns: The view after it.
    /// - Throws: An error that names view and event where one cannot be applied; ``FlxError/Code/viewReplaced`` when a greater version
    ///   has taken over; ``FlxError/Code/alreadyRunning``; what reading and committing throw; ``FlxError/Code/cancelled``.
    @discardableResult
    public func catchUp(progress: @Sendable (ViewProgress) -> Void = { _ in }) async throws(FlxError) -> ViewGeneration {
        try claim(.following)
        defer { release(.following) }
        return try await advanceToEnd(progress)
    }

    // MARK: Running

    func claim(_ work: Work) throws(FlxError) {
        guard state.withLock({ $0.insert(work).inserted }) else {
            throw FlxError(.alreadyRunning, "view '\(view.name)': this runner is at work; end that run first, or make another runner")
        }
    }

    func release(_ work: Work) {
        _ = state.withLock { $0.remove(work) }
    }

    private func advanceToEnd(_ progress: @Sendable (ViewProgress) -> Void) async throws(FlxError) -> ViewGeneration {
        var (waits, furthest) = (0, Position.start)
        while true {
            do throws(FlxError) {
                let generation = try await current(progress)
                if generation.checkpoint > furthest { (waits, furthest) = (0, generation.checkpoint) }
                let last = try await view.store.lastPosition()
                return try await advance(generation, to: nil, last: last, progress)
            } catch {
                // Another runner was faster, the view is held for a switch, or another build took its place or is about to.
                guard error.origin == .rival else { throw error }
                waits += 1
                try await pause(waits, for: error)
            }
        }
    }

    /// The generation to feed.
    func current(_ progress: @Sendable (ViewProgress) -> Void) async throws(FlxError) -> ViewGeneration {
        let all = try await view.store.generations(of: view.name)
        guard let current = all.first(where: { $0.role == .current }) else { return try await first(after: all) }
        guard current.version <= view.version else {
            throw FlxError(
                .viewReplaced, "view '\(view.name)': version \(current.version) took over from version \(view.version); end this runner")
        }
        guard current.version < view.version else { return current }
        do throws(FlxError) {
            try await rebuild(progress: progress)
        } catch {
            // It is being rebuilt by another call of this runner.
            throw error.code == .alreadyRunning && error.origin == nil ? error.from(.rival) : error
        }
        return try await self.current(progress)
    }

    /// Begins the first generation of a view; builds that were left over beside nothing are dropped.
    func first(after leftovers: [ViewGeneration]) async throws(FlxError) -> ViewGeneration {
        for generation in leftovers { try await view.store.dropBuild(generation.id) }
        let begun = try await view.begin()
        guard begun.role == .current else {
            try await view.store.dropBuild(begun.id)
            throw FlxError(.viewConflict, "view '\(view.name)': another runner has just begun it; try again").from(.rival)
        }
        return begun
    }

    /// Applies pages after the checkpoint: up to a position and no further, or to the end of the log.
    func advance(
        _ start: ViewGeneration, to bound: Position?, last: Position, _ progress: @Sendable (ViewProgress) -> Void
    ) async throws(FlxError) -> ViewGeneration {
        var (generation, meter) = (start, ViewMeter(from: start.checkpoint, at: clock.now()))
        var next: Result<TolerantPage, FlxError>?
        while bound.map({ generation.checkpoint < $0 }) ?? true {
            guard !Task.isCancelled else { throw FlxError(.cancelled, "view '\(view.name)': the run was cancelled") }
            let found: TolerantPage
            if let next { found = try next.get() } else { found = try await read(after: generation.checkpoint).get() }
            let page = found.page
            let through = min(page.through, bound ?? .end)
            let isEnd = page.isLast || through == bound
            async let following: Result<TolerantPage, FlxError>? = isEnd ? nil : read(after: page.through)
            let events = page.through <= through ? page.events : page.events.filter { $0.position <= through }
            if through > generation.checkpoint {
                // A slice of the whole page would be a copy.
                generation = if let aside {
                    try await project(events[...], found.faults, to: generation, through: through, aside)
                } else {
                    try await view.project(events, to: generation, through: through)
                }
                progress(meter.progress(generation, target: bound ?? last, at: clock.now()))
            }
            next = await following
            guard isEnd else { continue }
            // A page that ends the log tells nothing of positions without events beyond it.
            if let bound, generation.checkpoint < bound { generation = try await view.project([], to: generation, through: bound) }
            break
        }
        return generation
    }

    /// Applies events; one that cannot be applied is put aside.
    private func project(
        _ events: ArraySlice<RecordedEvent>, _ faults: [Position: String], to start: ViewGeneration, through: Position,
        _ aside: Aside
    ) async throws(FlxError) -> ViewGeneration {
        var (generation, rest, faults) = (start, events, faults)
        while true {
            let good = rest.prefix { faults[$0.position] == nil }
            let bad = good.endIndex < rest.endIndex ? rest[good.endIndex] : nil
            let end = bad.map { Position(unchecked: $0.position.value - 1) } ?? through
            do throws(FlxError) {
                if end > generation.checkpoint { generation = try await view.project(Array(good), to: generation, through: end) }
                if !good.isEmpty { stretch.store(0, ordering: .relaxed) }
            } catch {
                // The error says which event it was: by now another runner may have made further steps.
                guard error.origin == .user, let failed = error.position else { throw error }
                let all = try await view.store.generations(of: view.name)
                guard let now = all.first(where: { $0.id == generation.id }) else { throw ViewRefusal.noGeneration(generation.id) }
                generation = now
                faults[failed] = error.message
                rest = rest.drop { $0.position <= now.checkpoint }
                if let first = good.first, now.checkpoint >= first.position { stretch.store(0, ordering: .relaxed) }
                try await slowDown(after: error)
                continue
            }
            guard let bad else { return generation }
            try await aside(bad, faults[bad.position] ?? "", generation)
            rest = rest.drop { $0.position <= bad.position }
            if rest.isEmpty { return try await view.project([], to: generation, through: through) }
        }
    }

    /// Waits before one more event is put aside when many were, so that a fold that can apply nothing does not put the whole log aside.
    private func slowDown(after error: FlxError) async throws(FlxError) {
        let policy = SubscriptionPolicy.standard
        guard stretch.add(1, ordering: .relaxed).newValue >= policy.breakerThreshold else { return }
        logger.warning("one event after another cannot be applied", metadata: ["view": "\(view.name)", "error": "\(error)"])
        do {
            try await sleep.pause(for: policy.breakerPause)
        } catch {
            throw FlxError(.cancelled, "view '\(view.name)': the run was cancelled", cause: error)
        }
    }

    private func read(after position: Position) async -> Result<TolerantPage, FlxError> {
        do throws(FlxError) {
            let direction = ReadDirection.forward(after: position)
            return .success(
                aside == nil
                    ? TolerantPage(page: try await view.store.read(view.selection, direction, limit: pageSize))
                    : try await view.store.tolerantPage(view.selection, direction, limit: pageSize))
        } catch {
            return .failure(error)
        }
    }

    /// Waits for another runner, longer each time.
    func pause(_ number: Int, for reason: FlxError) async throws(FlxError) {
        let pauses = RetryPolicy.exponential(from: .milliseconds(5), to: .milliseconds(500), attempts: .max)
        // After a second, and then each minute.
        if number % 120 == 9 { logger.notice("waiting", metadata: ["view": "\(view.name)", "reason": "\(reason.message)"]) }
        do {
            try await sleep.pause(for: pauses.pause(after: number) ?? .zero)
        } catch {
            throw FlxError(.cancelled, "view '\(view.name)': the run was cancelled", cause: error)
        }
    }
}

extension FlxError.Code {
    /// A greater version of the view has taken over.
    public static let viewReplaced = Self("viewReplaced")
    /// A rebuilt view is not what the former one was.
    public static let viewDiffers = Self("viewDiffers")
}
