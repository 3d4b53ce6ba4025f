import DequeModule

/// The order of turns for the calls of one handler: a pure state machine that selects the next one.
///
/// A publisher waits if all turns are taken. A publisher that is itself inside a handler never waits for a turn: two handlers that publish
/// to each other would then wait for ever. Its call is deferred: the next caller to end a turn makes it.
struct Lane<Waiter, Job> {
    /// The next step of an arriving call.
    enum Entry {
        /// The turn is taken: run now.
        case run
        /// Wait until the turn is handed over.
        case wait
        /// The call was put aside and will be made by another.
        case deferred
        /// Too many calls are put aside.
        case full
    }

    /// The consequence of the end of a turn.
    enum Exit {
        /// The turn is free.
        case free
        /// The turn passes to this waiter.
        case handOver(Waiter)
        /// Go on with this call in the same turn.
        case run(Job)
    }

    private enum Queued {
        case waiter(Waiter)
        case job(Job)
    }

    /// The maximum number of deferred calls.
    static var maximumDeferred: Int { 1024 }

    private let limit: Int
    private var running = 0
    private var deferred = 0
    private var queue = Deque<Queued>()

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes a turn if one is free and nobody waits.
    mutating func tryEnter() -> Bool {
        guard running < limit, queue.isEmpty else { return false }
        running += 1
        return true
    }

    /// A call from outside of every handler, after it found no free turn: takes one after all, or waits.
    mutating func enter(_ waiter: Waiter) -> Entry {
        if tryEnter() { return .run }
        queue.append(.waiter(waiter))
        return .wait
    }

    /// A call from inside a handler, after it found no free turn: takes one after all, or is deferred.
    mutating func enter(deferring job: Job) -> Entry {
        if tryEnter() { return .run }
        guard deferred < Self.maximumDeferred else { return .full }
        deferred += 1
        queue.append(.job(job))
        return .deferred
    }

    /// A turn has ended.
    mutating func leave() -> Exit {
        switch queue.popFirst() {
        case nil:
            running -= 1
            return .free
        case .waiter(let waiter):
            return .handOver(waiter)
        case .job(let job):
            deferred -= 1
            return .run(job)
        }
    }
}
