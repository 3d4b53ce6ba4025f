import Synchronization

/// A store in the memory of one process; it ends with the process. In all else it behaves like the durable stores.
///
/// It is the store for tests and first steps: `.memory()` becomes `.sqlite(path)` without another change.
public final class MemoryEventStore: EventStore {
    struct State {
        var log = MemoryLog()
        var table = StateTable()
        /// The last revision given to a record.
        var revision: Int64 = 0
        var isClosed = false
    }

    /// The number of events examined in one step of a read; appends can run between the steps.
    private static let readStep = 4096

    let limits: StoreLimits
    let clock: EventClock
    let doorbell = Doorbell()
    private let state = Mutex(State())

    /// Creates an empty store.
    /// - Parameters:
    ///   - limits: The limits of one call.
    ///   - clock: The clock for the time of recording.
    public init(limits: StoreLimits = .standard, clock: EventClock = .system) {
        self.limits = limits
        self.clock = clock
    }

    /// See ``EventStore/append(_:unless:)``.
    public func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        guard !Task.isCancelled else { throw FlxError(.cancelled, "append: the task was cancelled; nothing was kept") }
        try limits.check(writes, unless: boundary)
        let (result, last) = try withOpenState { state throws(FlxError) in
            (try state.log.append(writes, unless: boundary, at: clock.now()), state.log.lastPosition)
        }
        doorbell.ring(through: last)
        return result
    }

    /// See ``EventStore/read(_:_:limit:)``.
    public func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        guard limit >= 1 else { throw FlxError(.invalidValue, "read: the limit is \(limit), it must be 1 or more") }
        let count = try withOpenState { $0.log.events.count }
        var scan = MemoryLog.Scan(selection, direction, limit: limit, pageBytes: limits.pageBytes, count: count)
        var isDone = false
        while !isDone {
            (scan, isDone) = try withOpenState { [scan] state in
                var scan = scan
                let isDone = state.log.advance(&scan, budget: Self.readStep)
                return (scan, isDone)
            }
        }
        return scan.page(direction)
    }

    /// See ``EventStore/wait(after:)``.
    public func wait(after position: Position) async throws(FlxError) {
        try await doorbell.wait(after: position)
    }

    /// See ``EventStore/lastPosition()``.
    public func lastPosition() async throws(FlxError) -> Position {
        try withOpenState { $0.log.lastPosition }
    }

    /// Ends the store and forgets its events.
    public func close() async {
        state.withLock { $0 = State(isClosed: true) }
        doorbell.close()
    }

    /// Does something with the state of an open store.
    func withOpenState<Result: Sendable>(_ body: (inout State) throws(FlxError) -> Result) throws(FlxError) -> Result {
        try state.withLock { state throws(FlxError) in
            guard !state.isClosed else { throw FlxError(.closed, "the memory store is closed") }
            return try body(&state)
        }
    }
}

extension EventStore where Self == MemoryEventStore {
    /// A store in memory, for tests and first steps.
    public static func memory(limits: StoreLimits = .standard, clock: EventClock = .system) -> MemoryEventStore {
        MemoryEventStore(limits: limits, clock: clock)
    }
}
