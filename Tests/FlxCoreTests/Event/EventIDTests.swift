import Foundation
import Synchronization
import Testing

@testable import FlxCore

@Suite("Event ids")
struct EventIDTests {
    /// A clock that is told what to say.
    private final class Hand: Sendable {
        private let state = Mutex<Int64>(0)
        var clock: EventClock { EventClock { Timestamp(nanoseconds: self.state.withLock(\.self) * 1_000_000) } }
        func set(_ milliseconds: Int64) { state.withLock { $0 = milliseconds } }
    }

    private func parts(_ id: EventID) -> (milliseconds: UInt64, version: UInt64, counter: UInt64, variant: UInt64) {
        let bits = id.uuid ?? 0
        let (high, low) = (UInt64(truncatingIfNeeded: bits >> 64), UInt64(truncatingIfNeeded: bits))
        return (high >> 16, high >> 12 & 0xF, high & 0xFFF, low >> 62)
    }

    @Test("texts of UUIDs agree with Foundation's")
    func agreesWithFoundation() throws {
        for _ in 1...500 {
            let uuid = UUID()
            let text = uuid.uuidString.lowercased()
            let id = try EventID(text)
            #expect(id.description == text)
            let bits = withUnsafeBytes(of: uuid.uuid) { $0.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } }
            #expect(id == EventID(uuid: bits))
        }
        for bits in [0, 1, UInt128.max] {
            let id = EventID(uuid: bits)
            #expect(try EventID(id.description).uuid == bits)
        }
    }

    @Test(
        "every other text is kept as it came",
        arguments: [
            "0190A8A4-7B6E-7CC1-9D2A-1F2E3D4C5B6A", "{0190a8a4-7b6e-7cc1-9d2a-1f2e3d4c5b6a}", "0190a8a47b6e7cc19d2a1f2e3d4c5b6a",
            "0190a8a4-7b6e-7cc1-9d2a-1f2e3d4c5b6", "0190a8a4-7b6e-7cc1-9d2a-1f2e3d4c5b6g", "0190a8a4+7b6e-7cc1-9d2a-1f2e3d4c5b6a",
            "0190a8a4-7b6e-7cc1-9d2a11f2e3d4c5b6a", "-190a8a4-7b6e-7cc1-9d2a-1f2e3d4c5b6a", "1", "e\u{301}",
        ])
    func keepsTexts(_ text: String) throws {
        let id = try EventID(text)
        #expect(id.uuid == nil)
        #expect(Array(id.description.utf8) == Array(text.utf8))
    }

    @Test("ids are of version 7, in the time of the clock, and rise within a millisecond")
    func versionAndTime() {
        let hand = Hand()
        hand.set(1_753_000_000_123)
        let generator = EventIDGenerator(clock: hand.clock, random: SystemRandomNumberGenerator())
        let ids = (0..<100).map { _ in generator.next() }
        for (number, id) in ids.enumerated() {
            #expect(parts(id) == (1_753_000_000_123, 7, UInt64(number), 2))
        }
        #expect(Set(ids).count == 100)
    }

    @Test("ids rise while the clock stands, steps back, and through a full counter")
    func monotonic() {
        let hand = Hand()
        hand.set(5000)
        let generator = EventIDGenerator(clock: hand.clock, random: SystemRandomNumberGenerator())
        var last: UInt128 = 0
        func expectRise(_ count: Int) {
            for _ in 0..<count {
                let id = generator.next().uuid ?? 0
                #expect(id > last)
                last = id
            }
        }
        expectRise(10)
        hand.set(4000)
        expectRise(10)
        #expect(parts(EventID(uuid: last)).milliseconds == 5000)
        expectRise(5000)
        // 4,096 ids fill the counter of a millisecond: the next one is borrowed.
        #expect(parts(EventID(uuid: last)).milliseconds == 5001)
        hand.set(5001)
        expectRise(10)
        hand.set(9000)
        expectRise(1)
        #expect(parts(EventID(uuid: last)).milliseconds == 9000 && parts(EventID(uuid: last)).counter == 0)
    }

    @Test("times outside of what an id can hold do not trap")
    func extremeTimes() {
        let generator = EventIDGenerator(clock: .system, random: SystemRandomNumberGenerator())
        let early = generator.next(at: Timestamp(nanoseconds: .min))
        #expect(parts(early).milliseconds == 0)
        let late = generator.next(at: Timestamp(nanoseconds: .max))
        #expect(parts(late).milliseconds > 0)
        #expect((generator.next(at: Timestamp(nanoseconds: 0)).uuid ?? 0) > (late.uuid ?? 0))
        let far = EventIDGenerator(clock: EventClock { Timestamp(nanoseconds: .max) }, random: SystemRandomNumberGenerator())
        #expect(parts(far.next()).milliseconds == 9_223_372_036_854)
    }

    @Test("a time far ahead does not stamp the ids after it")
    func futureTimes() {
        let hand = Hand()
        hand.set(5000)
        let generator = EventIDGenerator(clock: hand.clock, random: SystemRandomNumberGenerator())
        let ahead = generator.next(at: Timestamp(nanoseconds: .max))
        #expect(parts(ahead).milliseconds == 5000)
        #expect(parts(generator.next(at: Timestamp(nanoseconds: 4_000_000_000))).milliseconds == 5000)
        hand.set(6000)
        let next = generator.next()
        #expect(parts(next).milliseconds == 6000 && (next.uuid ?? 0) > (ahead.uuid ?? 0))
        #expect(parts(generator.next(at: Timestamp(nanoseconds: 6_001_000_000))).milliseconds == 6000)
    }

    @Test("the same randomness and clock give the same ids")
    func isReproducible() {
        func ids() -> [EventID] {
            let hand = Hand()
            hand.set(77)
            let generator = EventIDGenerator(clock: hand.clock, random: SeededRandom(seed: 3))
            return (0..<5).map { _ in generator.next() }
        }
        #expect(ids() == ids())
    }

    @Test("many tasks together get each id once")
    func isSafe() async {
        let generator = EventIDGenerator(clock: .system, random: SystemRandomNumberGenerator())
        let all = await withTaskGroup(of: [UInt128].self) { group in
            for _ in 1...8 { group.addTask { (0..<500).map { _ in generator.next().uuid ?? 0 } } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(all.joined()).count == 4000)
        #expect(all.allSatisfy { zip($0, $0.dropFirst()).allSatisfy(<) })
    }
}
