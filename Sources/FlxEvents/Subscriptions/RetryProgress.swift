/// How far the retry of parked events is.
public struct RetryProgress: Hashable, Sendable {
    /// How many were parked when it began.
    public let total: Int
    /// How many were handled.
    public internal(set) var handled = 0
    /// How many failed again, and stay parked.
    public internal(set) var failed = 0
    /// How many were left alone, since one before them of the same key failed.
    public internal(set) var skipped = 0

    /// Whether it was stopped before its end.
    public internal(set) var isStopped = false

    /// How many are done, in whichever way.
    public var done: Int { handled.addingClamped(failed).addingClamped(skipped) }
}
