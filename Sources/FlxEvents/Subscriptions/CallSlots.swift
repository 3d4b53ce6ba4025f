import DequeModule
import Synchronization

/// Lets at most so many calls run at the same time; others wait for their turn.
final class CallSlots: Sendable {
    private struct State {
        var free: Int
        var waiting = Deque<(id: UInt64, continuation: CheckedContinuation<Bool, Never>)>()
        var lastID: UInt64 = 0
    }

    private let state: Mutex<State>
    private let waiters = Atomic(0)

    init(_ count: Int) {
        state = Mutex(State(free: count))
    }

    /// True if somebody waits for a turn.
    var isContended: Bool { waiters.load(ordering: .relaxed) > 0 }

    /// Waits for a turn.
    /// - Returns: False if the task was cancelled before it came; there is nothing to leave then.
    func enter() async -> Bool {
        let isFree = state.withLock { state in
            guard state.free > 0 else { return false }
            state.free -= 1
            return true
        }
        if isFree { return true }
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    if Task.isCancelled { return false }
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    state.waiting.append((id, continuation))
                    waiters.store(state.waiting.count, ordering: .relaxed)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let index = state.waiting.firstIndex { $0.id == id }
                defer { waiters.store(state.waiting.count, ordering: .relaxed) }
                return index.map { state.waiting.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: false)
        }
    }

    /// Ends a turn, which the longest waiter takes over.
    func leave() {
        let next = state.withLock { state in
            let next = state.waiting.popFirst()
            if next == nil { state.free += 1 }
            waiters.store(state.waiting.count, ordering: .relaxed)
            return next
        }
        next?.continuation.resume(returning: true)
    }
}
