import FlxCore

/// The speed limit of a copy: computes pauses from bytes and time.
struct Pace {
    let bytesPerSecond: Int64?
    /// The size of the write-ahead log from which on there are no pauses.
    let logBytes: Int64
    private let clock: any Clock<Duration>
    /// The time since the beginning, by the clock that also measures the pauses.
    private let elapsed: @Sendable () -> Duration

    /// The maximum length of a pause, so the copy soon notices a large log and its own cancellation.
    private static let longest = Duration.milliseconds(250)

    /// Begins to measure the time.
    init(_ options: BackupOptions) {
        bytesPerSecond = options.bytesPerSecond
        logBytes = options.logBytes
        clock = options.clock
        elapsed = Self.stopwatch(options.clock)
    }

    private static func stopwatch<C: Clock>(_ clock: C) -> @Sendable () -> Duration where C.Duration == Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }

    /// Returns the pause after a number of bytes copied in a time; nil if the copy is not ahead.
    func pause(after bytes: Int64, in elapsed: Duration, log: Int64) -> Duration? {
        guard let bytesPerSecond, bytesPerSecond > 0, log < logBytes else { return nil }
        let due = Duration.seconds(Double(bytes) / Double(bytesPerSecond))
        return due > elapsed ? min(due - elapsed, Self.longest) : nil
    }

    /// Waits until the copy is no longer ahead of its limit.
    /// - Parameter log: Returns the size of the write-ahead log now.
    /// - Throws: `CancellationError` if the task is cancelled.
    func hold(after bytes: Int64, log: () -> Int64) async throws {
        try Task.checkCancellation()
        while let pause = pause(after: bytes, in: elapsed(), log: log()) {
            try await clock.sleep(for: pause)
            try Task.checkCancellation()
        }
    }
}
