/// A projection, its checkpoint and what was saved of both: everything about a run that is no input or output.
struct ProjectionFold<P: Projection> {
    private let initial: P
    private(set) var state: P
    /// Every selected event up to here is in the state.
    private(set) var checkpoint = Position.start
    /// The checkpoint as the outside knows it; nil when it knows none, or a wrong one.
    private(set) var saved: Position?
    private(set) var events: Int64 = 0
    private(set) var handled: Int64 = 0
    /// The last event that is in the state; nil if there is none, or it is not known.
    private(set) var last: EventMark?
    /// True if every selected event from the first one to the checkpoint is in the state.
    private(set) var isWhole = true
    private(set) var isRunning = false
    /// True if the saved checkpoint was not read yet.
    private(set) var awaitsCheckpoint: Bool
    private var resets = 0
    /// From where the state looks back, when the last replay did.
    private var lookBack: ReplayEnd?

    init(_ projection: P, resuming: Bool) {
        initial = projection
        state = projection
        awaitsCheckpoint = resuming
        saved = resuming ? nil : .start
    }

    /// Claims the only run that may be at a time.
    mutating func begin() -> Bool {
        defer { isRunning = true }
        return !isRunning
    }

    mutating func end() {
        isRunning = false
    }

    /// Takes over the checkpoint that was saved by an earlier process.
    mutating func resume(at position: Position?) {
        guard awaitsCheckpoint else { return }
        awaitsCheckpoint = false
        checkpoint = position ?? .start
        saved = checkpoint
    }

    /// Takes over a state that was kept, after an event.
    mutating func restore(_ kept: P, after event: EventMark) {
        guard awaitsCheckpoint else { return }
        resume(at: event.position)
        (state, last) = (kept, event)
    }

    /// Begins again with the initial state, after a position.
    mutating func reset(to position: Position = .start) {
        state = initial
        resets += 1
        checkpoint = position
        (events, handled) = (0, 0)
        (last, isWhole) = (nil, position == .start)
        awaitsCheckpoint = false
    }

    /// Sets from where the run looks back; a state that was made with another end cannot go on.
    /// - Returns: True if the state begins again therefore.
    @discardableResult
    mutating func look(back end: ReplayEnd?) -> Bool {
        defer { lookBack = end }
        guard lookBack != end, checkpoint > .start else { return false }
        reset()
        return true
    }

    /// A page that is being applied.
    struct PageFold {
        fileprivate let page: Page
        fileprivate let end: ReplayEnd
        /// The number of resets before it.
        fileprivate let resets: Int
        fileprivate let former: EventMark?
        fileprivate var next = 0
        fileprivate var newest: Int?
        /// What stood before the first split event of the page.
        fileprivate var beforeSplits: ProjectionFold?
    }

    /// Begins with a page that was read after a position, up to an end.
    /// - Returns: Nil when the page is out of date, because a reset came between.
    mutating func begin(_ page: Page, after position: Position, upTo end: ReplayEnd) -> PageFold? {
        guard position == checkpoint else { return nil }
        defer { last = nil } // It is not known while events are being applied, and after an error.
        return PageFold(page: page, end: end, resets: resets, former: last)
    }

    /// Applies the next events of a page.
    ///
    /// The parts of a split event share a position. They are applied all or none: where one that is not the first fails, what stood
    /// before the first split of the page is taken up again, and the events up to the failed one are applied to that.
    /// - Parameter isAwaited: Asked after each position. If it returns true, the rest of the page is left for the next call.
    /// - Returns: False when there are no more events, or the page is out of date.
    mutating func apply(_ fold: inout PageFold, until isAwaited: () -> Bool) throws(FlxError) -> Bool {
        guard fold.resets == resets else { return false }
        let (events, end) = (fold.page.events, fold.end)
        var (next, newest) = (fold.next, fold.newest)
        defer { (fold.next, fold.newest) = (next, newest) }
        while next < events.count {
            let recorded = events[next]
            let isSplit = next + 1 < events.count && events[next + 1].position == recorded.position
            if isSplit, fold.beforeSplits == nil { fold.beforeSplits = self }
            if end.includes(recorded) {
                do throws(FlxError) {
                    try apply(recorded)
                } catch {
                    try takeUp(fold, before: recorded)
                    throw error
                }
                newest = next
            }
            next += 1
            if !isSplit, isAwaited() { return true }
        }
        return false
    }

    /// Takes away the parts of a split event, one of which failed.
    private mutating func takeUp(_ fold: PageFold, before failed: RecordedEvent) throws(FlxError) {
        guard let beforeSplits = fold.beforeSplits, checkpoint == failed.position else { return }
        self = beforeSplits
        let good = fold.page.events.filter { $0.position > beforeSplits.checkpoint && $0.position < failed.position }
        for recorded in good where fold.end.includes(recorded) { try apply(recorded) }
    }

    /// Ends with a page.
    /// - Returns: False when the page is out of date, because a reset came between.
    mutating func finish(_ fold: PageFold) -> Bool {
        guard fold.resets == resets else { return false }
        last = fold.newest.map { EventMark(fold.page.events[$0]) } ?? fold.former
        checkpoint = max(checkpoint, min(fold.page.through, fold.end.bound))
        return true
    }

    private mutating func apply(_ recorded: RecordedEvent) throws(FlxError) {
        do {
            if try state.apply(recorded) { handled += 1 }
        } catch {
            throw Self.failure(error, at: recorded)
        }
        events += 1
        checkpoint = recorded.position
    }

    /// The position to save as the checkpoint; nil if it is saved already.
    var unsaved: Position? { saved == checkpoint ? nil : checkpoint }

    mutating func didSave(_ position: Position) {
        saved = position
    }

    func progress(end: Position) -> ProjectionProgress {
        ProjectionProgress(checkpoint: checkpoint, end: end, events: events, handled: handled)
    }

    private static func failure(_ error: any Error, at recorded: RecordedEvent) -> FlxError {
        let place = "projection '\(P.name)': event \(recorded.id) of type '\(recorded.event.type)' at position \(recorded.position)"
        let known = error as? FlxError
        return FlxError(
            known?.code ?? .handlerFailed, "\(place): \(known?.message ?? String(describing: error))",
            at: known?.location, cause: known?.cause ?? (known == nil ? error : nil)
        ).from(.user)
    }
}
