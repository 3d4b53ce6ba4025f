public import FlxCore

extension EvolvingStore: CheckpointStore where Base: CheckpointStore {
    /// See ``FlxCore/CheckpointStore/checkpoint(_:)``.
    public func checkpoint(_ name: String) async throws(FlxError) -> Position? { try await base.checkpoint(name) }

    /// See ``FlxCore/CheckpointStore/setCheckpoint(_:to:)``.
    public func setCheckpoint(_ name: String, to position: Position?) async throws(FlxError) {
        try await base.setCheckpoint(name, to: position)
    }
}

extension EvolvingStore: VerifiableStore where Base: VerifiableStore {
    /// See ``FlxCore/VerifiableStore/verify(progress:)``.
    public func verify(progress: @Sendable (_ done: Int64, _ total: Int64) -> Void) async throws(FlxError) -> VerificationReport {
        try await base.verify(progress: progress)
    }
}

extension EvolvingStore: SnapshotStore where Base: SnapshotStore {
    /// See ``FlxCore/SnapshotStore/snapshot(_:)``.
    public func snapshot(_ name: String) async throws(FlxError) -> Snapshot? { try await base.snapshot(name) }

    /// See ``FlxCore/SnapshotStore/save(_:)``.
    public func save(_ snapshot: Snapshot) async throws(FlxError) { try await base.save(snapshot) }

    /// See ``FlxCore/SnapshotStore/snapshots(prefix:after:limit:)``.
    public func snapshots(prefix: String, after name: String?, limit: Int) async throws(FlxError) -> [SnapshotSummary] {
        try await base.snapshots(prefix: prefix, after: name, limit: limit)
    }

    /// See ``FlxCore/SnapshotStore/dropSnapshots(prefix:)``.
    public func dropSnapshots(prefix: String) async throws(FlxError) -> Int { try await base.dropSnapshots(prefix: prefix) }
}

extension EvolvingStore: LeaseStore where Base: LeaseStore {
    /// See ``FlxCore/LeaseStore/acquireLease(_:owner:for:)``.
    public func acquireLease(_ name: String, owner: String, for duration: Duration) async throws(FlxError) -> Lease? {
        try await base.acquireLease(name, owner: owner, for: duration)
    }

    /// See ``FlxCore/LeaseStore/renewLease(_:for:)``.
    public func renewLease(_ lease: Lease, for duration: Duration) async throws(FlxError) -> Lease {
        try await base.renewLease(lease, for: duration)
    }

    /// See ``FlxCore/LeaseStore/renewLeases(_:for:)``.
    public func renewLeases(_ leases: [Lease], for duration: Duration) async throws(FlxError) -> [Lease?] {
        try await base.renewLeases(leases, for: duration)
    }

    /// See ``FlxCore/LeaseStore/releaseLease(_:)``.
    public func releaseLease(_ lease: Lease) async throws(FlxError) { try await base.releaseLease(lease) }

    /// See ``FlxCore/LeaseStore/setCheckpoint(_:to:under:)``.
    public func setCheckpoint(_ name: String, to position: Position?, under lease: Lease) async throws(FlxError) {
        try await base.setCheckpoint(name, to: position, under: lease)
    }

    /// See ``FlxCore/LeaseStore/append(_:unless:under:)``.
    /// - Throws: ``FlxError/Code/schemaViolation`` where the check refuses an event, and what the store throws.
    public func append(_ writes: [StreamWrite], unless boundary: Boundary?, under lease: Lease) async throws(FlxError) -> AppendResult {
        try checked(writes)
        return try await base.append(writes, unless: boundary.map(widened), under: lease)
    }
}
