import FlxCore
import Synchronization

/// The entries of handlers, in the order of their addition.
final class Log<Entry: Sendable>: Sendable {
    private let state = Mutex<[Entry]>([])

    var entries: [Entry] { state.withLock(\.self) }

    func add(_ entry: Entry) {
        state.withLock { $0.append(entry) }
    }

    /// Waits until there are `count` entries.
    /// - Throws: `CancellationError` if the task is cancelled.
    func wait(for count: Int) async throws {
        while entries.count < count { try await ContinuousClock().sleep(for: .milliseconds(1)) }
    }
}

/// The events received by handlers.
typealias EventLog = Log<Event>

extension Log<Event> {
    var events: [Event] { entries }
}
