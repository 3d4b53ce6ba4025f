import FlxCore

/// The policy of a durable subscription: concurrency, retries, parking, batches and rest.
public struct SubscriptionPolicy: Sendable {
    /// The treatment of later events of a key with a parked event.
    public enum Parking: Hashable, Sendable {
        /// They are handled: each event stands for itself.
        case keyGoesOn
        /// They wait, parked behind it in their order, until it is retried or discarded.
        case keyWaits
    }

    /// The number of keys handled concurrently, 1 to 10,000. No more calls than this run at the same time, retries included.
    public var parallelism = 1
    /// The retries after a failed attempt, before the event is parked.
    public var retry = RetryPolicy.exponential(from: .milliseconds(100), attempts: 5).jittered(0.2)
    /// The retries after some errors, instead of ``retry``: nil means ``retry``, and `.none` an error that no retry can mend. An event with
    /// such an error is parked also while the subscription rests, one after each rest.
    public var retryAfter: @Sendable (any Error) -> RetryPolicy? = { _ in nil }
    /// The errors that say nothing about the event, such as a partner that cannot be reached. They use up no attempt: the subscription
    /// rests, for pauses that double from 100 ms to 30 s, and tries the same event again. None by default.
    public var isOutage: @Sendable (any Error) -> Bool = { _ in false }
    /// The maximum duration of an attempt; a longer one is cancelled and counts as failed. Nil means no limit.
    public var deadline: Duration?
    /// The treatment of later events of the key of a parked event.
    public var parking = Parking.keyGoesOn
    /// The number of events in one read. Fewer than three times this number are in flight: read, and not yet below a saved checkpoint.
    public var pageSize = 500
    /// After how many handled events the checkpoint is saved, at most a page; nil for a page. It is saved, too, whenever nothing is left
    /// to do.
    public var saveEvery: Int?
    /// The number of different events that must fail in a row before the subscription rests instead of parking more of them.
    public var breakerThreshold = 20
    /// The duration of the rest.
    public var breakerPause = Duration.seconds(5)
    /// The duration of its lease. It is renewed, and operators' acts of other processes are looked for, three
    /// times as often; another process takes over after so long.
    public var leaseTime = Duration.seconds(30)
    /// The maximum duration of the end in good order, in which calls under way end and the checkpoint is saved. After it, calls are
    /// cancelled. Their events come again.
    public var drain = Duration.seconds(30)
    /// The most events in one run of calls.
    var runLength = 256
    /// True if an event that fails is parked also during a rest, one for each test: the same event fails again.
    var parksWhileResting = false
    /// The batches of a handler of batches.
    var batch: Subscription.Batch?

    /// The policy of a subscription that is not told another.
    public static let standard = SubscriptionPolicy()

    /// Makes the standard policy, to be changed one by one.
    public init() {}

    /// The memory of the events in flight, in bytes, above which no further page is read.
    static let windowBytes = 32 << 20

    /// The most events that are handed out at a time.
    var longestRun: Int { batch?.size ?? max(1, min(runLength, saveEvery ?? runLength)) }

    /// Refuses settings that make no sense.
    /// - Throws: ``FlxError/Code/invalidValue``.
    func check(_ name: String) throws(FlxError) {
        let faults: [(Bool, String)] = [
            ((1...10_000).contains(parallelism), "parallelism is \(parallelism); it must be 1 to 10,000"),
            ((1...100_000).contains(pageSize), "pageSize is \(pageSize); it must be 1 to 100,000"),
            (saveEvery.map { $0 >= 1 } ?? true, "saveEvery is \(saveEvery ?? 0); it must be 1 or more"),
            (deadline.map { $0 > .zero } ?? true, "deadline is \(deadline ?? .zero); it must be positive"),
            (breakerThreshold >= 1, "breakerThreshold is \(breakerThreshold); it must be 1 or more"),
            (breakerPause >= .zero, "breakerPause is \(breakerPause); it must not be negative"),
            (leaseTime > .zero, "leaseTime is \(leaseTime); it must be positive"),
            (drain >= .zero, "drain is \(drain); it must not be negative"),
        ]
        for (holds, fault) in faults where !holds { throw FlxError(.invalidValue, "subscription '\(name)': \(fault)") }
    }
}
