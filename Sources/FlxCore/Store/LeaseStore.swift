/// A store that gives out leases, so that of several processes one does a piece of work, and refuses the writes of whoever lost his.
///
/// A lease is taken for a time and renewed before that has passed. Time alone takes nothing away: an owner that comes back late may go
/// on as long as no other took the lease. From the moment another has it, every write under the old one is refused, however long the
/// old owner slept. The time is the store's: owners need no clocks that agree.
public protocol LeaseStore: CheckpointStore {
    /// Takes the lease of a name, with a token greater than all before it.
    ///
    /// An owner that has it already gets a new one, and what it does under its earlier one is refused.
    /// - Returns: The lease; nil while another owner has it.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` for a name or an owner that is not 1 to 256 printable
    ///   bytes, or a duration that is not positive.
    func acquireLease(_ name: String, owner: String, for duration: Duration) async throws(FlxError) -> Lease?

    /// Keeps the lease for a time from now on.
    /// - Returns: The same lease with its new end.
    /// - Throws: ``FlxError/Code/leaseLost`` when another took it, or it was given back.
    func renewLease(_ lease: Lease, for duration: Duration) async throws(FlxError) -> Lease

    /// Keeps many leases at once: each that still holds, as ``renewLease(_:for:)`` does.
    /// - Returns: The leases with their new ends, in the order that was asked for; nil in the place of one that was lost.
    func renewLeases(_ leases: [Lease], for duration: Duration) async throws(FlxError) -> [Lease?]

    /// Gives the lease back; without effect when it was lost.
    func releaseLease(_ lease: Lease) async throws(FlxError)

    /// Saves a checkpoint as ``CheckpointStore/setCheckpoint(_:to:)`` does, if the lease still holds at the moment of the commit.
    /// - Throws: ``FlxError/Code/leaseLost``; nothing was saved then.
    func setCheckpoint(_ name: String, to position: Position?, under lease: Lease) async throws(FlxError)

    /// Appends as ``EventStore/append(_:unless:)`` does, if the lease still holds at the moment of the commit.
    /// - Throws: ``FlxError/Code/leaseLost``; nothing was appended then.
    func append(_ writes: [StreamWrite], unless boundary: Boundary?, under lease: Lease) async throws(FlxError) -> AppendResult
}

extension LeaseStore {
    /// Renews them one after the other.
    public func renewLeases(_ leases: [Lease], for duration: Duration) async throws(FlxError) -> [Lease?] {
        var renewed: [Lease?] = []
        for lease in leases {
            do throws(FlxError) {
                renewed.append(try await renewLease(lease, for: duration))
            } catch {
                guard error.code == .leaseLost else { throw error }
                renewed.append(nil)
            }
        }
        return renewed
    }
}
