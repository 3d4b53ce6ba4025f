/// Who has which lease: a value that drivers consult within their transactions.
package struct LeaseTable: Sendable {
    /// By the bytes of the names: as texts, look-alikes would be equal.
    private var leases: [[UInt8]: Lease] = [:]

    /// A table in which nobody has any.
    package init() {}

    /// Gives the lease to the owner, unless another has it.
    /// - Parameter last: The greatest token that was given for the name before.
    package mutating func acquire(
        _ name: String, owner: String, for duration: Duration, at now: Timestamp, after last: Int64
    ) throws(FlxError) -> Lease? {
        _ = try NameRule.checked(name, field: "lease")
        _ = try NameRule.checked(owner, field: "owner")
        let end = try Self.end(of: duration, from: now)
        let key = Array(name.utf8)
        if let held = leases[key], !ExactText.same(held.owner, owner), held.expires > now { return nil }
        let (token, overflow) = last.addingReportingOverflow(1)
        guard !overflow else { throw FlxError(.corrupt, "lease '\(name)': its last token is \(last), which no lease ever had") }
        let lease = Lease(name: name, owner: owner, token: token, expires: end)
        leases[key] = lease
        return lease
    }

    /// Moves the end of a lease.
    package mutating func renew(_ lease: Lease, for duration: Duration, at now: Timestamp) throws(FlxError) -> Lease {
        try check(lease)
        let renewed = Lease(
            name: lease.name, owner: lease.owner, token: lease.token, expires: try Self.end(of: duration, from: now))
        leases[Array(lease.name.utf8)] = renewed
        return renewed
    }

    /// Moves the ends of those leases that still hold; nil in the places of the others.
    package mutating func renew(_ leases: [Lease], for duration: Duration, at now: Timestamp) throws(FlxError) -> [Lease?] {
        var renewed: [Lease?] = []
        for lease in leases { renewed.append(isCurrent(lease) ? try renew(lease, for: duration, at: now) : nil) }
        return renewed
    }

    /// Takes a lease back.
    package mutating func release(_ lease: Lease) {
        if isCurrent(lease) { leases[Array(lease.name.utf8)] = nil }
    }

    /// Refuses a lease that another took over, or that was given back.
    package func check(_ lease: Lease) throws(FlxError) {
        guard !isCurrent(lease) else { return }
        let holder = leases[Array(lease.name.utf8)].map { "'\($0.owner)' has it now" } ?? "it was given back"
        throw FlxError(.leaseLost, "the lease of '\(lease.name)' is no longer that of '\(lease.owner)' (\(holder)); nothing was kept")
    }

    private func isCurrent(_ lease: Lease) -> Bool {
        guard let held = leases[Array(lease.name.utf8)] else { return false }
        return held.token == lease.token && ExactText.same(held.owner, lease.owner)
    }

    private static func end(of duration: Duration, from now: Timestamp) throws(FlxError) -> Timestamp {
        guard duration > .zero else { throw FlxError(.invalidValue, "lease: the duration is \(duration), it must be positive") }
        return now.advanced(by: duration)
    }
}
