/// What the rules should reckon with in a bus.
public struct BusFeatures: Sendable {
    /// How long one rule may take before the bus counts as hanging.
    public var deadline: Duration
    /// The seed of all that is random in the rules.
    public var seed: UInt64

    /// Describes a bus; what is left out is what most have.
    public init(deadline: Duration = .seconds(300), seed: UInt64 = SeededGenerator.freshSeed()) {
        self.deadline = deadline
        self.seed = seed
    }
}
