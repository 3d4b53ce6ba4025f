import FlxCore
import Synchronization

/// Events that handlers put down.
final class EventLog: Sendable {
    private let state = Mutex<[Event]>([])

    var events: [Event] { state.withLock(\.self) }

    func add(_ event: Event) {
        state.withLock { $0.append(event) }
    }

    /// Waits until so many are there.
    /// - Throws: `CancellationError` when the task is cancelled.
    func wait(for count: Int) async throws {
        while events.count < count { try await ContinuousClock().sleep(for: .milliseconds(1)) }
    }
}
