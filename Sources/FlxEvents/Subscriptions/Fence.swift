import FlxCore

/// The store as a subscription writes to it: under its lease, where the store has leases, so that nothing comes of an owner that lost it.
struct Fence: Sendable {
    let store: any SubscriptionRunner.Store
    let leases: (any EventStore & LeaseStore)?
    let lease: Lease?

    func setCheckpoint(_ name: String, to position: Position) async throws(FlxError) {
        if let leases, let lease {
            try await leases.setCheckpoint(name, to: position, under: lease)
        } else {
            try await store.setCheckpoint(name, to: position)
        }
    }

    func append(_ writes: [StreamWrite], unless boundary: Boundary? = nil) async throws(FlxError) {
        if let leases, let lease {
            _ = try await leases.append(writes, unless: boundary, under: lease)
        } else {
            _ = try await store.append(writes, unless: boundary)
        }
    }
}
