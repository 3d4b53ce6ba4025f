public import FlxCore

/// Leases: one of several processes does a piece of work, and writes under a lost lease are refused.
///
/// An owner takes a lease for a time, and renews it before that time has passed. An owner that is late keeps the lease until another
/// owner takes it. From that moment on, every write under the old lease is refused. The times are those of the store's clock: the clocks
/// of owners need not agree. If that clock was set back, so that a lease ends later than twice its duration from now, it has expired.
///
/// The record of a lease ends with the process that owns the store, where the store belongs to one. Its number is the fencing token, so
/// that a write under the lease has one guard. The last token of each name stands in a record that is kept, so that tokens go on to grow.
extension StateStore {
    /// Takes the lease of a name, with a token greater than all before it.
    ///
    /// An owner that has the lease already gets a new one. Writes under its earlier one are refused.
    /// - Returns: The lease; nil while another owner has it.
    /// - Throws: ``FlxCore/FlxError/Code/invalidValue`` or ``FlxCore/FlxError/Code/limitExceeded`` for a name or an owner that is not 1
    ///   to 256 printable bytes, or a duration that is not positive.
    public func acquireLease(_ name: String, owner: String, for duration: Duration) async throws(FlxError) -> Lease? {
        let key = StateKey(try NameRule.checked(name, field: "lease"), in: .leases)
        let tokenKey = StateKey(name, in: .leaseTokens)
        _ = try NameRule.checked(owner, field: "owner")
        try Lease.check(duration)
        while true {
            let found = try await state([key, tokenKey])
            let now = try await now()
            if let held = found[0].flatMap(HeldLease.init), !ExactText.same(held.lease.owner, owner), held.holds(at: now) { return nil }
            let last = found[1]?.number ?? 0
            guard (0..<Int64.max).contains(last) else {
                throw FlxError(.corrupt, "lease '\(name)': its last token is \(last), which no lease ever had")
            }
            let lease = Lease(name: name, owner: owner, token: last + 1, expires: now.advanced(by: duration))
            let change = StoreChange(
                if: zip([key, tokenKey], found).map { key, record in record.map { .revision(key, $0.revision) } ?? .absent(key) },
                [.put(lease.record(for: duration)), .put(StateRecord(tokenKey, number: lease.token))])
            // Where another was faster, what he left is looked at.
            if try await result(of: change) != nil { return lease }
        }
    }

    /// Extends the lease: it ends a duration after now.
    /// - Returns: The same lease with its new end.
    /// - Throws: ``FlxCore/FlxError/Code/leaseLost`` if another owner took it, or it was released.
    public func renewLease(_ lease: Lease, for duration: Duration) async throws(FlxError) -> Lease {
        try Lease.check(duration)
        let renewed = lease.ending(try await now().advanced(by: duration))
        try await commit(StoreChange([.put(renewed.record(for: duration))]), under: lease)
        return renewed
    }

    /// Extends many leases at once. Lost leases are left out.
    /// - Returns: The leases with their new ends, in the given order; nil in the place of a lost one.
    public func renewLeases(_ leases: [Lease], for duration: Duration) async throws(FlxError) -> [Lease?] {
        try Lease.check(duration)
        var renewed: [Lease?] = []
        // The changes of one call are limited.
        while renewed.count < leases.count {
            let part = Array(leases[renewed.count...].prefix(1_000))
            let found = try await state(part.map(\.fence.key))
            let end = try await now().advanced(by: duration)
            let kept = zip(part, found).map { $1?.number == $0.token ? $0.ending(end) : nil }
            let current = kept.compactMap(\.self)
            let change = StoreChange(if: current.map(\.fence), current.map { .put($0.record(for: duration)) })
            if try await result(of: change) != nil { renewed += kept }
        }
        return renewed
    }

    /// Releases the lease. Has no effect if it was lost.
    public func releaseLease(_ lease: Lease) async throws(FlxError) {
        _ = try await result(of: StoreChange(if: [lease.fence], [.remove(lease.fence.key)]))
    }

    /// Returns true if the store has the lease now.
    func hasLease(_ lease: Lease) async throws(FlxError) -> Bool {
        try await state(lease.fence.key)?.number == lease.token
    }

