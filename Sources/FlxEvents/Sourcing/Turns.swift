import DequeModule
import FlxCore
import Synchronization

/// Lets callers go one after the other, in the order in which they came.
final class Turns: Sendable {
    /// The turn of one caller. The next one has it as soon as this one ends, for the first time.
    final class Turn: Sendable {
        private let turns: Turns
        private let isOver = Mutex(false)

        fileprivate init(_ turns: Turns) { self.turns = turns }

        func end() {
            let isFirst = isOver.withLock { isOver in
                defer { isOver = true }
                return !isOver
            }
            if isFirst { turns.pass() }
        }
    }

    private struct State {
        var isTaken = false
        var waiting = Deque<(key: Int, continuation: CheckedContinuation<Bool, Never>)>()
        var lastKey = 0

        /// The caller whose turn is next; it has the turn that ends now.
        mutating func next() -> CheckedContinuation<Bool, Never>? {
            let next = waiting.popFirst()
            isTaken = next != nil
            return next?.continuation
        }
    }

    private let state = Mutex(State())

    /// The number of callers that wait.
    var waiting: Int { state.withLock(\.waiting.count) }

    /// Waits for the turn of the caller.
    /// - Throws: ``FlxError/Code/cancelled``.
    func take() async throws(FlxError) -> Turn {
        let key = state.withLock { state in
            state.lastKey += 1
            return state.lastKey
        }
        let hasTurn = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    // The cancellation may have come before the caller was on the list.
                    if Task.isCancelled { return false }
                    guard state.isTaken else {
                        state.isTaken = true
                        return true
                    }
                    state.waiting.append((key, continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.waiting.firstIndex { $0.key == key }.map { state.waiting.remove(at: $0).continuation }
            }
            continuation?.resume(returning: false)
        }
        guard hasTurn else { throw FlxError(.cancelled, "the task was cancelled before its turn came") }
        return Turn(self)
    }

    private func pass() {
        state.withLock { $0.next() }?.resume(returning: true)
    }
}
