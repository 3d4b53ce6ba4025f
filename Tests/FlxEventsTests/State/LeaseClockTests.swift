import FlxEvents
import FlxTesting
import Testing

/// Leases over a clock that somebody sets.
@Suite struct LeaseClockTests {
    let clock = ManualClock()

    @Test func `a lease from a clock that was set back is taken for expired`() async throws {
        let store = MemoryEventStore(clock: clock.events)
        let start = clock.time
        clock.set(start.advanced(by: .seconds(86_400)))
        let lost = try #require(try await store.acquireLease("work", owner: "first", for: .seconds(30)))
        clock.set(start)
        let lease = try #require(try await store.acquireLease("work", owner: "second", for: .seconds(30)))
        #expect(lease.token == 2 && lease.expires == start.advanced(by: .seconds(30)))
        let error = await #expect(throws: FlxError.self) { try await store.renewLease(lost, for: .seconds(30)) }
        #expect(error?.code == .leaseLost)
    }

    @Test func `a clock that was set back a little leaves the lease to its owner`() async throws {
        let store = MemoryEventStore(clock: clock.events)
        let start = clock.time
        var lease = try #require(try await store.acquireLease("work", owner: "first", for: .seconds(1)))
        // The duration is that of the last renewal.
        lease = try await store.renewLease(lease, for: .seconds(30))
        clock.set(start.advanced(by: .seconds(-30)))
        #expect(try await store.acquireLease("work", owner: "second", for: .seconds(1)) == nil)
        lease = try #require(try await store.renewLeases([lease], for: .seconds(30)).first ?? nil)
        #expect(lease.expires == start)
        clock.set(start)
        #expect(try await store.acquireLease("work", owner: "second", for: .seconds(1))?.token == 2)
    }
}
