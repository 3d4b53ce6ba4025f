import FlxCore
import Synchronization

/// What handlers put down, in the order in which they did.
final class Log<Entry: Sendable>: Sendable {
    private let state = Mutex<[Entry]>([])

    var entries: [Entry] { state.withLock(\.self) }

    func add(_ entry: Entry) {
        state.withLock { $0.append(entry) }
    }

    /// Waits until so many are there.
    /// - Throws: `CancellationError` when the task is cancelled.
    func wait(for count: Int) async throws {
        while entries.count < count { try await ContinuousClock().sleep(for: .milliseconds(1)) }
    }
}

/// Events that handlers were given.
typealias EventLog = Log<Event>

extension Log<Event> {
    var events: [Event] { entries }
}
