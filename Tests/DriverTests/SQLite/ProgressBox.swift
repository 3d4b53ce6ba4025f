import Synchronization

/// Takes the progress of a verification and checks that it only goes up.
final class ProgressBox: Sendable {
    private let state = Mutex<(done: Int64, total: Int64)>((0, 0))

    var done: Int64 { state.withLock(\.done) }
    var total: Int64 { state.withLock(\.total) }

    func note(_ done: Int64, _ total: Int64) {
        state.withLock { $0 = (max($0.done, done), total) }
    }
}
