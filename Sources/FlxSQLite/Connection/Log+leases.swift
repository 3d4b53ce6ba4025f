import FlxCore

extension Log {
    /// Gives the lease of a name to an owner, unless another has it.
    ///
    /// Who has which lease is kept in memory: the file belongs to one process, so that all leases end with it. The last token of each
    /// name is in the file, among the checkpoints, so that tokens grow from one process to the next.
    mutating func acquireLease(_ name: String, owner: String, for duration: Duration, at time: Timestamp) throws(FlxError) -> Lease? {
        // No reader's name has a control character, so that the row is no reader's checkpoint.
        let row = "\u{1}lease:\(name)"
        var after = leases
        let last = try statements.checkpoint(row) ?? 0
        _ = try last.next("the last token of the lease '\(name)'")
        guard let lease = try after.acquire(name, owner: owner, for: duration, at: time, after: last) else { return nil }
        try setCheckpoint(row, to: Position(unchecked: lease.token))
        leases = after
        return lease
    }
}
