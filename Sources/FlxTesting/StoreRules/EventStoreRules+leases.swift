import FlxCore
import FlxEvents

extension EventStoreRules {
    /// The rules about leases and their fences.
    static let leases: [StoreRule] = [
        StoreRule("lease.one-owner", "a lease has one owner until it is given back, and each has a greater token", needs: .state) {
            bench in
            let store = try bench.stateStore
            let first = try await take("work", "a", in: store)
            try expect("nothing for another", try await store.acquireLease("work", owner: "b", for: hour), is: nil)
            let again = try await take("work", "a", in: store)
            try expect("a greater token for the same owner", again.token > first.token, seen: "\(again.token) after \(first.token)")
            try await expect(.leaseLost, from: "a renewal of the owner's earlier lease") { try await store.renewLease(first, for: hour) }
            try expect("still nothing for another", try await store.acquireLease("work", owner: "b", for: hour), is: nil)
            try await store.releaseLease(first)
            let stolen = try await store.acquireLease("work", owner: "b", for: hour)
            try expect("nothing after a lease was given back that was lost", stolen, is: nil)
            try await store.releaseLease(again)
            let other = try await take("work", "b", in: store)
            try expect("a greater token for the next", other.token > again.token, seen: "\(other.token) after \(again.token)")
        },
        StoreRule("lease.expires", "a lease that is not renewed passes to the next owner that asks after its time", needs: .state) {
            bench in
            let store = try bench.stateStore
            let first = try await take("work", "a", for: .milliseconds(1), in: store)
            let other = try await takeOver("work", "b", in: store)
            try expect("a greater token", other.token > first.token, seen: "\(other.token) after \(first.token)")
            try await expect(.leaseLost, from: "a renewal that comes too late") { try await store.renewLease(first, for: hour) }
            try expect("nothing for the first", try await store.acquireLease("work", owner: "a", for: hour), is: nil)
        },
        StoreRule("lease.renewed", "a renewal keeps the lease and its token, also a late one if no other took it", needs: .state) {
            bench in
            let store = try bench.stateStore
            let first = try await take("work", "a", for: .milliseconds(1), in: store)
            try await ContinuousClock().sleep(for: .milliseconds(5))
            try await store.setCheckpoint("reader", to: 3, under: first)
            let renewed = try await store.renewLease(first, for: hour)
            try expect("the same token", renewed.token, is: first.token)
            try expect("a later end", renewed.expires > first.expires, seen: "\(renewed.expires) after \(first.expires)")
            try expect("nothing for another", try await store.acquireLease("work", owner: "b", for: hour), is: nil)
        },
        StoreRule("lease.renewed-together", "many leases are renewed at once; of those that were lost, none is", needs: .state) {
            bench in
            let store = try bench.stateStore
            let lost = try await take("work-1", "a", for: .milliseconds(1), in: store)
            let kept = try await take("work-2", "a", in: store)
            let released = try await take("work-3", "a", in: store)
            _ = try await takeOver("work-1", "b", in: store)
            try await store.releaseLease(released)
            let renewed = try await store.renewLeases([lost, kept, released], for: hour + hour)
            try expect("the tokens that still hold", renewed.map { $0?.token }, is: [nil, kept.token, nil])
            let end = renewed[1]?.expires ?? kept.expires
            try expect("a later end", end > kept.expires, seen: "\(end) after \(kept.expires)")
            try await store.setCheckpoint("reader", to: 3, under: kept)
            try await expect(.leaseLost, from: "a checkpoint under a lost lease that was renewed with others") {
                try await store.setCheckpoint("reader", to: 4, under: lost)
            }
            try expect("what is left of none", try await store.renewLeases([], for: hour), is: [])
        },
        StoreRule("lease.fences-appends", "nothing is appended under a lease that was lost or given back", needs: .state) {
            bench in
            let store = try bench.stateStore
            let first = try await take("work", "a", for: .milliseconds(1), in: store)
            var factory = bench.factory
            let kept = factory.event()
            _ = try await store.append([StreamWrite([kept], to: "s")], unless: nil, under: first)
            let other = try await takeOver("work", "b", in: store)
            try await expect(.leaseLost, from: "an append under a lost lease") {
                try await store.append([StreamWrite([Event(type: "t")], to: "s")], unless: nil, under: first)
            }
            _ = try await store.append([StreamWrite([Event(type: "u")], to: "s")], unless: nil, under: other)
            try await store.releaseLease(other)
            try await expect(.leaseLost, from: "an append under a lease that was given back") {
                try await store.append([StreamWrite([Event(type: "t")], to: "s")], unless: nil, under: other)
            }
            try expect("what was appended", try await bench.all().map(\.event.type), is: [kept.type, "u"])
        },
        StoreRule("lease.fences-checkpoints", "no checkpoint is saved under a lease that was lost or given back", needs: .state) {
            bench in
            let store = try bench.stateStore
            let first = try await take("work", "a", for: .milliseconds(1), in: store)
            try await store.setCheckpoint("reader", to: 3, under: first)
            let other = try await takeOver("work", "b", in: store)
            try await store.setCheckpoint("reader", to: 5, under: other)
            try await expect(.leaseLost, from: "a checkpoint under a lost lease") {
                try await store.setCheckpoint("reader", to: 4, under: first)
            }
            try await store.releaseLease(other)
            try await expect(.leaseLost, from: "a checkpoint under a lease that was given back") {
                try await store.setCheckpoint("reader", to: 6, under: other)
            }
            try expect("the checkpoint", try await store.checkpoint("reader"), is: 5)
        },
        StoreRule("lease.fence-is-atomic", "from the moment another owner has the lease, nothing of the first is recorded", needs: .state) {
            bench in
            let store = try bench.stateStore
            for round in 1...20 {
                let first = try await take("work", "a", for: .milliseconds(1), in: store)
                async let appended = appendUntilLost(first, to: "s-\(round)", in: store)
                let other = try await takeOver("work", "b", in: store)
                let last = try await store.lastPosition()
                let positions = try await appended
                try expect(
                    "nothing after \(last), where another took over", positions.allSatisfy { $0 <= last }, seen: "\(positions.suffix(3))")
                try await store.releaseLease(other)
            }
        },
        StoreRule("lease.race", "of many owners that ask at once one gets the lease", needs: .state) {
            bench in
            let store = try bench.stateStore
            let winners = try await withThrowingTaskGroup(of: Lease?.self) { group in
                for number in 1...20 { group.addTask { try await store.acquireLease("work", owner: "owner-\(number)", for: hour) } }
                return try await group.reduce(into: [Lease]()) { if let lease = $1 { $0.append(lease) } }
            }
            try expect("one winner", winners.count, is: 1)
        },
        StoreRule("lease.names", "each name has its own lease; bad names, owners and durations are refused", needs: .state) {
            bench in
            let store = try bench.stateStore
            let names = ["work", "Work", "work ", "é", "e\u{301}", "a'b", "%", String(repeating: "n", count: 256)]
            for (index, name) in names.enumerated() { _ = try await take(name, "owner-\(index)", in: store) }
            for name in ["", "a\u{0}b", "a\nb", String(repeating: "n", count: 257)] {
                try await expect(.invalidValue, or: .limitExceeded, from: "a lease of a bad name") {
                    try await store.acquireLease(name, owner: "a", for: hour)
                }
                try await expect(.invalidValue, or: .limitExceeded, from: "a lease for a bad owner") {
                    try await store.acquireLease("other", owner: name, for: hour)
                }
            }
            try await expect(.invalidValue, from: "a lease for no time") { try await store.acquireLease("other", owner: "a", for: .zero) }
        },
        StoreRule(
            "lease.reopened", "after a reopening tokens continue to grow, and earlier leases do not return",
            when: { $0.capabilities.contains(.state) && $0.reopen != nil }
        ) { bench in
            let first = try await take("work", "a", for: .milliseconds(1), in: try bench.stateStore)
            let again = try await bench.reopened().stateStore
            let other = try await takeOver("work", "b", in: again)
            try expect("a greater token", other.token > first.token, seen: "\(other.token) after \(first.token)")
            try await expect(.leaseLost, from: "a checkpoint under the earlier lease") {
                try await again.setCheckpoint("reader", to: 4, under: first)
            }
        },
    ]

