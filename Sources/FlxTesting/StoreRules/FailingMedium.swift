public import FlxCore

/// The failures of a driver's medium in tests. The rules compare the store's errors with the kept events.
public struct FailingMedium: Sendable {
    /// The number of ways for a commit to fail, such as a refused write and a refused flush.
    public var ways: Int
    /// Makes the next commit of a store fail in one of the ways, counted from 0.
    public var failNextCommit: @Sendable (_ store: any EventStore, _ way: Int) async throws -> Void
    /// Opens the data left behind if the process of a store ended now. The store stays open.
    public var afterCrash: @Sendable (_ store: any EventStore) async throws -> any EventStore

    /// Creates the description of a driver's medium.
    public init(
        ways: Int, failNextCommit: @escaping @Sendable (_ store: any EventStore, _ way: Int) async throws -> Void,
        afterCrash: @escaping @Sendable (_ store: any EventStore) async throws -> any EventStore
    ) {
        (self.ways, self.failNextCommit, self.afterCrash) = (ways, failNextCommit, afterCrash)
    }
}
