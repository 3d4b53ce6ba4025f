import FlxEvents
import Synchronization
import Testing

@Suite struct ReplayTests {
    let store = MemoryEventStore()

    @Test func `an event that is not handled moves the checkpoint and does not count`() async throws {
        try await store.add(3)
        try await store.add(2, "other")
        let runner = ProjectionRunner(Ticks(), over: store)
        let progress = Mutex<[ProjectionProgress]>([])
        try await runner.replay { step in progress.withLock { $0.append(step) } }
        #expect(runner.state.numbers == [1, 2, 3])
        #expect(runner.handled == 3)
        #expect(runner.checkpoint == 5)
        #expect(progress.withLock { $0 } == [ProjectionProgress(checkpoint: 5, end: 5, events: 5, handled: 3)])
    }

    @Test(arguments: [1, 2, 3, 7, 100]) func `pages of any size give the same state`(_ size: Int) async throws {
        for number in 0..<10 { try await store.add(2, number % 3 == 0 ? "other" : "tick") }
        let runner = ProjectionRunner(Ticks(), over: store, pageSize: size)
        try await runner.replay()
        #expect(runner.state.numbers == (1...20).filter { ($0 - 1) / 2 % 3 != 0 })
        #expect(runner.checkpoint == 20)
    }

    @Test func `a replay begins after a position and ends with one`() async throws {
        try await store.add(10)
        let runner = ProjectionRunner(Ticks(), over: store, pageSize: 4)
        try await runner.replay(from: 2, to: .position(7))
        #expect(runner.state.numbers == [3, 4, 5, 6, 7])
        #expect(runner.checkpoint == 7)
        try await runner.catchUp()
        #expect(runner.state.numbers == Array(3...10))
        try await runner.replay(to: .position(1))
        #expect(runner.state.numbers == [1])
        try await runner.catchUp(to: .position(99))
        #expect(runner.state.numbers == Array(1...10))
    }

    @Test func `a replay to a time takes what had happened by then, wherever it stands`() async throws {
        try await store.add(3, from: 100)
        try await store.add(3, from: 0)
        let runner = ProjectionRunner(Ticks(), over: store, pageSize: 2)
        try await runner.replay(to: .time(.second(101)))
        #expect(runner.state.numbers == [1, 4, 5, 6])
        try await runner.replay(from: 4, to: .time(.second(2)))
        #expect(runner.state.numbers == [5])
        try await runner.catchUp(to: .time(.second(1)))
        #expect(runner.state.numbers == [4])
        try await runner.catchUp()
        #expect(runner.state.numbers == Array(1...6), "a look back is no place to go on from")
    }

    @Test func `an error names event, position and projection and stops before the event`() async throws {
        try await store.add(5)
        let events = try await store.read(.all, .forward, limit: 10).events
        let runner = ProjectionRunner(Ticks(poison: 4), over: store, pageSize: 3)
        let error = await #expect(throws: FlxError.self) { try await runner.replay() }
        #expect(error?.code == .handlerFailed)
        #expect(error?.cause is Refusal)
        for part in ["'ticks'", "position 4", "'tick'", events[3].id.description] {
            #expect(error?.message.contains(part) == true, "\(part) is missing in: \(error?.message ?? "")")
        }
        #expect(runner.state.numbers == [1, 2, 3])
        #expect(runner.checkpoint == 3)
        await #expect(throws: FlxError.self) { try await runner.catchUp() }
        #expect(runner.state.numbers == [1, 2, 3])
    }

    @Test func `two pages are in memory at most`() async throws {
        try await store.add(100)
        let ledger = Ledger(store)
        let runner = ProjectionRunner(Ticks(), over: ledger, pageSize: 8)
        let ahead = Mutex(0)
        try await runner.replay { step in
            let read = ledger.book.withLock(\.events)
            ahead.withLock { $0 = max($0, read - Int(step.events)) }
        }
        #expect(ahead.withLock { $0 } <= 8)
        #expect(ledger.book.withLock(\.limits) == Array(repeating: 8, count: 13))
        #expect(runner.state.numbers == Array(1...100))
    }

    @Test func `the state of a stream, of a query, of a time`() async throws {
        try await store.add(2, to: "a")
        try await store.add(2, to: "b", from: 10)
        #expect(try await store.state(of: Ticks()).numbers == [1, 2, 3, 4])
        #expect(try await store.state(of: Ticks(), in: .stream("b")).numbers == [3, 4])
        #expect(try await store.state(of: Ticks(), in: .types("other")).numbers == [])
        #expect(try await store.state(of: Ticks(), upTo: .position(3)).numbers == [1, 2, 3])
        #expect(try await store.state(of: Ticks(), in: .prefix("b"), upTo: .time(.second(11))).numbers == [3])
    }

    @Test func `a replay ends when its task is cancelled`() async throws {
        try await store.add(100)
        let running = Mutex<Task<Void, any Error>?>(nil)
        let ledger = Ledger(store) { number async throws(FlxError) in
            guard number == 3 else { return }
            while running.withLock({ $0 == nil }) { await Task.yield() }
            running.withLock { $0?.cancel() }
        }
        let runner = ProjectionRunner(Ticks(), over: ledger, pageSize: 2)
        let task = Task { try await runner.replay() }
        running.withLock { $0 = task }
        let error = await #expect(throws: FlxError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(runner.checkpoint < 100)
        try await runner.catchUp()
        #expect(runner.state.numbers == Array(1...100))
    }
}
