import FlxEvents
import FlxTesting
import Testing

@Suite struct StoreCopyTests {
    private let source = MemoryEventStore()
    private let target = MemoryEventStore()
    private let seed = SeededGenerator.freshSeed()

    private func fill(_ count: Int, seed: UInt64) async throws {
        var factory = EventFactory(seed: seed)
        factory.streams.append("flx-copy")
        for _ in 0..<count {
            let event = factory.event()
            try await source.append([event], to: event.stream ?? "s")
        }
    }

    private func log(_ store: any EventStore) async throws -> [RecordedEvent] {
        try await store.read(.everything, .forward, limit: .max).events
    }

    private func expectSame(_ comment: Comment) async throws {
        let (from, to) = (try await log(source), try await log(target))
        #expect(to.map(\.event) == from.map(\.event), comment)
        #expect(to.map(\.version) == from.map(\.version), comment)
    }

    @Test func `a copy has the events in their order, with their versions`() async throws {
        try await fill(500, seed: seed)
        var copy = StoreCopy(from: source, to: target)
        copy.pageSize = 64
        let report = try await copy.run()
        #expect(report.isSame && report.copied == 500 && report.source.events == 500)
        #expect(report.sourcePosition == 500 && report.targetPosition == 500)
        try await expectSame("seed \(seed)")
        let again = try await copy.run()
        #expect(again.copied == 0 && again.source == report.source && again.isSame)
    }

    @Test(arguments: [0, 1, 63, 64, 65, 250]) func `a copy that was stopped goes on`(_ before: Int) async throws {
        try await fill(300, seed: seed)
        for recorded in try await log(source)[..<before] {
            try await target.append([recorded.event], to: try #require(recorded.event.stream))
        }
        var copy = StoreCopy(from: source, to: target)
        copy.pageSize = 64
        let report = try await copy.run()
        #expect(report.isSame && report.copied == Int64(300 - before))
        try await expectSame("seed \(seed)")
    }

    @Test func `a target with anything else is refused, and stays as it is`() async throws {
        try await fill(20, seed: seed)
        try await target.append([Event(type: "foreign")], to: "s")
        let error = await #expect(throws: FlxError.self) { try await StoreCopy(from: source, to: target).run() }
        #expect(error?.code == .idConflict)
        #expect(try await target.lastPosition() == 1)
    }

    @Test func `a target that is ahead is refused`() async throws {
        try await fill(20, seed: seed)
        _ = try await StoreCopy(from: source, to: target).run()
        try await target.append([Event(type: "foreign")], to: "elsewhere")
        let error = await #expect(throws: FlxError.self) { try await StoreCopy(from: source, to: target).run() }
        #expect(error?.code == .idConflict && error?.message.contains("20") == true)
    }

    @Test func `who writes to the target meanwhile is found`() async throws {
        try await source.append([Event(type: "t")], to: "a")
        let clock = ManualClock()
        var copy = StoreCopy(from: source, to: target)
        copy.clock = clock
        let following = copy
        let work = Task { try await following.follow(untilSilentFor: .seconds(5)) }
        try await clock.sleepers(reach: 1)
        try await target.append([Event(type: "foreign")], to: "elsewhere")
        clock.advance(by: .seconds(5))
        #expect(try await work.value.isSame == false)
    }

    @Test func `it follows until the source is silent`() async throws {
        try await fill(10, seed: seed)
        let clock = ManualClock()
        var copy = StoreCopy(from: source, to: target)
        copy.clock = clock
        let following = copy
        let work = Task { try await following.follow(untilSilentFor: .seconds(5)) }
        for round in 1...3 as ClosedRange<UInt64> {
            try await clock.sleepers(reach: 1)
            clock.advance(by: .seconds(4))
            try await fill(10, seed: seed &+ round)
            // While it copies nothing sleeps: the sleeper of the next round is a new one.
            try await eventually { try await target.lastPosition().value == 10 + 10 * Int64(round) }
        }
        try await clock.sleepers(reach: 1)
        clock.advance(by: .seconds(5))
        let report = try await work.value
        #expect(report.isSame && report.copied == 40)
        try await expectSame("seed \(seed)")
    }

    @Test func `sums tell logs apart`() async throws {
        var factory = EventFactory(seed: seed)
        let events = factory.events(50)
        var sums: Set<LogSum> = [LogSum()]
        var sum = LogSum()
        for (index, event) in events.enumerated() {
            sum.add(RecordedEvent(event: event, version: try Version(Int64(index)), position: 1, recordedTime: Timestamp(nanoseconds: 1)))
            sums.insert(sum)
        }
        #expect(sums.count == 51, "seed \(seed)")
        #expect(LogSum().description == "cbf29ce484222325")
    }
}
