public import FlxCore

extension SQLiteEventStore {
    /// The pause between two attempts to get the lock.
    private static let pause = Duration.milliseconds(100)

    /// Opens a store for writing, and waits while another process has it: the old process of a deployment that is about to end.
    /// - Parameters:
    ///   - limit: The longest wait for the lock.
    ///   - clock: The clock of the wait.
    /// - Throws: ``FlxCore/FlxError/Code/locked`` if it is still open for writing after the wait; ``FlxCore/FlxError/Code/cancelled``;
    ///   otherwise as ``open(_:)`` does.
    public static func open(
        _ configuration: SQLiteConfiguration, waitingForLock limit: Duration, clock: some Clock<Duration> = ContinuousClock()
    ) async throws(FlxError) -> SQLiteEventStore {
        let begin = clock.now
        while true {
            do throws(FlxError) {
                return try await open(configuration)
            } catch {
                guard error.code == .locked, begin.duration(to: clock.now) < limit else { throw error }
            }
            do {
                try await clock.sleep(for: pause)
            } catch {
                throw FlxError(.cancelled, "\(configuration.path): the wait for the lock was cancelled", cause: error)
            }
        }
    }
}
