import FlxCore
import FlxTesting
import Testing

@Suite("Manual clock")
struct ManualClockTests {
    let clock = ManualClock(at: Timestamp(nanoseconds: 1000))

    @Test func passesTimeWhenTold() {
        #expect(clock.events.now() == Timestamp(nanoseconds: 1000) && clock.now.offset == .zero)
        clock.advance(by: .nanoseconds(500))
        #expect(clock.events.now() == Timestamp(nanoseconds: 1500) && clock.now.offset == .nanoseconds(500))
        clock.set(Timestamp(nanoseconds: 10))
        #expect(clock.events.now() == Timestamp(nanoseconds: 10) && clock.now.offset == .nanoseconds(500))
    }

    @Test func wakesWhoseDeadlineHasCome() async throws {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for seconds in [1, 2, 3] {
                group.addTask {
                    try await clock.sleep(for: .seconds(seconds))
                    return seconds
                }
            }
            try await clock.sleepers(reach: 3)
            clock.advance(by: .milliseconds(999))
            #expect(clock.sleepers == 3)
            clock.advance(by: .milliseconds(1001))
            #expect(clock.sleepers == 1)
            #expect(try await Set([group.next(), group.next()]) == [1, 2])
            clock.advance(by: .seconds(1))
            #expect(try await group.next() == 3)
        }
    }

    @Test func doesNotSleepForThePast() async throws {
        try await clock.sleep(for: .zero)
        try await clock.sleep(for: .seconds(-1))
        #expect(clock.sleepers == 0)
    }

    @Test func endsWithTheTask() async {
        for yields in [0, 20] {
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await clock.sleep(for: .seconds(1)) }
                for _ in 0..<yields { await Task.yield() }
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.waitForAll() }
            }
            #expect(clock.sleepers == 0)
        }
    }
}
