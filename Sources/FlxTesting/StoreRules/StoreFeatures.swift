public import FlxCore

/// What a driver of stores can do beyond the contract, and what the rules should reckon with.
public struct StoreFeatures: Sendable {
    /// A protocol beside ``EventStore`` that the driver conforms to.
    public enum Capability: Hashable, Sendable, CaseIterable {
        /// ``CheckpointStore``
        case checkpoints
        /// ``EventLookup``
        case lookup
        /// ``StreamDirectory``
        case directory
        /// ``StoreStatistics``
        case statistics
        /// ``VerifiableStore``
        case verification
        /// ``TransactionalProjectionStore``
        case views
        /// ``SnapshotStore``
        case snapshots
        /// ``LeaseStore``
        case leases
    }

    /// The protocols that the driver conforms to; for each, its rules are checked as well.
    public var capabilities: Set<Capability>
    /// The limits that the stores are made with. Small ones make the rules about limits quicker.
    public var limits: StoreLimits
    /// Whether a page holds as many events as the limit allows when so many are selected. Otherwise pages may be shorter.
    public var fillsPages: Bool
    /// How long one rule may take before the store counts as hanging.
    public var deadline: Duration
    /// The seed of all that is random in the rules.
    public var seed: UInt64
    /// Closes a store and opens it again on what it kept; nil for stores that keep nothing.
    public var reopen: (@Sendable (any EventStore) async throws -> any EventStore)?

    /// How the medium is made to fail; nil for stores that have none, or whose medium cannot be reached.
    public var medium: FailingMedium?

    /// Describes a driver; what is left out is what most have.
    public init(
        capabilities: Set<Capability> = Set(Capability.allCases), limits: StoreLimits = .standard, fillsPages: Bool = true,
        deadline: Duration = .seconds(300), seed: UInt64 = SeededGenerator.freshSeed(),
        reopen: (@Sendable (any EventStore) async throws -> any EventStore)? = nil, medium: FailingMedium? = nil
    ) {
        self.capabilities = capabilities
        self.limits = limits
        self.fillsPages = fillsPages
        self.deadline = deadline
        self.seed = seed
        self.reopen = reopen
        self.medium = medium
    }
}
