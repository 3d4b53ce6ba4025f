import FlxCore
import GRDB
import GRDBSQLite
import Synchronization

/// The one connection that writes and checkpoints.
///
/// Callers queue up; whoever finds the writer idle wakes it. It takes what is there into one transaction, and what comes while it
/// records joins it: so many callers share one flush of the disk, and one alone waits for no other.
///
/// A request that loses the transaction, such as a view whose SQL rolls back, is answered with its error; the others of the transaction
/// are done again without it. While another program holds the file, each request waits for its own time, and can be cancelled.
final class Writer: Sendable {
    /// The most requests in one transaction, and the most events and bytes after which no further request joins.
    private static let (mostRequests, mostEvents, mostBytes) = (1_024, 10_000, 64 << 20)
    /// How long one try to begin waits for a lock that another program holds, in milliseconds.
    static let turn: Int32 = 50

    private let database: DatabaseQueue
    private let lock: StoreLock
    private let clock: EventClock
    private let doorbell: Doorbell
    private let queue = Mutex(CommitQueue())
    private let tickets = Atomic<UInt64>(0)
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
        sqlite3_busy_timeout(handle.pointer, Self.turn)
    }

    /// Appends, unless the task is cancelled before the append begins.
    func append(_ prepared: PreparedAppend) async throws(FlxError) -> AppendResult {
        let ticket = tickets.add(1, ordering: .relaxed).newValue
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { submit(.append(prepared, $0), ticket, isCancellable: true) }
        } onCancel: {
            cancel(ticket)
        }.get()
    }

    func setCheckpoint(_ name: String, to position: Position?) async throws(FlxError) {
        let ticket = tickets.add(1, ordering: .relaxed).newValue
        let failure: FlxError? = await withCheckedContinuation { submit(.checkpoint(name, position, $0), ticket) }
        if let failure { throw failure }
    }

    /// Does something within a transaction, which it may share with appends.
    ///
    /// The body is refused, changing nothing, or spoils the log when it fails half-way; its result comes once all is committed.
    /// - Parameters:
    ///   - bytes: What it brings.
    ///   - isCancellable: Whether it is left out when the task is cancelled before it begins.
    func perform<Value: Sendable>(
        bytes: Int = 0, isCancellable: Bool = false, _ body: @escaping @Sendable (inout Log, Timestamp) throws(FlxError) -> Value
    ) async throws(FlxError) -> Value {
        let ticket = tickets.add(1, ordering: .relaxed).newValue
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, FlxError>, Never>) in
                let work = CommitQueue.Work(bytes: bytes) { log, time throws(FlxError) in
                    let value = try body(&log, time)
                    return { continuation.resume(returning: .success(value)) }
                } fail: {
                    continuation.resume(returning: .failure($0))
                }
                submit(.work(work), ticket, isCancellable: isCancellable)
            }
        } onCancel: {
            if isCancellable { cancel(ticket) }
        }.get()
    }

    /// Lets what has begun run to its end, and what is queued unless another program holds the file; then closes the connection.
    func close() async {
        queue.withLock { $0.close() }
        await withCheckedContinuation { continuation in
            database.asyncWriteWithoutTransaction { [self] _ in
                state.withLock { state in
                    // A connection that can only read may be the last of the file, and leaves the log as it is.
                    if let state { state.checkpointer.empty(state.log.handle) }
                    state = nil
                }
                continuation.resume()
            }
        }
        try? database.close()
    }

    private func submit(_ request: CommitQueue.Request, _ ticket: UInt64, isCancellable: Bool = false) {
        switch queue.withLock({ $0.add(request, ticket) }) {
        case .none: break
        case .wake: database.asyncWriteWithoutTransaction { [self] _ in drain() }
        case .refuse: request.fail(SQLiteEventStore.closed)
        }
        // The task may have been cancelled before the request was there to be taken back.
        if isCancellable, Task.isCancelled { cancel(ticket) }
    }

    private func cancel(_ ticket: UInt64) {
        queue.withLock { $0.leave(ticket) }?.fail(FlxError(.cancelled, "append: the task was cancelled; nothing was kept"))
    }

    private func drain() {
        state.withLock { state in
            while queue.withLock({ $0.hasWork() }) {
                if state == nil {
                    queue.withLock { $0.take() }?.fail(SQLiteEventStore.closed)
                } else {
                    transact(&state!)
                }
            }
        }
    }

    /// Refuses once the file has lost its name, and then brings everything that was committed into the file.
    private func requirePlace(_ state: State, _ check: () throws(FlxError) -> Void) throws(FlxError) {
        do throws(FlxError) {
            try check()
        } catch {
            state.checkpointer.empty(state.log.handle)
            throw error
        }
    }

    /// One transaction. Each request in it succeeds or is refused by itself.
    private func transact(_ state: inout State) {
        let start: Int64
        do throws(FlxError) {
            try requirePlace(state, lock.check)
        } catch {
            // Waiting brings nothing back: all who wait are told at once.
            while let request = queue.withLock({ $0.take() }) { request.fail(error) }
            return
        }
        do throws(FlxError) {
            try state.log.begin()
            start = state.log.last
        } catch {
            state.log.rollback()
            return refuse(error)
        }
        var (answers, bytes): ([CommitQueue.Answer], Int) = ([], 0)
        while answers.count < Self.mostRequests, state.log.last - start < Self.mostEvents, bytes < Self.mostBytes,
            let request = queue.withLock({ $0.take() })
        {
            let answer = request.perform(&state.log, at: clock.now())
            guard !state.log.isLost else {
                state.log.rollback()
                queue.withLock { $0.giveBack(answers.map(\.request)) }
                return request.fail(answer.failure ?? FlxError(.handlerFailed, "the work ended the transaction that it was a part of"))
            }
            answers.append(answer)
            bytes += request.bytes
        }
        do throws(FlxError) {
            try state.log.commit()
            try requirePlace(state, lock.checkCommitted)
        } catch {
            for answer in answers { answer.request.fail(error) }
            return
        }
        doorbell.ring(through: Position(unchecked: state.log.last))
        for answer in answers { answer.give() }
        state.checkpointer.didCommit(state.log.handle)
    }

    /// Answers those for whom no transaction could begin: of a file that another program holds, those who have waited long enough.
    private func refuse(_ error: FlxError) {
        if error.code == .locked {
            let (late, isEnding) = queue.withLock { queue in (queue.missTurn(), queue.isEnding) }
            for request in late { request.fail(isEnding ? SQLiteEventStore.closed : error) }
        } else {
            queue.withLock { $0.take() }?.fail(error)
        }
    }
}
