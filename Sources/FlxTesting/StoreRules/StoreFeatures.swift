public import FlxCore

/// The features of a store driver beyond the contract, and the settings of its rules.
public struct StoreFeatures: Sendable {
    /// A protocol beside ``EventStore`` that the driver conforms to.
    public enum Capability: Hashable, Sendable, CaseIterable {
        /// ``StateStore``, with all that is made of records: checkpoints, leases, snapshots and views.
        case state
        /// ``VerifiableStore``
        case verification
    }

    /// The protocols implemented by the driver. The rules for each of them are included.
    public var capabilities: Set<Capability>
    /// The limits of the stores. Small limits make their rules faster.
    public var limits: StoreLimits
    /// True if each page has as many events as the limit allows and the selection finds. Otherwise pages may be
    /// shorter.
    public var fillsPages: Bool
    /// The maximum duration of one rule. After it the store counts as hanging.
    public var deadline: Duration
    /// The seed of all random choices in the rules.
    public var seed: UInt64
    /// Closes a store and opens it again on its kept data; nil for a store that keeps nothing.
    public var reopen: (@Sendable (any EventStore) async throws -> any EventStore)?

    /// The failures of the medium; nil for a store without a medium, or if the medium cannot be made to fail.
    public var medium: FailingMedium?

    /// Creates the features of a driver. The defaults suit most drivers.
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
