import FlxEvents
import Testing

/// What a handler throws for events that it cannot read.
private struct DecodingFailure: Error {}
private struct PartnerIsDown: Error {}

/// Counts steps; one that was corrected is one step.
private struct StepCount: Projection {
    static let name = "step-count"
    var steps = 0

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        guard recorded.corrects == nil else { return false }
        steps += 1
        return true
    }
}

@Suite struct HandlingFailuresTests {
    private let store = MemoryEventStore()
    private let send: @Sendable (StepFinished) async throws -> Void = { step in
        if step.seconds < 0 { throw DecodingFailure() }
    }

    private func append(_ seconds: Int...) async throws {
        let steps = try seconds.map { try Event(StepFinished(pipeline: "nightly", step: "build", seconds: $0)) }
        try await store.append(steps, to: "pipeline-nightly")
    }

    private func run(_ runner: SubscriptionRunner, until holds: () async throws -> Bool) async throws {
        let limit = ContinuousClock.now + .seconds(600)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runner.run() }
            while try await !holds() {
                try #require(ContinuousClock.now < limit, "it did not come to pass")
                try await Task.sleep(nanoseconds: 1_000_000)
            }
            group.cancelAll()
        }
    }

    @Test func `a group runs several`() async throws {
        let (seen, continuation) = AsyncStream.makeStream(of: Int.self)
        let alarm: @Sendable (RecordedEvent) async throws -> Void = { continuation.yield(Int($0.position.value)) }
        let reports = Subscription("reports") { continuation.yield(10 * Int($0.position.value)) }

        let group = try SubscriptionGroup(store: store) {
            reports
            Subscription("alarms", to: .types(StepFinished.eventType)) { try await alarm($0) }
        }

        #expect(group["reports"] != nil)
        try await append(40)
        var sum = 0
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for await number in seen {
                sum += number
                if sum == 11 { break }
            }
            tasks.cancelAll()
            try await tasks.waitForAll()
        }
        #expect(sum == 11)
    }

    @Test func `what fails is parked, corrected and retried`() async throws {
        let send = self.send
        try await append(40, -1, 7)

        var policy = SubscriptionPolicy()
        policy.retryAfter = { error in error is DecodingFailure ? RetryPolicy.none : nil }
        policy.isOutage = { error in error is PartnerIsDown }
        policy.parking = .keyWaits
        let reports = Subscription("reports", version: 2, to: .types(StepFinished.eventType), policy: policy) { recorded in
            try await send(recorded.event.decode(as: StepFinished.self))
        }
        let runner = try SubscriptionRunner(reports, on: store)

        try await run(runner) { try await runner.parking.count() == 2 }
        for group in try await runner.parking.groups() {
            print("\(group.count) events: \(group.fingerprint)")
        }
        let result = try await runner.retryParked(.all, by: "ops", perSecond: 20) { progress in
            print("\(progress.done) of \(progress.total)")
        }
        #expect(result.failed == 1 && result.skipped == 1)

        let position = try #require(try await runner.parking.events(limit: 1).first?.position)
        let corrected = StepFinished(pipeline: "nightly", step: "build", seconds: 90)
        try await runner.parking.edit(at: position, payload: .json(corrected), reason: "the unit was wrong", by: "ops")
        try await runner.retryParked(.position(position), by: "ops")
        #expect(try await runner.parking.count() == 0)
        #expect(try await store.state(of: StepCount(), in: .stream("pipeline-nightly")).steps == 3)

        try await append(-2)
        try await run(runner) { try await runner.parking.count() == 1 }
        try await discardFirst(of: runner)
        #expect(try await runner.parking.count() == 0)
    }

    @Test func `a subscription is defined`() async throws {
        let send = self.send

        var policy = SubscriptionPolicy()
        policy.retry = .exponential(from: .milliseconds(100), to: .seconds(10), attempts: 5).jittered(0.2)
        policy.deadline = .seconds(30)
        policy.parallelism = 4

        let reports = Subscription("reports", version: 2, to: .types(StepFinished.eventType), policy: policy) { recorded in
            try await send(recorded.event.decode(as: StepFinished.self))
        }
        let runner = try SubscriptionRunner(reports, on: store)

        try await append(40, 2)
        let checkpoint = reports.checkpointName
        try await run(runner) { [store] in try await store.checkpoint(checkpoint) ?? .start >= 2 }
        #expect(try await runner.parking.count() == 0)
    }

    private func discardFirst(of runner: SubscriptionRunner) async throws {
        let position = try #require(try await runner.parking.events(limit: 1).first?.position)
        try await runner.parking.discard(.position(position), reason: "a test run", by: "ops")
    }

    @Test func `an operator holds and moves it`() async throws {
        try await append(1, 2)
        let runner = try SubscriptionRunner(Subscription("reports") { _ in }, on: store)

        try await runner.pause(by: "ops", reason: "the mail server moves")
        let status = try await runner.status()
        print(status.reason ?? "it moves", status.lag, status.lagTime ?? .zero)
        try await runner.resume(by: "ops")
        try await runner.move(to: .start, by: "ops", reason: "reports were lost")

        #expect(status.reason?.contains("the mail server moves") == true && status.lag == 2)
        #expect(try await runner.status().pausedBy == nil)
    }

    @Test func `batches, and effects that happen once`() async throws {
        try await append(1, 20, 3)
        let (sizes, continuation) = AsyncStream.makeStream(of: Int.self)
        let insert: @Sendable ([RecordedEvent]) async throws -> Void = { continuation.yield($0.count) }

        let rows = Subscription("rows", batches: .upTo(500, within: .milliseconds(200))) { events in
            try await insert(events)
        }
        let bonuses = Subscription(once: "bonuses", to: .types(StepFinished.eventType)) { recorded in
            let step = try recorded.event.decode(as: StepFinished.self)
            guard step.seconds < 10 else { return [] }
            return [StreamWrite([try Event(type: "bonus.earned", data: ["step": .string(step.step)])], to: "bonuses")]
        }

        let effects = Selection.stream("bonuses")
        for _ in 1...2 {
            let runner = try SubscriptionRunner(bonuses, on: store)
            try await run(runner) { [store] in try await store.read(effects, .forward, limit: 9).events.count == 2 }
            try await store.setCheckpoint(bonuses.checkpointName, to: nil)
        }
        let runner = try SubscriptionRunner(rows, on: store)
        var iterator = sizes.makeAsyncIterator()
        try await run(runner) { await iterator.next() == 5 }
    }
}
