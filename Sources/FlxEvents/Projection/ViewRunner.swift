public import FlxCore
public import Logging
import Synchronization

/// Feeds a view from the log of its store, rebuilds it beside the one that is read, and tells when it shows what was written.
///
/// ```swift
/// let orders = ViewRunner(OpenOrders(), in: store)
/// try await orders.follow()
/// ```
///
/// Catching up and following live are one path, in pages of which each is one transaction: the view changes by each event exactly once,
/// wherever the process ends. Where the view has a smaller version than the code, the runner rebuilds it first, while the former build
/// answers. Everything may be called from any task; of two runners on one view each step is made by one of them.
///
/// The runner is a `Service`: a `ServiceGroup` can run it beside the rest of a program.
public final class ViewRunner: Sendable {
    /// The kinds of work of a runner; it does one at a time.
    enum Work { case following, rebuilding }

    let view: any StoredView
    let clock: EventClock
    let sleep: any Clock<Duration>
    let pageSize: Int
    let logger: Logger
    private let state = Mutex<Set<Work>>([])
    private let bell = Doorbell()

    /// Joins a view and how it is run.
    /// - Parameters:
    ///   - view: The view in its store.
    ///   - pageSize: At most so many events in a transaction, from 1.
    ///   - clock: What the remaining time of a rebuild is reckoned by.
    ///   - sleep: What pauses and the limits of waiting are measured by.
    ///   - logger: Where errors that are tried again, and long waits for another runner, are told of.
    public init(
        _ view: any StoredView, pageSize: Int = 1_000, clock: EventClock = .system, sleep: any Clock<Duration> = ContinuousClock(),
        logger: Logger = Logger(label: "flx.views")
    ) {
        self.view = view
        self.pageSize = max(1, pageSize)
        self.clock = clock
        self.sleep = sleep
        self.logger = logger
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

    /// Catches up and then applies events as they come, until the task is cancelled; then it returns.
    ///
    /// An error of the store is logged and tried again, after pauses that grow to 30 seconds.
    /// - Throws: An error that names view and event where one cannot be read or applied; ``FlxError/Code/viewReplaced`` when a greater
    ///   version has taken over; ``FlxError/Code/alreadyRunning``; ``FlxError/Code/closed`` when the store closes, and refusals of values,
    ///   which no further attempt can mend.
    public func follow(progress: @Sendable (ViewProgress) -> Void = { _ in }) async throws(FlxError) {
        try claim(.following)
        defer { release(.following) }
        let (persistence, name) = (Persistence(clock: sleep, logger: logger), "view '\(view.name)'")
        do {
            while true {
                let generation = try await persistence.following(name) { () async throws(FlxError) in
                    try await self.advanceToEnd(progress)
                }
                try await persistence.following(name) { () async throws(FlxError) in
                    try await self.view.store.wait(after: generation.checkpoint)
                }
            }
        } catch {
            guard error.code == .cancelled, Task.isCancelled else { throw error }
        }
    }

    /// Waits until this runner has brought the view to what a receipt stands for: a reader then sees its own writes.
    /// - Parameter limit: How long to wait.
    /// - Throws: ``FlxError/Code/deadlineExceeded`` when the view is not there in time; ``FlxError/Code/cancelled``.
    public func caughtUp(to receipt: some Receipt, within limit: Duration) async throws(FlxError) {
        if let position = receipt.position { try await caughtUp(to: position, within: limit) }
    }

    /// Waits until this runner has brought the view to a position.
    /// - Throws: As ``caughtUp(to:within:)`` with a receipt does.
    public func caughtUp(to position: Position, within limit: Duration) async throws(FlxError) {
        try await bell.wait(through: position, within: limit, clock: sleep, for: "view '\(view.name)'")
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
                // The view may have been dropped and begun anew.
                if generation.checkpoint < bell.last { bell.reset(to: generation.checkpoint) }
                bell.ring(through: generation.checkpoint)
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
    private func current(_ progress: @Sendable (ViewProgress) -> Void) async throws(FlxError) -> ViewGeneration {
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
        var next: Result<Page, FlxError>?
        while bound.map({ generation.checkpoint < $0 }) ?? true {
            guard !Task.isCancelled else { throw FlxError(.cancelled, "view '\(view.name)': the run was cancelled") }
            let page: Page
            if let next { page = try next.get() } else { page = try await read(after: generation.checkpoint).get() }
            let through = min(page.through, bound ?? .end)
            let isEnd = page.isLast || through == bound
            async let following: Result<Page, FlxError>? = isEnd ? nil : read(after: page.through)
            let events = page.through <= through ? page.events : page.events.filter { $0.position <= through }
            if through > generation.checkpoint {
                generation = try await view.project(events, to: generation, through: through)
                if generation.role == .current { bell.ring(through: generation.checkpoint) }
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

    private func read(after position: Position) async -> Result<Page, FlxError> {
        do throws(FlxError) {
            return .success(try await view.store.read(view.selection, .forward(after: position), limit: pageSize))
        } catch {
            return .failure(error)
        }
    }

    /// Waits for another runner, longer each time.
    private func pause(_ number: Int, for reason: FlxError) async throws(FlxError) {
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
