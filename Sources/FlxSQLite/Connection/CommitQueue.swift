import FlxCore

/// The requests waiting for the writer, in order of arrival.
struct CommitQueue {
    /// One caller's work, with a way to answer.
    enum Request {
        case append(PreparedAppend, CheckedContinuation<Result<AppendResult, FlxError>, Never>)
        case work(Work)
    }

    /// Work of another kind, performed in the transaction and reported after the commit.
    struct Work: Sendable {
        /// The size of the work in bytes.
        let bytes: Int
        /// Performs the work, and returns a closure for reporting the result. If it fails, it must change nothing or
        /// spoil the log. It may run again if another request loses the transaction.
        let perform: @Sendable (inout Log, Timestamp) throws(FlxError) -> @Sendable () -> Void
        /// Reports a failure to the caller.
        let fail: @Sendable (FlxError) -> Void
    }

    /// The next step of the caller of ``add(_:_:)``.
    enum Action {
        /// None: the writer is already awake.
        case none
        /// Wake the writer.
        case wake
        /// Fail the request, as the store is closed.
        case refuse
    }

    /// The number of failed attempts to begin a transaction before a waiting request fails.
    private static let patience = 100

    private struct Place {
        let request: Request
        /// The number of failed attempts before the request arrived.
        let since: Int
    }

    private var line = WaitingLine<Place>()
    /// The requests of a transaction lost to another request. The next transaction consists of them alone.
    private var returned: [Place] = []
    private var missed = 0
    private var isReplay = false
    private var isDraining = false
    private var isClosed = false

    mutating func add(_ request: Request, _ ticket: UInt64) -> Action {
        guard !isClosed else { return .refuse }
        line.add(Place(request: request, since: missed), ticket)
        defer { isDraining = true }
        return isDraining ? .none : .wake
    }

    /// Removes and returns a request not yet taken by a transaction.
    mutating func leave(_ ticket: UInt64) -> Request? {
        line.leave(ticket)?.request
    }

    /// Returns true if there is work for another transaction. If not, the next request must wake the writer.
    mutating func hasWork() -> Bool {
        isReplay = !returned.isEmpty
        isDraining = isReplay || !line.isEmpty
        return isDraining
    }

    /// Removes and returns the next request for the open transaction.
    mutating func take() -> Request? {
        guard isReplay else { return line.popFirst()?.request }
        return returned.isEmpty ? nil : returned.removeFirst().request
    }

    /// Removes and returns all requests.
    mutating func takeAll() -> [Request] {
        defer { (returned, line) = ([], WaitingLine()) }
        return returned.map(\.request) + line.all.map(\.request)
    }

    /// Puts requests back after another request lost their transaction. They come before returned requests not yet
    /// taken.
    mutating func giveBack(_ requests: [Request]) {
        returned = requests.map { Place(request: $0, since: missed) } + returned
    }

    /// Counts a transaction that could not begin because another program holds the file.
    /// - Returns: The requests that have waited long enough; all requests if the queue is closed.
    mutating func missTurn() -> [Request] {
        missed += 1
        var late: [Request] = []
        while let place = returned.first ?? line.first, isClosed || missed - place.since >= Self.patience {
            if returned.isEmpty { _ = line.popFirst() } else { returned.removeFirst() }
            late.append(place.request)
        }
        return late
    }

    /// True if the queue is closed.
    var isEnding: Bool { isClosed }

    /// Refuses all further requests.
    mutating func close() {
        isClosed = true
    }
}
