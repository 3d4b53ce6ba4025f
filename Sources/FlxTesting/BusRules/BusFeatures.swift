/// The settings of the rules for a bus.
public struct BusFeatures: Sendable {
    /// The maximum duration of one rule. After it the bus counts as hanging.
    public var deadline: Duration
    /// The seed of all random choices in the rules.
    public var seed: UInt64

    /// Creates settings. The defaults suit most buses.
    public init(deadline: Duration = .seconds(300), seed: UInt64 = SeededGenerator.freshSeed()) {
        self.deadline = deadline
        self.seed = seed
    }
}
