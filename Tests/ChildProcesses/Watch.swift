import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Waits for the end of one child on a thread of its own, and tells those who wait for it.
final class Watch: Sendable {
    private struct State {
        var status: Int32?
        var isOverdue = false
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    let id: pid_t
    private let state = Mutex(State())

    init(_ id: pid_t, limit: Duration) {
        self.id = id
        Thread.detachNewThread { [self] in waitForEnd() }
        let seconds = Double(limit.components.seconds)
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [weak self] in self?.stop() }
    }

    var hasEnded: Bool { state.withLock { $0.status != nil } }
    var isOverdue: Bool { state.withLock { $0.isOverdue } }

    func send(_ signal: Int32) {
        // Its number belongs to it as long as its end was not collected, which is under the same lock.
        state.withLock { if $0.status == nil { kill(id, signal) } }
    }

    func end() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status: Int32? = state.withLock { state in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    private func stop() {
        state.withLock { state in
            guard state.status == nil else { return }
            state.isOverdue = true
            kill(id, SIGKILL)
        }
    }

    private func waitForEnd() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        let (status, waiting) = state.withLock { state in
            var code: Int32 = 0
            waitpid(id, &code, 0)
            let status = code & 0x7f == 0 ? code >> 8 & 0xff : -(code & 0x7f)
            defer { state.waiting = [] }
            state.status = status
            return (status, state.waiting)
        }
        for continuation in waiting { continuation.resume(returning: status) }
    }
}
