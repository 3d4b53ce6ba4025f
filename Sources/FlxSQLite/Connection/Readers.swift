import FlxCore
import GRDB
import Synchronization

/// A pool of read-only connections. Each runs one read at a time; further reads wait for their turn.
final class Readers: Sendable {
    /// A connection and its prepared statements. The reader is used only on the queue of the database; after closing it
    /// is nil.
    private final class Lane: Sendable {
        let database: DatabaseQueue
        let reader: Mutex<Reader?>

        init(_ database: DatabaseQueue, _ handle: Handle, known: Int64, unlisted: Int64) throws(FlxError) {
            self.database = database
            reader = Mutex(try Reader(handle, known: known, unlisted: unlisted))
        }
    }

    /// A read, either run on a reader or failed.
    private struct Job {
        let run: @Sendable (inout Reader?) -> Void
        let fail: @Sendable (FlxError) -> Void
    }

    private struct State {
        var idle: [Lane]
        var waiting = WaitingLine<Job>()
        var isClosed = false
    }

    private let tickets = Atomic<UInt64>(0)
    private let lanes: [Lane]
    private let state: Mutex<State>

    /// Takes over connections to a store of the current format.
    init(_ connections: [(DatabaseQueue, Handle)]) throws(FlxError) {
        // An index that cannot be read tells nothing of the events, which can be read without it.
        let known = connections.first.flatMap { try? LogEnd.listed($0.1) } ?? 0
        var lanes: [Lane] = []
        let unlisted = connections.first.flatMap { try? LogEnd.unlisted($0.1) } ?? 0
        for (database, handle) in connections { lanes.append(try Lane(database, handle, known: known, unlisted: unlisted)) }
        self.lanes = lanes
        state = Mutex(State(idle: lanes))
    }

    /// Runs a read on the next free reader, outside the threads of Swift's tasks.
    ///
    /// If the task is cancelled while it waits for a reader, the read fails. If the task was already cancelled before
    /// the call, the read runs, since the task may need it to end.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (inout Reader) throws(FlxError) -> Value
    ) async throws(FlxError) -> Value {
        let ticket = tickets.add(1, ordering: .relaxed).newValue
        let mayWait = Task.isCancelled
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, FlxError>, Never>) in
                let job = Job { reader in
                    do throws(FlxError) {
                        guard reader != nil else { throw SQLiteEventStore.closed }
                        continuation.resume(returning: .success(try body(&reader!)))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                } fail: {
                    continuation.resume(returning: .failure($0))
                }
                submit(job, ticket)
                if !mayWait, Task.isCancelled { cancel(ticket) }
            }
        } onCancel: {
            if !mayWait { cancel(ticket) }
        }.get()
    }

    /// The number of waiting reads.
    var waiting: Int { state.withLock(\.waiting.count) }

    /// Lets running reads finish, fails waiting reads, and closes the connections.
    func close() async {
        state.withLock { $0.isClosed = true }
        while let job = state.withLock({ $0.waiting.popFirst() }) { job.fail(SQLiteEventStore.closed) }
        for lane in lanes {
            await withCheckedContinuation { continuation in
                lane.database.asyncWriteWithoutTransaction { _ in
                    lane.reader.withLock { $0 = nil }
                    continuation.resume()
                }
            }
            try? lane.database.close()
        }
    }

    private func cancel(_ ticket: UInt64) {
        let job = state.withLock { $0.waiting.leave(ticket) }
        job?.fail(FlxError(.cancelled, "read: the task was cancelled while it waited for its turn"))
    }

    private func submit(_ job: Job, _ ticket: UInt64) {
        let (lane, isClosed) = state.withLock { state -> (Lane?, Bool) in
            if state.isClosed { return (nil, true) }
            if let lane = state.idle.popLast() { return (lane, false) }
            state.waiting.add(job, ticket)
            return (nil, false)
        }
        if isClosed { job.fail(SQLiteEventStore.closed) }
        guard let lane else { return }
        lane.database.asyncWriteWithoutTransaction { [self] _ in run(job, on: lane) }
    }

    private func run(_ first: Job, on lane: Lane) {
        var next: Job? = first
        while let job = next {
            lane.reader.withLock { job.run(&$0) }
            next = state.withLock { state in
                if let job = state.waiting.popFirst() { return job }
                state.idle.append(lane)
                return nil
            }
        }
    }
}
