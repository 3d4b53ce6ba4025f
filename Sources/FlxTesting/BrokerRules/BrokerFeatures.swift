public import FlxCore

/// What the rules should reckon with in a driver of brokers.
public struct BrokerFeatures: Sendable {
    /// How long one rule may take before the broker counts as hanging.
    public var deadline: Duration
    /// The seed of all that is random in the rules, the names of their queues included.
    public var seed: UInt64
    /// Closes a broker and connects again to what it kept; nil for brokers that keep nothing.
    public var reopen: (@Sendable (any Broker) async throws -> any Broker)?

    /// Describes a driver; what is left out is what most have.
    public init(
        deadline: Duration = .seconds(300), seed: UInt64 = SeededGenerator.freshSeed(),
        reopen: (@Sendable (any Broker) async throws -> any Broker)? = nil
    ) {
        self.deadline = deadline
        self.seed = seed
        self.reopen = reopen
    }
}
