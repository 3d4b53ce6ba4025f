import FlxCore
import GRDB
import Synchronization

/// The one connection that writes and checkpoints.
///
/// Callers queue up; whoever finds the writer idle wakes it. It takes what is there into one transaction, and what comes while it
/// records joins it: so many callers share one flush of the disk, and one alone waits for no other.
final class Writer: Sendable {
    /// The most requests in one transaction, and the most events after which no further request joins.
    private static let (mostRequests, mostEvents) = (1_024, 10_000)

    private let database: DatabaseQueue
    private let lock: StoreLock
    private let clock: EventClock
    private let doorbell: Doorbell
    private let queue = Mutex(CommitQueue())
    /// Used on the queue of the database only, so that the lock is never waited for. Nil once closed.
    private let state: Mutex<State?>

    private struct State {
        var log: Log
        var checkpointer: Checkpointer
    }

    /// Takes over a connection to a store of the current format.
    init(
        _ database: DatabaseQueue, _ handle: Handle, _ lock: StoreLock, _ configuration: SQLiteConfiguration, _ doorbell: Doorbell,
        _ migrations: [Migration]
    ) throws(FlxError) {
        self.database = database
        self.lock = lock
        self.clock = configuration.clock
        self.doorbell = doorbell
        let log = try Log(handle, migrations: migrations)
        doorbell.ring(through: Position(unchecked: log.last))
        let logBytes = FileSystem.size(configuration.path + "-wal") ?? 0
        var checkpointer = Checkpointer(pages: configuration.checkpointPages, logBytes: logBytes)
        checkpointer.copyIfDue(handle)
        state = Mutex(State(log: log, checkpointer: checkpointer))
    }

    func append(_ prepared: PreparedAppend) async throws(FlxError) -> AppendResult {
        try await withCheckedContinuation { submit(.append(prepared, $0)) }.get()
    }

    func setCheckpoint(_ name: String, to position: Position?) async throws(FlxError) {
        let failure: FlxError? = await withCheckedContinuation { submit(.checkpoint(name, position, $0)) }
        if let failure { throw failure }
    }

    /// Does something within a transaction, which it may share with appends.
    ///
    /// The body is refused, changing nothing, or spoils the log when it fails half-way; its result comes once all is committed.
    func perform<Value: Sendable>(
        _ body: @escaping @Sendable (inout Log, Timestamp) throws(FlxError) -> Value
    ) async throws(FlxError) -> Value {
        try await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, FlxError>, Never>) in
            submit(.work(CommitQueue.Work { log, time throws(FlxError) in
                let value = try body(&log, time)
                return { continuation.resume(returning: .success(value)) }
            } fail: {
                continuation.resume(returning: .failure($0))
            }))
        }.get()
    }

    /// Lets what is queued run to its end, then closes the connection.
    func close() async {
        queue.withLock { $0.close() }
        await withCheckedContinuation { continuation in
            database.asyncWriteWithoutTransaction { [self] _ in
                state.withLock { state in
                    if let state { try? requirePlace(state) }
                    state = nil
                }
                continuation.resume()
            }
        }
        try? database.close()
    }

    private func submit(_ request: CommitQueue.Request) {
        switch queue.withLock({ $0.add(request) }) {
        case .none: break
        case .wake: database.asyncWriteWithoutTransaction { [self] _ in drain() }
        case .refuse: request.fail(SQLiteEventStore.closed)
        }
    }

    private func drain() {
        state.withLock { state in
            while let request = queue.withLock({ $0.takeFirst() }) {
                guard state != nil else { request.fail(SQLiteEventStore.closed); continue }
                commit(startingWith: request, &state!)
            }
        }
    }

    /// Refuses to write once the file has lost its name, and then brings everything that was acknowledged into the file.
    private func requirePlace(_ state: State) throws(FlxError) {
        do {
            try lock.check()
        } catch {
            state.checkpointer.empty(state.log.handle)
            throw error
        }
    }

    /// One transaction. Each request in it succeeds or is refused by itself; a failure of the medium fails them all.
    private func commit(startingWith first: CommitQueue.Request, _ state: inout State) {
        var answers: [CommitQueue.Answer] = []
        var next: CommitQueue.Request? = first
        do throws(FlxError) {
            try requirePlace(state)
            try state.log.begin()
            let start = state.log.last
            while let request = next {
                let answer = request.perform(&state.log, at: clock.now())
                answers.append(answer)
                if let failure = answer.failure, state.log.isSpoiled || !state.log.handle.isInTransaction { throw failure }
                let isFull = answers.count >= Self.mostRequests || state.log.last - start >= Self.mostEvents
                next = isFull ? nil : queue.withLock { $0.takeMore() }
            }
            try state.log.commit()
        } catch {
            state.log.rollback()
            if answers.isEmpty { first.fail(error) }
            for answer in answers { answer.request.fail(error) }
            return
        }
        doorbell.ring(through: Position(unchecked: state.log.last))
        for answer in answers { answer.give() }
        state.checkpointer.didCommit(state.log.handle)
    }
}