    /// Saves a checkpoint as ``setCheckpoint(_:to:)`` does, if the lease still holds at the moment of the commit.
    /// - Throws: ``FlxCore/FlxError/Code/leaseLost``; nothing was saved then.
    public func setCheckpoint(_ name: String, to position: Position?, under lease: Lease) async throws(FlxError) {
        try await commit(StoreChange([try .checkpoint(name, at: position)]), under: lease)
    }

    /// Appends as ``FlxCore/EventStore/append(_:unless:)`` does, if the lease still holds at the moment of the commit.
    /// - Throws: ``FlxCore/FlxError/Code/leaseLost``; nothing was appended then.
    public func append(_ writes: [StreamWrite], unless boundary: Boundary?, under lease: Lease) async throws(FlxError) -> AppendResult {
        try await commit(StoreChange(writes, unless: boundary), under: lease)
    }

    /// Makes a change as ``FlxCore/StateStore/commit(_:)`` does, if the lease still holds at the moment of the commit.
    /// - Throws: ``FlxCore/FlxError/Code/leaseLost`` if it does not, or if a guard of the change does not hold.
    @discardableResult
    func commit(_ change: StoreChange, under lease: Lease) async throws(FlxError) -> AppendResult {
        var change = change
        change.guards.append(lease.fence)
        guard let result = try await result(of: change) else { throw try await lost(lease) }
        return result
    }

    /// Makes a change. Returns nil if a guard of it does not hold.
    private func result(of change: StoreChange) async throws(FlxError) -> AppendResult? {
        do throws(FlxError) {
            return try await commit(change)
        } catch {
            guard error.code == .stateConflict else { throw error }
            return nil
        }
    }

    private func lost(_ lease: Lease) async throws(FlxError) -> FlxError {
        let held = try await state(lease.fence.key).flatMap(HeldLease.init)
        let holder = held.map { "'\($0.lease.owner)' has it now" } ?? "it was given back"
        return FlxError(.leaseLost, "the lease of '\(lease.name)' is no longer that of '\(lease.owner)' (\(holder)); nothing was kept")
    }
}

extension StateSpace {
    fileprivate static let leases = StateSpace("leases", .volatile)
}

extension Lease {
    fileprivate static func check(_ duration: Duration) throws(FlxError) {
        guard duration > .zero else { throw FlxError(.invalidValue, "lease: the duration is \(duration), it must be positive") }
    }

    /// The record of the lease. The body is its end, eight bytes in little-endian order, the name of the owner, and, on a line of its own,
    /// the duration in nanoseconds.
    fileprivate func record(for duration: Duration) -> StateRecord {
        let nanoseconds = Timestamp(nanoseconds: 0).advanced(by: duration).nanoseconds
        return StateRecord(
            fence.key, number: token, body: UInt64(bitPattern: expires.nanoseconds).bytes + owner.utf8 + "\n\(nanoseconds)".utf8)
    }

    /// The guard of every write under the lease.
    fileprivate var fence: StateGuard { .number(StateKey(name, in: .leases), equals: token) }

    fileprivate func ending(_ end: Timestamp) -> Lease { Lease(name: name, owner: owner, token: token, expires: end) }
}

/// A lease as its record has it.
private struct HeldLease {
    let lease: Lease
    /// The duration that it was taken or renewed for; nil in a record of an earlier version.
    let duration: Duration?

    /// Reads a record; nil for one that no store has written.
    init?(_ record: StateRecord) {
        guard record.body.count > 8 else { return nil }
        let lines = record.body[8...].split(separator: UInt8(ascii: "\n"), maxSplits: 1)
        guard let first = lines.first, let owner = String(validating: first, as: UTF8.self) else { return nil }
        let end = Int64(bitPattern: UInt64(bytes: record.body[..<8]))
        lease = Lease(name: record.key.name, owner: owner, token: record.number, expires: Timestamp(nanoseconds: end))
        let nanoseconds = lines.count > 1 ? String(validating: lines[1], as: UTF8.self).flatMap { Int64($0) } : nil
        duration = nanoseconds.map { .nanoseconds($0) }
    }

    /// Returns true if no other owner may take it. An end that no owner can have set by this clock is from before the clock was set back.
    func holds(at now: Timestamp) -> Bool {
        guard lease.expires > now else { return false }
        return duration.map { lease.expires <= now.advanced(by: $0).advanced(by: $0) } ?? true
    }
}
