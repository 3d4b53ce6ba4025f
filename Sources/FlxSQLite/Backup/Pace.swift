/// How a copy holds back: bytes and time go in, pauses come out.
struct Pace {
    let bytesPerSecond: Int64?
    /// At this size of the write-ahead log there are no more pauses.
    let logBytes: Int64

    /// The longest pause, so that a copy is never deaf to the log's size and to its end for long.
    private static let longest = Duration.milliseconds(250)

    init(_ options: BackupOptions) {
        bytesPerSecond = options.bytesPerSecond
        logBytes = options.logBytes
    }

    /// How long to wait when so many bytes were copied in a time; nil when the copy is not ahead.
    func pause(after bytes: Int64, in elapsed: Duration, log: Int64) -> Duration? {
        guard let bytesPerSecond, bytesPerSecond > 0, log < logBytes else { return nil }
        let due = Duration.seconds(Double(bytes) / Double(bytesPerSecond))
        return due > elapsed ? min(due - elapsed, Self.longest) : nil
    }
}
