/// Leases as records of a store.
///
/// The record of a lease ends with the process that owns the store, where the store belongs to one. Its number is the fencing token, so
/// that a write under the lease has one guard. The last token of each name stands in a record that is kept, so that tokens go on to grow.
package struct Leases: Sendable {
    private static let space = StateSpace("leases", .volatile)
    /// The space of the last tokens.
    package static let tokens = StateSpace("lease-tokens")

    private let store: any StateStore

    package init(store: any StateStore) {
        self.store = store
    }

    /// See ``LeaseStore/acquireLease(_:owner:for:)``.
    package func acquire(_ name: String, owner: String, for duration: Duration) async throws(FlxError) -> Lease? {
        let key = StateKey(try NameRule.checked(name, field: "lease"), in: Self.space)
        let tokenKey = StateKey(name, in: Self.tokens)
        _ = try NameRule.checked(owner, field: "owner")
        try Self.check(duration)
        while true {
            let found = try await store.state([key, tokenKey])
            let now = try await store.now()
            if let held = found[0].flatMap(Self.lease), !ExactText.same(held.owner, owner), held.expires > now { return nil }
            let last = found[1]?.number ?? 0
            guard (0..<Int64.max).contains(last) else {
                throw FlxError(.corrupt, "lease '\(name)': its last token is \(last), which no lease ever had")
            }
            let lease = Lease(name: name, owner: owner, token: last + 1, expires: now.advanced(by: duration))
            let change = StoreChange(
                if: zip([key, tokenKey], found).map { Self.unchanged($0, $1) },
                [.put(Self.record(lease)), .put(StateRecord(tokenKey, number: lease.token))])
            // Where another was faster, what he left is looked at.
            if try await result(of: change) != nil { return lease }
        }
    }

    /// See ``LeaseStore/renewLease(_:for:)``.
    package func renew(_ lease: Lease, for duration: Duration) async throws(FlxError) -> Lease {
        try Self.check(duration)
        let renewed = lease.ending(try await store.now().advanced(by: duration))
        _ = try await commit(StoreChange([.put(Self.record(renewed))]), under: lease)
        return renewed
    }

    /// See ``LeaseStore/renewLeases(_:for:)``.
    package func renew(_ leases: [Lease], for duration: Duration) async throws(FlxError) -> [Lease?] {
        try Self.check(duration)
        var renewed: [Lease?] = []
        // The changes of one call are limited.
        while renewed.count < leases.count {
            let part = Array(leases[renewed.count...].prefix(1_000))
            let found = try await store.state(part.map { StateKey($0.name, in: Self.space) })
            let end = try await store.now().advanced(by: duration)
            let kept = zip(part, found).map { $1?.number == $0.token ? $0.ending(end) : nil }
            let current = kept.compactMap(\.self)
            let change = StoreChange(if: current.map(\.fence), current.map { .put(Self.record($0)) })
            if try await result(of: change) != nil { renewed += kept }
        }
        return renewed
    }

    /// See ``LeaseStore/releaseLease(_:)``.
    package func release(_ lease: Lease) async throws(FlxError) {
        _ = try await result(of: StoreChange(if: [lease.fence], [.remove(lease.fence.key)]))
    }

    /// Makes a change if the lease still holds.
    /// - Throws: ``FlxError/Code/leaseLost`` if it does not.
    package func commit(_ change: StoreChange, under lease: Lease) async throws(FlxError) -> AppendResult {
        var change = change
        change.guards.append(lease.fence)
        guard let result = try await result(of: change) else { throw try await lost(lease) }
        return result
    }

    /// Makes a change. Returns nil if a guard of it does not hold.
    private func result(of change: StoreChange) async throws(FlxError) -> AppendResult? {
        do throws(FlxError) {
            return try await store.commit(change)
        } catch {
            guard error.code == .stateConflict else { throw error }
            return nil
        }
    }

    private func lost(_ lease: Lease) async throws(FlxError) -> FlxError {
        let held = try await store.state(lease.fence.key).flatMap(Self.lease)
        let holder = held.map { "'\($0.owner)' has it now" } ?? "it was given back"
        return FlxError(.leaseLost, "the lease of '\(lease.name)' is no longer that of '\(lease.owner)' (\(holder)); nothing was kept")
    }

    private static func check(_ duration: Duration) throws(FlxError) {
        guard duration > .zero else { throw FlxError(.invalidValue, "lease: the duration is \(duration), it must be positive") }
    }

    private static func unchanged(_ key: StateKey, _ record: StateRecord?) -> StateGuard {
        record.map { .revision(key, $0.revision) } ?? .absent(key)
    }

    /// The body is the end of the lease, eight bytes in little-endian order, and the name of the owner.
    private static func record(_ lease: Lease) -> StateRecord {
        let end = UInt64(bitPattern: lease.expires.nanoseconds)
        return StateRecord(lease.fence.key, number: lease.token, body: end.bytes + lease.owner.utf8)
    }

    private static func lease(_ record: StateRecord) -> Lease? {
        guard record.body.count > 8, let owner = String(validating: record.body[8...], as: UTF8.self) else { return nil }
        let end = UInt64(bytes: record.body[..<8])
        return Lease(
            name: record.key.name, owner: owner, token: record.number, expires: Timestamp(nanoseconds: Int64(bitPattern: end)))
    }

    fileprivate static func fence(_ lease: Lease) -> StateGuard { .number(StateKey(lease.name, in: space), equals: lease.token) }
}

extension Lease {
    /// The guard of every write under the lease.
    fileprivate var fence: StateGuard { Leases.fence(self) }

    fileprivate func ending(_ end: Timestamp) -> Lease { Lease(name: name, owner: owner, token: token, expires: end) }
}

/// A store of records keeps leases in them.
extension LeaseStore where Self: StateStore {
    /// See ``LeaseStore/acquireLease(_:owner:for:)``.
    public func acquireLease(_ name: String, owner: String, for duration: Duration) async throws(FlxError) -> Lease? {
        try await Leases(store: self).acquire(name, owner: owner, for: duration)
    }

    /// See ``LeaseStore/renewLease(_:for:)``.
    public func renewLease(_ lease: Lease, for duration: Duration) async throws(FlxError) -> Lease {
        try await Leases(store: self).renew(lease, for: duration)
    }

    /// See ``LeaseStore/renewLeases(_:for:)``.
    public func renewLeases(_ leases: [Lease], for duration: Duration) async throws(FlxError) -> [Lease?] {
        try await Leases(store: self).renew(leases, for: duration)
    }

    /// See ``LeaseStore/releaseLease(_:)``.
    public func releaseLease(_ lease: Lease) async throws(FlxError) {
        try await Leases(store: self).release(lease)
    }

    /// See ``LeaseStore/setCheckpoint(_:to:under:)``.
    public func setCheckpoint(_ name: String, to position: Position?, under lease: Lease) async throws(FlxError) {
        _ = try await Leases(store: self).commit(StoreChange([try Checkpoints.edit(name, to: position)]), under: lease)
    }

    /// See ``LeaseStore/append(_:unless:under:)``.
    public func append(_ writes: [StreamWrite], unless boundary: Boundary?, under lease: Lease) async throws(FlxError) -> AppendResult {
        try await Leases(store: self).commit(StoreChange(writes, unless: boundary), under: lease)
    }
}
