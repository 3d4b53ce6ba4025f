import DequeModule
import FlxCore
import GRDB
import Synchronization

/// A few connections that only read, each used by one read at a time; further reads wait for their turn.
final class Readers: Sendable {
    /// A connection and what is prepared on it. The reader is used on the queue of the database only; it is nil once closed.
    private final class Lane: Sendable {
        let database: DatabaseQueue
        let reader: Mutex<Reader?>

        init(_ database: DatabaseQueue, _ handle: Handle) throws(FlxError) {
            self.database = database
            reader = Mutex(try Reader(handle))
        }
    }

    /// A read: works on a reader, or fails without one.
    private typealias Job = @Sendable (inout Reader?) -> Void

    private struct State {
        var idle: [Lane]
        var waiting: Deque<Job> = []
        var isClosed = false
    }

    private let lanes: [Lane]
    private let state: Mutex<State>

    /// Takes over connections to a store of the current format.
    init(_ connections: [(DatabaseQueue, Handle)]) throws(FlxError) {
        var lanes: [Lane] = []
        for (database, handle) in connections { lanes.append(try Lane(database, handle)) }
        self.lanes = lanes
        state = Mutex(State(idle: lanes))
    }

    /// Runs a read on the next reader that is free, off the threads of Swift's tasks.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (inout Reader) throws(FlxError) -> Value
    ) async throws(FlxError) -> Value {
        try await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, FlxError>, Never>) in
            submit { reader in
                do throws(FlxError) {
                    guard reader != nil else { throw SQLiteEventStore.closed }
                    continuation.resume(returning: .success(try body(&reader!)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }.get()
    }

    /// Lets reads under way run to their end, fails those that wait, and closes the connections.
    func close() async {
        let refused = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for job in refused { Self.refuse(job) }
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

    private func submit(_ job: @escaping Job) {
        let (lane, isClosed) = state.withLock { state -> (Lane?, Bool) in
            if state.isClosed { return (nil, true) }
            if let lane = state.idle.popLast() { return (lane, false) }
            state.waiting.append(job)
            return (nil, false)
        }
        if isClosed { Self.refuse(job) }
        guard let lane else { return }
        lane.database.asyncWriteWithoutTransaction { [self] _ in run(job, on: lane) }
    }

    private func run(_ first: @escaping Job, on lane: Lane) {
        var next: Job? = first
        while let job = next {
            lane.reader.withLock { job(&$0) }
            next = state.withLock { state in
                if let job = state.waiting.popFirst() { return job }
                state.idle.append(lane)
                return nil
            }
        }
    }

    private static func refuse(_ job: Job) {
        var none: Reader?
        job(&none)
    }
}
