import FlxCore
import Testing

/// Leases to the nanosecond.
@Suite struct LeaseTableTests {
    private let now = Timestamp(nanoseconds: 1_000)

    @Test func aLeaseIsHeldToItsLastNanosecond() throws {
        var table = LeaseTable()
        let first = try #require(try table.acquire("work", owner: "a", for: .nanoseconds(10), at: now, after: 0))
        #expect(first.expires == Timestamp(nanoseconds: 1_010) && first.token == 1)
        #expect(try table.acquire("work", owner: "b", for: .nanoseconds(10), at: Timestamp(nanoseconds: 1_009), after: 1) == nil)
        try table.check(first)
        let other = try #require(try table.acquire("work", owner: "b", for: .nanoseconds(10), at: Timestamp(nanoseconds: 1_010), after: 1))
        #expect(other.token == 2)
        #expect(throws: FlxError.self) { try table.check(first) }
        try table.check(other)
    }

    @Test func aClockThatGoesBackTakesNothingAway() throws {
        var table = LeaseTable()
        let first = try #require(try table.acquire("work", owner: "a", for: .seconds(1), at: now, after: 7))
        #expect(try table.acquire("work", owner: "b", for: .seconds(1), at: Timestamp(nanoseconds: -5), after: 8) == nil)
        let renewed = try table.renew(first, for: .seconds(1), at: Timestamp(nanoseconds: -5))
        #expect(renewed.token == 8)
        try table.check(first)
    }

    @Test func anOwnerOfTheSameTokenIsNotTheSameOwner() throws {
        var table = LeaseTable()
        _ = try table.acquire("work", owner: "a", for: .seconds(1), at: now, after: 0)
        let forged = Lease(name: "work", owner: "b", token: 1, expires: now)
        let error = #expect(throws: FlxError.self) { try table.check(forged) }
        #expect(error?.code == .leaseLost)
    }
}
