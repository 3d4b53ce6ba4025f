/// How a bus treats one handler.
public struct HandlerOptions: Sendable {
    /// How many calls of one handler may run at the same time.
    public struct Concurrency: Hashable, Sendable {
        let limit: Int

        /// As many as there are publishers; the calls of one publisher still follow each other.
        public static let unlimited = Concurrency(limit: .max)
        /// One at a time.
        public static let serial = Concurrency(limit: 1)
        /// At most so many; less than 1 counts as 1.
        public static func limited(_ count: Int) -> Concurrency { Concurrency(limit: max(1, count)) }
    }

    /// How many calls may run at the same time.
    public var concurrency: Concurrency
    /// How long one attempt may take; a longer one is cancelled, reported, and no longer waited for. Without a deadline, the publisher
    /// waits as long as the handler runs, and nothing is spent on watching it. It has no effect on synchronous handlers, which cannot
    /// be interrupted.
    public var deadline: Duration?
    /// What happens after a failed attempt.
    public var retry: RetryPolicy

    /// Calls at the same time, no deadline, no second attempt.
    public static let standard = HandlerOptions()

    /// Sets what is given and leaves the rest as in ``standard``.
    public init(concurrency: Concurrency = .unlimited, deadline: Duration? = nil, retry: RetryPolicy = .none) {
        self.concurrency = concurrency
        self.deadline = deadline
        self.retry = retry
    }
}

/// How often, and after what pauses, a failed attempt is made again.
public struct RetryPolicy: Hashable, Sendable {
    /// The attempts in all, from 1.
    public let attempts: Int
    private let first: Duration
    private let factor: Double
    private let longest: Duration

    /// One attempt.
    public static let none = RetryPolicy(attempts: 1, first: .zero, factor: 1, longest: .zero)

    /// Further attempts without a pause.
    public static func immediate(attempts: Int) -> RetryPolicy {
        RetryPolicy(attempts: max(1, attempts), first: .zero, factor: 1, longest: .zero)
    }

    /// Further attempts after the same pause each.
    public static func fixed(_ pause: Duration, attempts: Int) -> RetryPolicy {
        RetryPolicy(attempts: max(1, attempts), first: pause, factor: 1, longest: pause)
    }

    /// Further attempts after pauses that double, up to a longest.
    public static func exponential(from first: Duration, to longest: Duration = .seconds(30), attempts: Int) -> RetryPolicy {
        RetryPolicy(attempts: max(1, attempts), first: first, factor: 2, longest: longest)
    }

    /// The pause after a failed attempt, counted from 1; nil when it was the last.
    public func pause(after attempt: Int) -> Duration? {
        guard attempt < attempts else { return nil }
        var pause = first
        for _ in 1..<max(1, attempt) where pause < longest { pause *= factor }
        return min(pause, longest)
    }
}

extension Duration {
    fileprivate static func *= (duration: inout Duration, factor: Double) {
        duration = duration * factor
    }
}
