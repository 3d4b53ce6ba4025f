import Synchronization

/// The end of an object's life. The first caller does the work; all others wait until it is done.
final class Ending: Sendable {
    private enum State {
        case open
        case closing([CheckedContinuation<Void, Never>])
        case closed
    }

    private let state = Mutex(State.open)

    /// True if the end was requested.
    var hasBegun: Bool {
        state.withLock { if case .open = $0 { false } else { true } }
    }

    /// Runs the work on the first call. Returns when the work is done.
    func reach(_ work: () async -> Void) async {
        let isFirst = state.withLock { state in
            guard case .open = state else { return false }
            state = .closing([])
            return true
        }
        guard isFirst else { return await wait() }
        await work()
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            defer { state = .closed }
            if case .closing(let waiting) = state { return waiting }
            return []
        }
        for continuation in waiting { continuation.resume() }
    }

    private func wait() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                guard case .closing(let waiting) = state else { return true }
                state = .closing(waiting + [continuation])
                return false
            }
            if isOver { continuation.resume() }
        }
    }
}
