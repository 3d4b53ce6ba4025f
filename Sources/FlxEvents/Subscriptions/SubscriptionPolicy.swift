/// The policy of a durable subscription: concurrency, retries, parking, batches and rest.
public struct SubscriptionPolicy: Sendable {
    /// The treatment of later events of a key with a parked event.
    public enum Parking: Hashable, Sendable {
        /// They are handled: each event stands for itself.
        case keyGoesOn
        /// They wait, parked behind it in their order, until it is retried or discarded.
        case keyWaits
    }

    /// The number of keys handled concurrently, from 1.
    public var parallelism = 1
    /// The retries after a failed attempt, before the event is parked.
    public var retry = RetryPolicy.exponential(from: .milliseconds(100), attempts: 5).jittered(0.2)
    /// The retries after some errors, instead of ``retry``: nil means ``retry``, and `.none` an error that no retry can mend.
    public var retryAfter: @Sendable (any Error) -> RetryPolicy? = { _ in nil }
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
    /// The most events in one run of calls.
    var runLength = 256
    /// The batches of a handler of batches.
    var batch: Subscription.Batch?

    /// The policy of a subscription that is not told another.
    public static let standard = SubscriptionPolicy()

    /// Makes the standard policy, to be changed one by one.
    public init() {}
}
