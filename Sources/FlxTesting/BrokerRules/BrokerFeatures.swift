/// The features of a broker driver, and the settings of its rules.
public struct BrokerFeatures: Sendable {
    /// The maximum duration of one rule. After it the broker counts as hanging.
    public var deadline: Duration
    /// The seed of all random choices in the rules, except the names of queues and types.
    public var seed: UInt64

    /// Creates the features of a driver. The defaults suit most drivers.
    public init(deadline: Duration = .seconds(300), seed: UInt64 = SeededGenerator.freshSeed()) {
        self.deadline = deadline
        self.seed = seed
    }
}
