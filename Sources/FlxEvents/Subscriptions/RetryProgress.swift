/// The progress of a retry of parked events.
public struct RetryProgress: Hashable, Sendable {
    /// The number of events when it began, and of those of its keys that were parked since.
    public internal(set) var total: Int
    /// The number of handled events.
    public internal(set) var handled = 0
    /// The number of events that failed again, and stay parked.
    public internal(set) var failed = 0
    /// The number of events left alone, since an earlier one of the same key failed.
    public internal(set) var skipped = 0

    /// True if it was stopped before its end.
    public internal(set) var isStopped = false

    /// The number of events that are done in any way.
    public var done: Int { handled.addingClamped(failed).addingClamped(skipped) }
}
