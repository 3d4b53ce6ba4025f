import FlxEvents
import Testing

struct TimeSpent: Projection {
    static let name = "time-spent"
    private(set) var seconds: [String: Int] = [:]

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        guard recorded.event.type == StepFinished.eventType else { return false }
        let finished = try recorded.event.decode(as: StepFinished.self)
        seconds[finished.pipeline, default: 0] += finished.seconds
        return true
    }
}

@Suite struct ProjectingStateTests {
    private let store = MemoryEventStore()

    private func fill() async throws {
        for seconds in [40, 90] {
            let finished = StepFinished(pipeline: "nightly", step: "build", seconds: seconds)
            try await store.append([Event(finished)], to: "pipeline-nightly")
        }
    }

    @Test func `a state is folded when it is asked for`() async throws {
        try await fill()
        let spent = try await store.state(of: TimeSpent())
        #expect(spent.seconds == ["nightly": 130])

        let before = try await store.state(of: TimeSpent(), in: .stream("pipeline-nightly"), upTo: .position(1))
        #expect(before.seconds == ["nightly": 40])
    }

    @Test func `a runner replays and catches up`() async throws {
        try await fill()
        let runner = ProjectionRunner(TimeSpent(), over: store)
        try await runner.replay { progress in
            print("\(progress.events) events, up to \(progress.checkpoint) of \(progress.end)")
        }
        #expect(runner.state.seconds == ["nightly": 130])

        try await fill()
        try await runner.catchUp()
        #expect(runner.state.seconds == ["nightly": 260])
        #expect(runner.handled == 4)
    }

    @Test func `a state outside goes on from its checkpoint, and begins anew without one`() async throws {
        try await fill()
        let table = Table()
        for seconds in [130, 260] {
            try await catchUp(table)
            #expect(await table.rows == ["nightly": seconds])
            if seconds == 130 { try await fill() }
        }
        #expect(try await store.checkpoint(TimeSpent.checkpointName) == 4)
        // As after a restore that dropped the checkpoint.
        try await store.setCheckpoint(TimeSpent.checkpointName, to: nil)
        try await catchUp(table)
        #expect(await table.rows == ["nightly": 260])
        // As after a crash between the rows and the checkpoint.
        try await store.setCheckpoint(TimeSpent.checkpointName, to: 3)
        try await catchUp(table)
        #expect(await table.rows == ["nightly": 260])
    }

    private func catchUp(_ table: Table) async throws {
        let checkpoint = try await store.checkpoint(TimeSpent.checkpointName)
        let fits = await checkpoint == table.checkpoint
        if !fits { try await store.setCheckpoint(TimeSpent.checkpointName, to: nil) }
        let stored = await fits ? table.rows : [:]
        let runner = ProjectionRunner(TimeSpent(seconds: stored), over: store, checkpoints: store) { spent, checkpoint in
            try await table.replace(with: spent.seconds, asOf: checkpoint)
        }
        try await runner.catchUp()
    }

    @Test func `a runner follows until it is cancelled`() async throws {
        try await fill()
        let runner = ProjectionRunner(TimeSpent(), over: store)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runner.follow() }
            try await store.wait(after: 1)
            group.cancelAll()
        }
        #expect(runner.checkpoint <= 2)
    }
}

/// Stands for a table of another database.
private actor Table {
    private(set) var rows: [String: Int] = [:]
    private(set) var checkpoint: Position?

    func replace(with rows: [String: Int], asOf checkpoint: Position) throws {
        self.rows = rows
        self.checkpoint = checkpoint
    }
}
