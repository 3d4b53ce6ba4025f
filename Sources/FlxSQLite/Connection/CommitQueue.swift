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
        /// The bytes that it brings.
        let bytes: Int
        /// Does it, and returns how to tell its caller. What is refused changes nothing, or spoils the log. It may be done again, when the
        /// transaction is lost to another request.
        let perform: @Sendable (inout Log, Timestamp) throws(FlxError) -> @Sendable () -> Void
        /// Tells the caller that it failed.
        let fail: @Sendable (FlxError) -> Void
    }

    /// What the caller of ``add(_:_:)`` has to do.
    enum Action {
        /// Nothing: the writer is on its way.
        case none
        /// Set the writer to work.
        case wake
        /// Answer that the store is closed.
        case refuse
    }

    /// How many transactions that could not begin a request waits for.
    private static let patience = 100

    private struct Place {
        let request: Request
        /// The number of transactions that could not begin before it came.
        let since: Int
    }

    private var line = WaitingLine<Place>()
    /// Those of a transaction that was lost to another request: they make up the next one by themselves.
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

    /// Takes back a request that no transaction has taken yet.
    mutating func leave(_ ticket: UInt64) -> Request? {
        line.leave(ticket)?.request
    }

    /// Whether there is work for another transaction; without, the next request has to wake the writer.
    mutating func hasWork() -> Bool {
        isReplay = !returned.isEmpty
        isDraining = isReplay || !line.isEmpty
        return isDraining
    }

    /// The next request, for a transaction that is open.
    mutating func take() -> Request? {
        guard isReplay else { return line.popFirst()?.request }
        return returned.isEmpty ? nil : returned.removeFirst().request
    }

    /// Takes requests back whose transaction was lost to another one. They come before those that such a transaction has not taken yet.
    mutating func giveBack(_ requests: [Request]) {
        returned = requests.map { Place(request: $0, since: missed) } + returned
    }

    /// Counts a transaction that could not begin, since another program holds the file.
    /// - Returns: Those who have waited long enough; all when the store is to end.
    mutating func missTurn() -> [Request] {
        missed += 1
        var late: [Request] = []
        while let place = returned.first ?? line.first, isClosed || missed - place.since >= Self.patience {
            if returned.isEmpty { _ = line.popFirst() } else { returned.removeFirst() }
            late.append(place.request)
        }
        return late
    }

    /// Whether nothing more is taken.
    var isEnding: Bool { isClosed }

    /// Refuses all that come from now on.
    mutating func close() {
        isClosed = true
    }
}
