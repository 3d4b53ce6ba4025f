import FlxEvents
import Testing

@Suite struct StoringAndReadingTests {
    private let store = MemoryEventStore()

    private func fill() async throws {
        let fetched = StepFinished(pipeline: "nightly", step: "fetch", seconds: 40)
        let built = StepFinished(pipeline: "nightly", step: "build", seconds: 90)

        let result = try await store.append(
            [Event(fetched), Event(built)], to: "pipeline-nightly", expecting: .noStream)
        for place in result.places { print(place.position, place.version) }
    }

    @Test func `an append gives places`() async throws {
        try await fill()
        #expect(try await store.lastPosition() == 2)
    }

    @Test func `a decision on a stream is protected by its version`() async throws {
        try await fill()
        func record(_ step: StepFinished) async throws {
            while true {
                let history = try await store.state(of: StepCount(), in: .stream("pipeline-nightly"))
                guard history.steps < 10 else { return }
                do {
                    try await store.append([Event(step)], to: "pipeline-nightly", expecting: .exactly(history.version))
                    return
                } catch {
                    guard error.code == .versionConflict else { throw error }
                    // Somebody was faster: look again, and decide again.
                }
            }
        }
        try await record(StepFinished(pipeline: "nightly", step: "test", seconds: 12))
        #expect(try await store.lastPosition() == 3)
    }

    @Test func `an append can be sent again`() async throws {
        let event = try Event(StepFinished(pipeline: "weekly", step: "fetch", seconds: 3))

        let first = try await store.append([event], to: "pipeline-weekly", expecting: .noStream)
        let second = try await store.append([event], to: "pipeline-weekly", expecting: .noStream)
        #expect(second.places[0].position == first.places[0].position)
        #expect(!second.places[0].isNew)
    }

    @Test func `a boundary is wider than a stream`() async throws {
        try await fill()
        func recordFirstRelease(_ step: StepFinished) async throws {
            let releases = Query.events(StepFinished.eventType, tagged: "step:release")
            let position = try await store.lastPosition()
            let page = try await store.read(Selection(.all, releases), .forward, limit: 1)
            guard page.events.isEmpty else { return }

            try await store.append(
                [Event(step)], to: StreamName("pipeline-\(step.pipeline)"), unless: Boundary(releases, after: position))
        }
        try await recordFirstRelease(StepFinished(pipeline: "weekly", step: "release", seconds: 5))
        try await recordFirstRelease(StepFinished(pipeline: "nightly", step: "release", seconds: 5))
        #expect(try await store.lastPosition() == 3)
    }

    @Test func `pages are read in both directions`() async throws {
        try await fill()
        var seconds = 0
        for try await page in store.pages(.tags("pipeline:nightly")) {
            for recorded in page.events {
                seconds += try recorded.event.decode(as: StepFinished.self).seconds
            }
        }
        #expect(seconds == 130)

        let latest = try await store.read(.stream("pipeline-nightly"), .backward, limit: 1)
        #expect(latest.events.first?.version == 2)
    }

    @Test func `a reader waits for what comes`() async throws {
        try await fill()
        func follow(_ handle: (RecordedEvent) -> Bool) async throws {
            var position = Position.start
            while true {
                let page = try await store.read(.prefix("pipeline-"), .forward(after: position), limit: 500)
                for recorded in page.events where !handle(recorded) { return }
                position = page.through
                if page.isLast { try await store.wait(after: position) }
            }
        }
        var positions: [Position] = []
        try await follow { recorded in
            positions.append(recorded.position)
            return positions.count < 2
        }
        #expect(positions == [1, 2])
    }

    @Test func `a durable reader gets what was recorded`() async throws {
        let event = try Event(StepFinished(pipeline: "nightly", step: "build", seconds: 90))
        try await store.append([event], to: "pipeline-nightly")
        let (handled, continuation) = AsyncStream.makeStream(of: Position.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let notify: @Sendable (StepFinished) async throws -> Void = { _ in continuation.yield(1) }

            let alarms = Subscription("alarms", to: .types(StepFinished.eventType)) { recorded in
                try await notify(recorded.event.decode(as: StepFinished.self))
            }
            let runner = try SubscriptionRunner(alarms, on: store)

            group.addTask { try await runner.run() }
            var places = handled.makeAsyncIterator()
            #expect(await places.next() == 1)
            group.cancelAll()
        }
    }
}

/// How many steps of a pipeline have finished.
private struct StepCount: Projection {
    static let name = "step-count"
    var steps = 0
    var version = Version.none

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        version = recorded.version
        guard recorded.event.type == StepFinished.eventType else { return false }
        steps += 1
        return true
    }
}
