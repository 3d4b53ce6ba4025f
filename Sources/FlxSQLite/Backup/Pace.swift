/// The speed limit of a copy: computes pauses from bytes and time.
struct Pace {
    let bytesPerSecond: Int64?
    /// The size of the write-ahead log from which on there are no pauses.
    let logBytes: Int64

    /// The maximum length of a pause, so the copy soon notices a large log and its own cancellation.
    private static let longest = Duration.milliseconds(250)

    init(_ options: BackupOptions) {
        bytesPerSecond = options.bytesPerSecond
        logBytes = options.logBytes
    }

    /// Returns the pause after a number of bytes copied in a time; nil if the copy is not ahead.
    func pause(after bytes: Int64, in elapsed: Duration, log: Int64) -> Duration? {
        guard let bytesPerSecond, bytesPerSecond > 0, log < logBytes else { return nil }
        let due = Duration.seconds(Double(bytes) / Double(bytesPerSecond))
        return due > elapsed ? min(due - elapsed, Self.longest) : nil
    }
}
