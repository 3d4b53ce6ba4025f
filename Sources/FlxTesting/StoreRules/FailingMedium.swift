public import FlxCore

/// How a driver's medium is made to fail in tests, so that the rules can hold errors against what the store kept.
public struct FailingMedium: Sendable {
    /// The number of ways in which a commit can fail, such as a write and a flush that are refused.
    public var ways: Int
    /// Makes the next commit of a store fail in one of the ways, counted from 0.
    public var failNextCommit: @Sendable (_ store: any EventStore, _ way: Int) async throws -> Void
    /// Opens what the process of a store would leave behind if it ended now; the store stays open.
    public var afterCrash: @Sendable (_ store: any EventStore) async throws -> any EventStore

    /// Describes the medium of a driver.
    public init(
        ways: Int, failNextCommit: @escaping @Sendable (_ store: any EventStore, _ way: Int) async throws -> Void,
        afterCrash: @escaping @Sendable (_ store: any EventStore) async throws -> any EventStore
    ) {
        (self.ways, self.failNextCommit, self.afterCrash) = (ways, failNextCommit, afterCrash)
    }
}
