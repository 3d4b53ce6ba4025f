/// The right to do some named work, which one owner has at a time.
public struct Lease: Hashable, Sendable {
    /// What the work is called.
    @Exact public private(set) var name: String
    /// Who has the right.
    @Exact public private(set) var owner: String
    /// The fencing token: greater than that of every earlier lease of the name, also after a restart. Whatever else the owner writes to
    /// can refuse smaller ones too.
    public let token: Int64
    /// Until when no other can take it, by the store's clock.
    public let expires: Timestamp

    /// Describes a lease; for drivers.
    public init(name: String, owner: String, token: Int64, expires: Timestamp) {
        self.name = name
        self.owner = owner
        self.token = token
        self.expires = expires
    }
}
