import FlxCore
import GRDB
import GRDBSQLite
import Synchronization

/// The only connection that writes and checkpoints.
///
/// Callers queue their requests. If the writer is idle, the request wakes it. The writer takes the queued requests into
/// one transaction; requests arriving during the recording join it. Many callers thus share one flush to disk, and a
/// single caller waits for no other.
///
/// If a request loses the transaction, such as a view whose SQL rolls back, it gets its error, and the other requests
/// of the transaction are performed again without it. While another program holds the file, each request waits for its
/// own time, and can be cancelled.
final class Writer: Sendable {
    /// The maximum number of requests in one transaction, and the numbers of events and bytes at which no further
    /// request joins.
    private static let (mostRequests, mostEvents, mostBytes) = (1_024, 10_000, 64 << 20)
    /// The maximum wait of one attempt to begin, while another program holds a lock, in milliseconds.
    static let turn: Int32 = 50

    private let database: DatabaseQueue
    private let lock: StoreLock
    private let clock: EventClock
    private let doorbell: Doorbell
    private let queue = Mutex(CommitQueue())
    private let tickets = Atomic<UInt64>(0)
    /// Used only on the queue of the database, so the mutex never blocks. Nil after closing.
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

    /// Performs work within a transaction, possibly shared with appends.
    ///
    /// If the body fails, it must have changed nothing, or it spoils the log. The result is returned after the commit.
    /// - Parameters:
    ///   - bytes: The size of the work.
    ///   - isCancellable: True to skip the work if the task is cancelled before it begins.
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

    /// Lets running work finish, then closes the connection. Queued work is done too, unless another program holds the
    /// file.
    func close() async {
        queue.withLock { $0.close() }
        await withCheckedContinuation { continuation in
            database.asyncWriteWithoutTransaction { [self] _ in
                state.withLock { state in
                    // The last connection to the file may be a read-only one, and would leave the log as it is.
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
        // The task may have been cancelled before the request was in the queue.
        if isCancellable, Task.isCancelled { cancel(ticket) }
    }

    private func cancel(_ ticket: UInt64) {
        queue.withLock { $0.leave(ticket) }?.fail(FlxError(.cancelled, "append: the task was cancelled; nothing was kept"))
    }

    private func drain() {
        state.withLock { state in
            repeat {
                while queue.withLock({ $0.hasWork() }) {
                    if state == nil {
                        queue.withLock { $0.take() }?.fail(SQLiteEventStore.closed)
                    } else {
                        transact(&state!)
                    }
                }
            } while state != nil && sweep(&state!)
        }
    }

    /// Deletes a part of the records that removed spaces left behind, while nobody waits. Removing a space thus takes no longer than
    /// another change, and delays those that come after it by one part at most.
    /// - Returns: False if there is nothing to delete, or not now.
    private func sweep(_ state: inout State) -> Bool {
        // What a failed commit may have left behind is for the next caller to overwrite, who is told if that fails.
        guard state.log.state.hasRemains, !state.log.isUnsettled, !queue.withLock({ $0.isEnding }), (try? lock.check()) != nil
        else { return false }
        do throws(FlxError) {
            try state.log.begin()
            let hasSwept = try state.log.state.sweep()
            try state.log.commit()
            state.checkpointer.didCommit(state.log.handle)
            return hasSwept
        } catch {
            // The next request of a caller begins anew.
            state.log.rollback()
            return false
        }
    }

    /// Runs a check of the file's name. If it fails, copies everything committed into the file, and rethrows.
    private func requirePlace(_ state: State, _ check: () throws(FlxError) -> Void) throws(FlxError) {
        do throws(FlxError) {
            try check()
        } catch {
            state.checkpointer.empty(state.log.handle)
            throw error
        }
    }

    /// Runs one transaction. Each request in it succeeds or is refused by itself.
    private func transact(_ state: inout State) {
        let start: Int64
        do throws(FlxError) {
            try requirePlace(state, lock.check)
        } catch {
            // Waiting cannot help: all waiting requests fail now. Requests that come while these are answered are not among them: the file
            // may be back in its place.
            for request in queue.withLock({ $0.takeAll() }) { request.fail(error) }
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

    /// Answers requests after a transaction could not begin. If another program holds the file, answers only those
    /// that have waited long enough.
    private func refuse(_ error: FlxError) {
        if error.code == .locked {
            let (late, isEnding) = queue.withLock { queue in (queue.missTurn(), queue.isEnding) }
            for request in late { request.fail(isEnding ? SQLiteEventStore.closed : error) }
        } else {
            queue.withLock { $0.take() }?.fail(error)
        }
    }
}
