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
        checkpoint = position
        (events, handled) = (0, 0)
        (last, isWhole) = (nil, position == .start)
        awaitsCheckpoint = false
    }

    /// Sets from where the run looks back; a state that was made with another end cannot go on.
    mutating func look(back end: ReplayEnd?) {
        if lookBack != end, checkpoint > .start { reset() }
        lookBack = end
    }

    /// Applies a page that was read after a position, up to an end.
    ///
    /// The parts of a split event share a position. They are applied all or none: where one that is not the first fails, what stood
    /// before the first split of the page is taken up again, and the events up to the failed one are applied to that.
    /// - Returns: False when the page is out of date, because a reset came between; nothing is changed then.
    mutating func apply(_ page: Page, after position: Position, upTo end: ReplayEnd) throws(FlxError) -> Bool {
        guard position == checkpoint else { return false }
        let events = page.events
        let former = last
        var (beforeSplits, newest): (ProjectionFold?, Int?)
        // It is not known while events are being applied, and after an error.
        last = nil
        for (index, recorded) in events.enumerated() where end.includes(recorded) {
            if beforeSplits == nil, index + 1 < events.count, events[index + 1].position == recorded.position { beforeSplits = self }
            do throws(FlxError) {
                try apply(recorded)
                newest = index
            } catch {
                guard let beforeSplits, checkpoint == recorded.position else { throw error }
                self = beforeSplits
                let good = events.filter { $0.position > beforeSplits.checkpoint && $0.position < recorded.position }
                for recorded in good where end.includes(recorded) { try apply(recorded) }
                throw error
            }
        }
        last = newest.map { EventMark(events[$0]) } ?? former
        checkpoint = max(checkpoint, min(page.through, end.bound))
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
