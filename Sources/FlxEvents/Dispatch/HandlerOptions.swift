/// The options of a handler: concurrency, deadline and retries.
public struct HandlerOptions: Sendable {
    /// The maximum number of concurrent calls of one handler.
    public struct Concurrency: Hashable, Sendable {
        let limit: Int

        /// One call for each publisher. The calls of one publisher follow each other.
        public static let unlimited = Concurrency(limit: .max)
        /// One at a time.
        public static let serial = Concurrency(limit: 1)
        /// A fixed maximum; less than 1 counts as 1.
        public static func limited(_ count: Int) -> Concurrency { Concurrency(limit: max(1, count)) }
    }

    /// The maximum number of concurrent calls.
    public var concurrency: Concurrency
    /// The maximum duration of an attempt. A longer one is cancelled, reported, and abandoned. Without a deadline, the publisher waits for
    /// the handler's end, at no further cost. It has no effect on synchronous handlers, since they cannot be interrupted.
    public var deadline: Duration?
    /// The retries after a failed attempt.
    public var retry: RetryPolicy

    /// Calls at the same time, no deadline, no second attempt.
    public static let standard = HandlerOptions()

    /// Creates options, by default those of ``standard``.
    public init(concurrency: Concurrency = .unlimited, deadline: Duration? = nil, retry: RetryPolicy = .none) {
        self.concurrency = concurrency
        self.deadline = deadline
        self.retry = retry
    }
}

/// The number of retries after a failed attempt, and the pauses before them. A negative pause counts as none.
public struct RetryPolicy: Hashable, Sendable {
    /// The attempts in all, from 1.
    public let attempts: Int
    private let first: Duration
    private let factor: Double
    private let longest: Duration
    /// The random share of a pause that may be taken off it, 0 to 1.
    private var jitter = 0.0

    private init(attempts: Int, first: Duration, factor: Double, longest: Duration) {
        (self.attempts, self.factor) = (attempts, factor)
        (self.first, self.longest) = (max(.zero, first), max(.zero, longest))
    }

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

    /// Further attempts after doubling pauses, up to a longest.
    public static func exponential(from first: Duration, to longest: Duration = .seconds(30), attempts: Int) -> RetryPolicy {
        RetryPolicy(attempts: max(1, attempts), first: first, factor: 2, longest: longest)
    }

    /// The same pauses, each shortened at random, so handlers that failed together do not retry together.
    /// - Parameter share: The maximum part of a pause to be taken off it, 0 to 1.
    public func jittered(_ share: Double) -> RetryPolicy {
        var policy = self
        policy.jitter = share > 0 ? min(share, 1) : 0
        return policy
    }

    /// The pause after a failed attempt, counted from 1; nil after the last one.
    /// - Parameter chance: The used share of the jitter, 0 to 1.
    public func pause(after attempt: Int, chance: Double = 0) -> Duration? {
        guard attempt < attempts else { return nil }
        var pause = first
        // No pause doubles more often before it is the longest, however many attempts were made.
        for _ in 1..<max(1, min(attempt, 256)) where pause < longest { pause *= factor }
        return min(pause, longest) * (1 - jitter * chance)
    }
}

extension Duration {
    fileprivate static func *= (duration: inout Duration, factor: Double) {
        duration = duration * factor
    }
}
