import DequeModule
import FlxCore

/// What callers wait for at the writer, in the order in which they came.
struct CommitQueue {
    /// One caller's work, with the way to answer.
    enum Request {
        case append(PreparedAppend, CheckedContinuation<Result<AppendResult, FlxError>, Never>)
        case checkpoint(String, Position?, CheckedContinuation<FlxError?, Never>)
        case work(Work)
    }

    /// Work of another kind: done within the transaction, told once that is committed.
    struct Work: Sendable {
        /// Does it, and returns how to tell its caller. What is refused changes nothing, or spoils the log.
        let perform: @Sendable (inout Log, Timestamp) throws(FlxError) -> @Sendable () -> Void
        /// Tells the caller that it failed.
        let fail: @Sendable (FlxError) -> Void
    }

    /// What the caller of ``add(_:)`` has to do.
    enum Action {
        /// Nothing: the writer is on its way.
        case none
        /// Set the writer to work.
        case wake
        /// Answer that the store is closed.
        case refuse
    }

    private var requests: Deque<Request> = []
    private var isDraining = false
    private var isClosed = false

    mutating func add(_ request: Request) -> Action {
        guard !isClosed else { return .refuse }
        requests.append(request)
        defer { isDraining = true }
        return isDraining ? .none : .wake
    }

    /// The next request, for a transaction that is open already.
    mutating func takeMore() -> Request? {
        requests.popFirst()
    }

    /// The next request, for a new transaction; with nil, the next one that comes has to wake the writer.
    mutating func takeFirst() -> Request? {
        let request = requests.popFirst()
        isDraining = request != nil
        return request
    }

    /// Refuses all that come from now on.
    mutating func close() {
        isClosed = true
    }
}
