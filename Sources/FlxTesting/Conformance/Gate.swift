import Synchronization

/// A gate for tasks to wait at until a rule opens it. Cancellation does not end the wait: it simulates long work.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrived = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Runs work with a gate. Opens the gate at the end of the work or on cancellation, so no task stays behind.
    static func lend<Result: Sendable>(_ work: (Gate) async throws -> Result) async throws -> Result {
        let gate = Gate()
        return try await withTaskCancellationHandler {
            defer { gate.open() }
            return try await work(gate)
        } onCancel: {
            gate.open()
        }
    }

    var isOpen: Bool { state.withLock(\.isOpen) }

    /// The number of arrivals.
    var arrived: Int { state.withLock(\.arrived) }

    /// Arrives at the gate without waiting.
    func arrive() {
        state.withLock { $0.arrived += 1 }
    }

    /// Arrives at the gate and waits until it is open.
    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                state.arrived += 1
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// Waits until `count` tasks have arrived.
    /// - Throws: `CancellationError` if the task is cancelled.
    func wait(for count: Int) async throws {
        while arrived < count { try await ContinuousClock().sleep(for: .milliseconds(1)) }
    }

    /// Opens the gate for all tasks.
    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

extension ThrowingTaskGroup<Bool, any Error> {
    /// Works beside the tasks of the group, which return false. The first error ends all at once, so that nobody waits for what a failed
    /// task would have done.
    mutating func first(_ work: @escaping @Sendable () async throws -> Void) async throws {
        addTask {
            try await work()
            return true
        }
        while let isDone = try await next(), !isDone {}
    }
}
