public import FlxCore

/// The right to do some named work. One owner has it at a time.
public struct Lease: Hashable, Sendable {
    /// The name of the work.
    @Exact public private(set) var name: String
    /// The owner of the right.
    @Exact public private(set) var owner: String
    /// The fencing token: greater than that of every earlier lease of the name, also after a restart. Whatever else the owner writes to
    /// can refuse smaller ones too.
    public let token: Int64
    /// The time, by the store's clock, from which another owner can take it.
    public let expires: Timestamp

    /// Describes a lease.
    public init(name: String, owner: String, token: Int64, expires: Timestamp) {
        self.name = name
        self.owner = owner
        self.token = token
        self.expires = expires
    }
}
