import FlxEvents
import FlxTesting
import Foundation
import Synchronization
import Testing

/// Looks back, what is kept of them, and readers of a state that is being folded.
@Suite struct KeptStateTests {
    let store = MemoryEventStore()

    @Test(arguments: [ReplayEnd.time(.second(1)), .version(1)])
    func `a look back never takes the place of a state that is kept`(_ end: ReplayEnd) async throws {
        try await store.add(3)
        let kept = Mutex<[[Int64]]>([])
        let places = Checkpoints()
        let saving = ProjectionRunner(Ticks(), over: store) { state, _ in kept.withLock { $0.append(state.numbers) } }
        let counting = ProjectionRunner(Ticks(), over: store, checkpoints: places)
        for runner in [saving, counting] {
            try await runner.catchUp()
            let (replay, catchUp) = (await code { try await runner.replay(to: end) }, await code { try await runner.catchUp(to: end) })
            #expect(replay == .invalidValue && catchUp == .invalidValue)
            #expect(runner.state.numbers == [1, 2, 3] && runner.checkpoint == 3)
        }
        #expect(kept.withLock { $0 } == [[1, 2, 3]])
        #expect(try await places.checkpoint(Ticks.checkpointName) == 3)
        #expect(try await store.state(of: Ticks(), upTo: end).numbers == [1])
    }

    @Test func `after a look back, nobody is told that the state has all events`() async throws {
        try await store.add(3)
        let receipt = try await store.append([Event(type: "tick", time: .second(9))], to: "s")
        let (runner, clock) = (ProjectionRunner(Ticks(), over: store), ManualClock())
        try await runner.catchUp()
        try await runner.caughtUp(to: receipt, within: .seconds(1), clock: clock)
        try await runner.catchUp(to: .time(.second(1)))
        #expect(runner.state.numbers == [1])
        async let waiting = code { try await runner.caughtUp(to: receipt, within: .seconds(1), clock: clock) }
        for _ in 0..<10_000 where clock.sleepers == 0 { await Task.yield() }
        clock.advance(by: .seconds(1))
        #expect(await waiting == .deadlineExceeded)
        try await runner.catchUp()
        try await runner.caughtUp(to: receipt, within: .seconds(1), clock: clock)
    }

    @Test func `a state can be read between two events of a page`() async throws {
        try await store.add(200)
        let reading = Reading()
        let runner = ProjectionRunner(Slow(reading: reading), over: store)
        let reader = Thread {
            while !reading.hasBegun.load(ordering: .acquiring) { sched_yield() }
            reading.found.store(runner.handled, ordering: .releasing)
        }
        reader.start()
        try await runner.catchUp()
        while reading.found.load(ordering: .acquiring) < 0 { await Task.yield() }
        #expect(reading.found.load(ordering: .acquiring) < 200)
        #expect(runner.handled == 200)
    }

    private func code(_ body: () async throws -> Void) async -> FlxError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? FlxError)?.code
        }
    }
}

/// What a reader found while a page was being applied.
private final class Reading: Sendable {
    let hasBegun = Atomic(false)
    let found = Atomic<Int64>(-1)
}

/// Takes its time with each event but the first.
private struct Slow: Projection {
    static let name = "slow"
    let reading: Reading

    func apply(_ recorded: RecordedEvent) -> Bool {
        guard recorded.position > 1 else { return true }
        reading.hasBegun.store(true, ordering: .releasing)
        for _ in 0..<200 where reading.found.load(ordering: .acquiring) < 0 { sched_yield() }
        return true
    }
}
