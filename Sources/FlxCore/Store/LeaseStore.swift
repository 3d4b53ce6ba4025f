/// A store with leases: one of several processes does a piece of work, and writes under a lost lease are refused.
///
/// An owner takes a lease for a time, and renews it before that time has passed. An owner that is late keeps the lease until another
/// owner takes it. From that moment on, every write under the old lease is refused. The times are those of the store's clock: the clocks
/// of owners need not agree.
public protocol LeaseStore: CheckpointStore {
    /// Takes the lease of a name, with a token greater than all before it.
    ///
    /// An owner that has the lease already gets a new one. Writes under its earlier one are refused.
    /// - Returns: The lease; nil while another owner has it.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` for a name or an owner that is not 1 to 256 printable
    ///   bytes, or a duration that is not positive.
    func acquireLease(_ name: String, owner: String, for duration: Duration) async throws(FlxError) -> Lease?

    /// Extends the lease: it ends a duration after now.
    /// - Returns: The same lease with its new end.
    /// - Throws: ``FlxError/Code/leaseLost`` if another owner took it, or it was released.
    func renewLease(_ lease: Lease, for duration: Duration) async throws(FlxError) -> Lease

    /// Extends many leases at once. Lost leases are left out.
    /// - Returns: The leases with their new ends, in the given order; nil in the place of a lost one.
    func renewLeases(_ leases: [Lease], for duration: Duration) async throws(FlxError) -> [Lease?]

    /// Releases the lease. Has no effect if it was lost.
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