    private static let hour = Duration.seconds(3_600)

    private static func take(
        _ name: String, _ owner: String, for duration: Duration = hour, in store: any StateStore
    ) async throws -> Lease {
        guard let lease = try await store.acquireLease(name, owner: owner, for: duration) else {
            throw Mismatch(expected: "a lease of '\(name)' for '\(owner)', which is free", seen: "nil")
        }
        try expect("name and owner of the lease", [lease.name, lease.owner], is: [name, owner])
        return lease
    }

    /// Tries until the lease of the other owner has expired.
    private static func takeOver(_ name: String, _ owner: String, in store: any StateStore) async throws -> Lease {
        while true {
            if let lease = try await store.acquireLease(name, owner: owner, for: hour) { return lease }
            try await ContinuousClock().sleep(for: .milliseconds(1))
        }
    }

    private static func appendUntilLost(_ lease: Lease, to stream: StreamName, in store: any StateStore) async throws -> [Position] {
        var positions: [Position] = []
        while true {
            do throws(FlxError) {
                let result = try await store.append([StreamWrite([Event(type: "t")], to: stream)], unless: nil, under: lease)
                positions += result.places.map(\.position)
                // A store in memory answers without suspending: let other tasks run.
                await Task.yield()
            } catch {
                guard error.code == .leaseLost else { throw error }
                return positions
            }
        }
    }
}
