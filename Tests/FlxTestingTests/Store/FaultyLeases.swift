import FlxCore
import Synchronization

/// A store in memory whose leases have one fault built in on demand.
final class FaultyLeases: EventStore, LeaseStore {
    private struct State {
        var leases: [String: Lease] = [:]
        var tokens: [String: Int64] = [:]
    }

    private let fault: LeaseFault
    private let store = MemoryEventStore()
    private let state = Mutex(State())
    private let clock = EventClock.system

    init(_ fault: LeaseFault) {
        self.fault = fault
    }

    func acquireLease(_ name: String, owner: String, for duration: Duration) async throws(FlxError) -> Lease? {
        if fault != .takesAnyName {
            _ = try NameRule.checked(name, field: "lease")
            _ = try NameRule.checked(owner, field: "owner")
        }
        guard duration > .zero else { throw FlxError(.invalidValue, "duration") }
        let (key, now) = (key(name), clock.now())
        return state.withLock { state in
            if let held = state.leases[key], held.owner != owner, fault != .givesToAll {
                if fault == .neverExpires || held.expires > now { return nil }
            }
            let last = state.tokens[key, default: 0]
            let token = fault == .sameTokenAgain ? 1 : last + 1
            let lease = Lease(name: name, owner: owner, token: token, expires: now.advanced(by: duration))
            (state.tokens[key], state.leases[key]) = (token, lease)
            return lease
        }
    }

    func renewLease(_ lease: Lease, for duration: Duration) async throws(FlxError) -> Lease {
        if fault != .renewsWhatIsLost { try check(lease) }
        let end = fault == .renewalChangesNothing ? lease.expires : clock.now().advanced(by: duration)
        let renewed = Lease(name: lease.name, owner: lease.owner, token: lease.token, expires: end)
        state.withLock { $0.leases[key(lease.name)] = renewed }
        return renewed
    }

    func renewLeases(_ leases: [Lease], for duration: Duration) async throws(FlxError) -> [Lease?] {
        var renewed: [Lease?] = []
        for lease in leases {
            // A fault of renewals one by one is one of many, too.
            let isHeld = fault == .renewsWhatIsLost || (try? check(lease)) != nil
            if isHeld {
                renewed.append(try await renewLease(lease, for: duration))
            } else if fault == .renewsManyBlindly {
                renewed.append(Lease(name: lease.name, owner: lease.owner, token: lease.token, expires: clock.now().advanced(by: duration)))
            } else if fault != .dropsWhatIsLost {
                renewed.append(nil)
            }
        }
        return renewed
    }

    func releaseLease(_ lease: Lease) async throws(FlxError) {
        state.withLock { state in
            let isCurrent = state.leases[key(lease.name)]?.token == lease.token
            if isCurrent || fault == .releaseOfALostLease { state.leases[key(lease.name)] = nil }
        }
    }

    func setCheckpoint(_ name: String, to position: Position?, under lease: Lease) async throws(FlxError) {
        if fault != .checkpointsAreNotFenced { try check(lease) }
        try await store.setCheckpoint(name, to: position)
    }

    func append(_ writes: [StreamWrite], unless boundary: Boundary?, under lease: Lease) async throws(FlxError) -> AppendResult {
        if fault != .appendsAreNotFenced { try check(lease) }
        if fault == .checksBeforeItWrites {
            for _ in 0..<200 { await Task.yield() }
            return try await store.append(writes, unless: boundary)
        }
        // The store answers at once: nobody takes the lease between the check and the append.
        return try state.withLock { state throws(FlxError) in
            if fault != .appendsAreNotFenced { try check(lease, state) }
            return try store.appendAtOnce(writes, unless: boundary)
        }
    }

    private func key(_ name: String) -> String {
        fault == .lookAlikeNames ? name : name.utf8.map { String($0, radix: 16) }.joined(separator: " ")
    }

    private func check(_ lease: Lease) throws(FlxError) {
        try state.withLock { state throws(FlxError) in try check(lease, state) }
    }

    private func check(_ lease: Lease, _ state: State) throws(FlxError) {
        let held = state.leases[key(lease.name)]
        let isLate = fault == .timeAloneFences && lease.expires <= clock.now()
        guard held?.token == lease.token, held?.owner == lease.owner, !isLate else { throw FlxError(.leaseLost, "lost") }
    }

    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        try await store.append(writes, unless: boundary)
    }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        try await store.read(selection, direction, limit: limit)
    }

    func checkpoint(_ name: String) async throws(FlxError) -> Position? { try await store.checkpoint(name) }
    func setCheckpoint(_ name: String, to position: Position?) async throws(FlxError) {
        try await store.setCheckpoint(name, to: position)
    }
    func wait(after position: Position) async throws(FlxError) { try await store.wait(after: position) }
    func lastPosition() async throws(FlxError) -> Position { try await store.lastPosition() }
    func close() async { await store.close() }
}
