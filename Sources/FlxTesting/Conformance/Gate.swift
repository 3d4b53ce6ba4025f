import Synchronization

/// A gate that tasks wait at until a rule opens it. Waiting at it does not end by cancellation: it stands for work that takes its time.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrived = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Lends a gate that opens at the end of the work, and when the task is cancelled, so that nobody stays behind.
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

    /// The number of those who came.
    var arrived: Int { state.withLock(\.arrived) }

    /// Comes to the gate without waiting.
    func arrive() {
        state.withLock { $0.arrived += 1 }
    }

    /// Comes to the gate and waits until it is open.
    func pass() async {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.arrived += 1
                if state.isOpen { continuation.resume() } else { state.waiting.append(continuation) }
            }
        }
    }

    /// Waits until so many have come.
    /// - Throws: `CancellationError` when the task is cancelled.
    func wait(for count: Int) async throws {
        while arrived < count { try await ContinuousClock().sleep(for: .milliseconds(1)) }
    }

    /// Opens the gate for all.
    func open() {
        state.withLock { state in
            state.isOpen = true
            for continuation in state.waiting { continuation.resume() }
            state.waiting = []
        }
    }
}
