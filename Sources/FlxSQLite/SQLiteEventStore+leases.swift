public import FlxCore

/// One process owns the file, so that leases keep apart the parts of that process. They end with it: the next one waits for nothing.
extension SQLiteEventStore: LeaseStore {
    /// See ``FlxCore/LeaseStore/acquireLease(_:owner:for:)``.
    public func acquireLease(_ name: String, owner: String, for duration: Duration) async throws(FlxError) -> Lease? {
        guard let writer else { throw readOnly }
        return try await writer.perform { log, time throws(FlxError) in
            try log.acquireLease(name, owner: owner, for: duration, at: time)
        }
    }

    /// See ``FlxCore/LeaseStore/renewLease(_:for:)``.
    public func renewLease(_ lease: Lease, for duration: Duration) async throws(FlxError) -> Lease {
        guard let writer else { throw readOnly }
        return try await writer.perform { log, time throws(FlxError) in try log.leases.renew(lease, for: duration, at: time) }
    }

    /// See ``FlxCore/LeaseStore/renewLeases(_:for:)``.
    public func renewLeases(_ leases: [Lease], for duration: Duration) async throws(FlxError) -> [Lease?] {
        guard let writer else { throw readOnly }
        return try await writer.perform { log, time throws(FlxError) in try log.leases.renew(leases, for: duration, at: time) }
    }

    /// See ``FlxCore/LeaseStore/releaseLease(_:)``.
    public func releaseLease(_ lease: Lease) async throws(FlxError) {
        guard let writer else { throw readOnly }
        try await writer.perform { log, _ in log.leases.release(lease) }
    }

    /// See ``FlxCore/LeaseStore/setCheckpoint(_:to:under:)``.
    public func setCheckpoint(_ name: String, to position: Position?, under lease: Lease) async throws(FlxError) {
        guard let writer else { throw readOnly }
        let name = try NameRule.checked(name, field: "checkpoint")
        try await writer.perform { log, _ throws(FlxError) in
            try log.leases.check(lease)
            try log.setCheckpoint(name, to: position)
        }
    }

    /// See ``FlxCore/LeaseStore/append(_:unless:under:)``.
    public func append(
        _ writes: [StreamWrite], unless boundary: Boundary?, under lease: Lease
    ) async throws(FlxError) -> AppendResult {
        let (writer, prepared) = try prepare(writes, unless: boundary)
        return try await writer.perform(bytes: prepared.bytes, isCancellable: true) { log, time throws(FlxError) in
            try log.leases.check(lease)
            return try log.append(prepared, at: time)
        }
    }
}
