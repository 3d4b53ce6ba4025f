import FlxCore

/// The store as a subscription writes to it: under its lease, so that nothing comes of an owner that lost it.
struct Fence: Sendable {
    let store: any StateStore
    /// The name of the subscription.
    let name: String
    /// The lease; nil for a runner that has none, whose writes are all refused.
    let lease: Lease?

    func setCheckpoint(_ name: String, to position: Position) async throws(FlxError) {
        try await store.setCheckpoint(name, to: position, under: try held())
    }

    func append(_ writes: [StreamWrite], unless boundary: Boundary? = nil) async throws(FlxError) {
        _ = try await store.append(writes, unless: boundary, under: try held())
    }

    private func held() throws(FlxError) -> Lease {
        guard let lease else {
            throw FlxError(.leaseLost, "subscription '\(name)': this runner gave its lease back; nothing was kept")
        }
        return lease
    }
}
