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
    public var retry = RetryPolicy.exponential(from: .milliseconds(100), attempts: 5)
    /// How long one attempt may take; a longer one is cancelled and counts as failed. Nil watches nothing.
    public var deadline: Duration?
    /// What happens behind a parked event.
    public var parking = Parking.keyGoesOn
    /// How many events are read at once; the checkpoint is saved at least so often.
    public var pageSize = 500
    /// How many different events must fail in a row before the subscription rests instead of trying and parking more of them.
    public var breakerThreshold = 20
    /// How long it rests then.
    public var breakerPause = Duration.seconds(5)
    /// The most events in one run of calls.
    var runLength = 64

    /// The policy of a subscription that is not told another.
    public static let standard = SubscriptionPolicy()

    /// Makes the standard policy, to be changed one by one.
    public init() {}
}
