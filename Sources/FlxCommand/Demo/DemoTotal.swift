import Synchronization

/// The total billed by the demonstration.
final class DemoTotal: Sendable {
    private let state = Mutex((count: 0, sum: 0))

    var count: Int { state.withLock(\.count) }
    var sum: Int { state.withLock(\.sum) }

    func add(_ total: Int) {
        state.withLock { $0 = ($0.count + 1, $0.sum + total) }
    }
}
