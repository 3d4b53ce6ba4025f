import FlxEvents
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct FollowTests {
    let store = MemoryEventStore()

    /// Follows until the runner has come to a position, and ends the run by cancelling it.
    private func follow(
        _ runner: ProjectionRunner<Ticks>, until position: Position, while work: @Sendable () async throws -> Void
    ) async throws {
        let (steps, continuation) = AsyncStream.makeStream(of: Position.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runner.follow { continuation.yield($0.checkpoint) } }
            try await work()
            for await step in steps where step >= position { break }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test func `following catches up and goes on live`() async throws {
        try await store.add(5)
        let runner = ProjectionRunner(Ticks(), over: store, pageSize: 2)
        let store = store
        try await follow(runner, until: 9) {
            try await store.add(1)
            try await store.add(3)
        }
        #expect(runner.state.numbers == Array(1...9))
    }

    @Test func `appends during catching up are neither lost nor doubled`() async throws {
        try await store.add(200)
        let runner = ProjectionRunner(Ticks(), over: store, pageSize: 16)
        let store = store
        try await follow(runner, until: 1_200) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<4 {
                    group.addTask { for _ in 0..<125 { try await store.add(2, to: "writer-\(writer)") } }
                }
                try await group.waitForAll()
            }
        }
        #expect(runner.state.numbers == Array(1...1_200))
    }

    @Test func `another process goes on from the checkpoint that was saved`() async throws {
        try await store.add(5)
        let checkpoints = Checkpoints()
        let outside = Mutex<[Int64]>([])
        for count in [5, 9, 9] as [Int64] {
            // What each run starts with was saved outside by the one before.
            let start = Ticks(numbers: outside.withLock { $0 })
            let runner = ProjectionRunner(start, over: store, pageSize: 2, checkpoints: checkpoints) { state, _ in
                outside.withLock { $0 = state.numbers }
            }
            try await runner.catchUp()
            #expect(outside.withLock { $0 } == Array(1...count))
            #expect(runner.checkpoint.value == count)
            if count == 5 { try await store.add(4) }
        }
        #expect(checkpoints.saved.withLock { $0 } == [2, 4, 5, 7, 9])
    }

    @Test func `a checkpoint that could not be saved is saved before anything else`() async throws {
        try await store.add(4)
        let checkpoints = Checkpoints()
        let runner = ProjectionRunner(Ticks(), over: store, pageSize: 2, checkpoints: checkpoints)
        checkpoints.failures.withLock { $0 = 1 }
        let error = await #expect(throws: FlxError.self) { try await runner.catchUp() }
        #expect(error?.code == .io)
        try await runner.catchUp()
        #expect(runner.state.numbers == [1, 2, 3, 4])
        #expect(checkpoints.saved.withLock { $0 } == [2, 4])
    }

    @Test func `a state that could not be saved keeps its checkpoint back`() async throws {
        try await store.add(2)
        let checkpoints = Checkpoints()
        let runner = ProjectionRunner(Ticks(), over: store, checkpoints: checkpoints) { _, _ in throw Refusal() }
        let error = await #expect(throws: FlxError.self) { try await runner.catchUp() }
        #expect(error?.cause is Refusal)
        #expect(checkpoints.saved.withLock { $0 } == [])
    }

    @Test func `a reset begins again, at rest and during a run`() async throws {
        try await store.add(6)
        let checkpoints = Checkpoints()
        let runners = Mutex<ProjectionRunner<Ticks>?>(nil)
        let ledger = Ledger(store) { number async throws(FlxError) in
            if number == 3, let runner = runners.withLock({ $0 }) { try await runner.reset() }
        }
        let runner = ProjectionRunner(Ticks(), over: ledger, pageSize: 2, checkpoints: checkpoints)
        runners.withLock { $0 = runner }
        try await runner.catchUp()
        #expect(runner.state.numbers == Array(1...6))
        #expect(checkpoints.saved.withLock { $0 }.contains(.start))
        try await runner.reset()
        #expect(runner.state.numbers == [])
        #expect(runner.checkpoint == .start)
        #expect(checkpoints.saved.withLock { $0.last } == .some(.start))
    }

    @Test func `a runner does one thing at a time`() async throws {
        let runner = ProjectionRunner(Ticks(), over: store)
        let store = store
        try await follow(runner, until: 1) {
            try await store.add(1)
            try await eventually { runner.checkpoint >= 1 }
            let error = await #expect(throws: FlxError.self) { try await runner.replay() }
            #expect(error?.code == .alreadyRunning)
        }
        try await runner.replay()
        #expect(runner.state.numbers == [1])
    }

    @Test func `following ends with an error when the store closes`() async throws {
        let runner = ProjectionRunner(Ticks(), over: store)
        async let outcome = Task { try await runner.follow() }.result
        await store.close()
        guard case .failure(let error) = await outcome else {
            Issue.record("the run ended without an error")
            return
        }
        #expect((error as? FlxError)?.code == .closed)
    }

    @Test func `a runner is a service that ends at a graceful shutdown`() async throws {
        try await store.add(3)
        let runner = ProjectionRunner(Ticks(), over: store)
        let group = ServiceGroup(services: [runner], logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually { runner.checkpoint >= 3 }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(runner.state.numbers == [1, 2, 3])
    }
}
