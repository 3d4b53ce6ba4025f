import FlxCore
import FlxTesting
import Foundation

/// A store in memory with one fault, built in on demand, in what it does with the records of leases.
final class FaultyLeases: ForwardingStore {
    private let fault: LeaseFault
    let inner = MemoryEventStore()

    init(_ fault: LeaseFault) {
        self.fault = fault
    }

    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        var change = StoreChange(
            change.writes, unless: change.boundary, if: change.guards.map(changed), change.edits.map(changed))
        let isUnderLease = change.guards.contains { if case .number = $0 { true } else { false } }
        let renews = isUnderLease && change.edits.contains { $0.space.name == "leases" && $0.written != nil }
        switch fault {
        case .givesToAll: change.guards.removeAll { $0.key.space.name == "leases" && !isUnderLease }
        case .sameTokenAgain: change.edits.removeAll { $0.space.name == "lease-tokens" }
        case .renewsWhatIsLost: if renews { change.guards = [] }
        case .renewalChangesNothing: if renews { change.edits = [] }
        case .releaseOfALostLease:
            if change.edits.contains(where: { $0.space.name == "leases" && $0.written == nil }) { change.guards = [] }
        case .appendsAreNotFenced: if !change.writes.isEmpty { change.guards = [] }
        case .checkpointsAreNotFenced: if change.edits.contains(where: { $0.space.name == "checkpoints" }) { change.guards = [] }
        case .timeAloneFences: try await requireTime(change.guards)
        case .checksBeforeItWrites:
            guard !change.writes.isEmpty else { break }
            try await inner.commit(StoreChange(if: change.guards))
            for _ in 0..<200 { await Task.yield() }
            change.guards = []
        case .none, .neverExpires, .lookAlikeNames: break
        }
        return try await inner.commit(change)
    }

    func state(_ keys: [StateKey]) async throws(FlxError) -> [StateRecord?] {
        let records = try await inner.state(keys.map(changed))
        guard fault == .givesToAll else { return records }
        return records.map { $0?.key.space.name == "leases" ? nil : $0 }
    }

    func now() async throws(FlxError) -> Timestamp {
        fault == .neverExpires ? Timestamp(nanoseconds: 0) : try await inner.now()
    }

    /// Takes a lease for lost once its time has passed, whether another owner has it or not.
    private func requireTime(_ guards: [StateGuard]) async throws(FlxError) {
        for case .number(let key, _) in guards {
            guard let body = try await inner.state(key)?.body, body.count > 8 else { continue }
            let end = Int64(bitPattern: UInt64(bytes: body[..<8]))
            if try await inner.now().nanoseconds >= end { throw FlxError(.stateConflict, "late") }
        }
    }

    private func changed(_ key: StateKey) -> StateKey {
        guard fault == .lookAlikeNames, key.space.name == "leases" else { return key }
        return StateKey(key.name.precomposedStringWithCanonicalMapping, in: key.space)
    }

    private func changed(_ guarding: StateGuard) -> StateGuard {
        switch guarding {
        case .absent(let key): .absent(changed(key))
        case .revision(let key, let revision): .revision(changed(key), revision)
        case .number(let key, let number): .number(changed(key), equals: number)
        }
    }

    private func changed(_ edit: StateEdit) -> StateEdit {
        switch edit {
        case .put(let record):
            .put(StateRecord(changed(record.key), number: record.number, body: record.body, entries: record.entries))
        case .remove(let key): .remove(changed(key))
        case .removeAll: edit
        }
    }
}
