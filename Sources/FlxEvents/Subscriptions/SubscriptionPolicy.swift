/// How a durable subscription works through the log.
public struct SubscriptionPolicy: Sendable {
    /// What happens to later events of a key behind one that is parked.
    public enum Parking: Hashable, Sendable {
        /// They are handled: each event stands for itself.
        case keyGoesOn
        /// They wait, parked behind it in their order, until it is retried or discarded.
        case keyWaits
    }

    /// How many keys are worked on beside each other, from 1.
    public var parallelism = 1
    /// What happens after a failed attempt, before the event is parked.
    public var retry = RetryPolicy.exponential(from: .milliseconds(100), attempts: 5).jittered(0.2)
    /// What happens after an error of some kind instead: nil leaves it to ``retry``. An error that no attempt can mend is `.none`.
    public var retryAfter: @Sendable (any Error) -> RetryPolicy? = { _ in nil }
    /// How long one attempt may take; a longer one is cancelled and counts as failed. Nil watches nothing.
    public var deadline: Duration?
    /// What happens behind a parked event.
    public var parking = Parking.keyGoesOn
    /// How many events are read at once. Fewer than three times as many are in flight: read, and not yet below a saved checkpoint.
    public var pageSize = 500
    /// After how many handled events the checkpoint is saved, at most a page; nil for a page. It is saved, too, whenever nothing is left
    /// to do.
    public var saveEvery: Int?
    /// How many different events must fail in a row before the subscription rests instead of trying and parking more of them.
    public var breakerThreshold = 20
    /// How long it rests then.
    public var breakerPause = Duration.seconds(5)
    /// How long its lease lasts, where the store has leases. It is renewed, and operators' acts of other processes are looked for, three
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
