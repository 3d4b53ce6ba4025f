extension MemoryEventStore: LeaseStore {
    /// See ``LeaseStore/acquireLease(_:owner:for:)``.
    public func acquireLease(_ name: String, owner: String, for duration: Duration) async throws(FlxError) -> Lease? {
        let now = clock.now()
        return try withOpenState { state throws(FlxError) in
            let last = state.tokens[Array(name.utf8)] ?? 0
            let lease = try state.leases.acquire(name, owner: owner, for: duration, at: now, after: last)
            if let lease { state.tokens[Array(name.utf8)] = lease.token }
            return lease
        }
    }

    /// See ``LeaseStore/renewLease(_:for:)``.
    public func renewLease(_ lease: Lease, for duration: Duration) async throws(FlxError) -> Lease {
        let now = clock.now()
        return try withOpenState { state throws(FlxError) in try state.leases.renew(lease, for: duration, at: now) }
    }

    /// See ``LeaseStore/renewLeases(_:for:)``.
    public func renewLeases(_ leases: [Lease], for duration: Duration) async throws(FlxError) -> [Lease?] {
        let now = clock.now()
        return try withOpenState { state throws(FlxError) in try state.leases.renew(leases, for: duration, at: now) }
    }

    /// See ``LeaseStore/releaseLease(_:)``.
    public func releaseLease(_ lease: Lease) async throws(FlxError) {
        try withOpenState { $0.leases.release(lease) }
    }

    /// See ``LeaseStore/setCheckpoint(_:to:under:)``.
    public func setCheckpoint(_ name: String, to position: Position?, under lease: Lease) async throws(FlxError) {
        let key = Array(try NameRule.checked(name, field: "checkpoint").utf8)
        try withOpenState { state throws(FlxError) in
            try state.leases.check(lease)
            state.checkpoints[key] = position
        }
    }

    /// See ``LeaseStore/append(_:unless:under:)``.
    public func append(
        _ writes: [StreamWrite], unless boundary: Boundary?, under lease: Lease
    ) async throws(FlxError) -> AppendResult {
        try append(writes, unless: boundary, if: lease)
    }
}
