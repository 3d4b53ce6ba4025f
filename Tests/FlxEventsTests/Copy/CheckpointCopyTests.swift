@testable import FlxEvents
import FlxTesting
import Testing

/// Subscriptions that go on in a copy of their log.
@Suite struct CheckpointCopyTests {
    private let bench = SubscriptionBench()
    private let target = MemoryEventStore()

    @Test func `a subscription goes on where it stood, with what it parked, and obeys nothing again`() async throws {
        try await bench.append(1...5)
        let subscription = Subscription("s", policy: bench.policy()) { if try SubscriptionBench.number($0) == 2 { throw HandlerRefusal() } }
        try await bench.drain(subscription)
        try await SubscriptionControl(of: "s", in: bench.store).move(to: 3, by: "ops")
        try await bench.drain(subscription)
        try await bench.store.setCheckpoint("totals", to: 4)

        let report = try await StoreCopy(from: bench.store, to: target).run()
        #expect(report.isSame && report.hasSamePositions)
        let carry = CheckpointCopy(from: bench.store, to: target)
        #expect(try await carry.run(after: report, others: ["totals", "nobody"]) == 3)
        #expect(try await carry.run(after: report, others: ["totals"]) == 0, "nothing is set back or saved twice")
        #expect(try await target.checkpoint("totals") == 4)

        let (there, seen) = (SubscriptionBench(target), Seen<Int>())
        try await there.append(6...6)
        try await there.drain(Subscription("s", policy: bench.policy()) { seen.add(try SubscriptionBench.number($0)) })
        #expect(seen.values == [6])
        #expect(try await there.parked("s") == [2])
    }

    @Test func `subscriptions of names that look alike, or begin with a mark, are carried each`() async throws {
        try await bench.append(1...3)
        let names = ["\u{E9}", "e\u{301}", "\u{301}s"]
        for name in names { try await bench.drain(Subscription(name) { _ in }) }
        try await bench.store.setCheckpoint("subscription:e\u{301}", to: 2)
        let report = try await StoreCopy(from: bench.store, to: target).run()
        try await CheckpointCopy(from: bench.store, to: target).run(after: report)
        for name in names {
            let here = try #require(try await bench.store.checkpoint("subscription:\(name)"))
            #expect(try await target.checkpoint("subscription:\(name)") == here)
        }
    }

    @Test func `a checkpoint beyond the copy is its end`() async throws {
        try await bench.append(1...3)
        let report = try await StoreCopy(from: bench.store, to: target).run()
        try await bench.append(4...6)
        try await bench.drain(Subscription("s") { _ in })
        try await CheckpointCopy(from: bench.store, to: target).run(after: report)
        #expect(try await target.checkpoint("subscription:s") == 3)
    }

    @Test func `other positions are refused`() async throws {
        try await bench.append(1...3)
        try await bench.drain(Subscription("s") { _ in })
        let shifted = ShiftedStore(target)
        let report = try await StoreCopy(from: bench.store, to: shifted).run()
        #expect(report.isSame && !report.hasSamePositions)
        let again = try await StoreCopy(from: bench.store, to: shifted).run()
        #expect(again.copied == 0 && !again.hasSamePositions)
        let error = await #expect(throws: FlxError.self) { try await CheckpointCopy(from: bench.store, to: target).run(after: report) }
        #expect(error?.code == .positionsDiffer)
        #expect(try await target.checkpoint("subscription:s") == nil)
    }
}

/// A store whose positions begin later.
private struct ShiftedStore: EventStore {
    private static let shift: Int64 = 100
    private let store: MemoryEventStore

    init(_ store: MemoryEventStore) {
        self.store = store
    }

    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        let result = try await store.append(writes, unless: boundary)
        return AppendResult(places: result.places.map { .init(position: Self.up($0.position), version: $0.version, isNew: $0.isNew) })
    }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        guard case .forward(let after) = direction else { throw FlxError(.invalidValue, "only forward") }
        let start = Position(unchecked: max(0, after.value - Self.shift))
        let page = try await store.read(selection, .forward(after: start), limit: limit)
        let events = page.events.map {
            RecordedEvent(event: $0.event, version: $0.version, position: Self.up($0.position), recordedTime: $0.recordedTime)
        }
        return Page(events: events, through: Self.up(page.through), isLast: page.isLast)
    }

    private static func up(_ position: Position) -> Position { Position(unchecked: position.value + shift) }

    func wait(after position: Position) async throws(FlxError) {
        try await store.wait(after: Position(unchecked: position.value - Self.shift))
    }

    func lastPosition() async throws(FlxError) -> Position { Self.up(try await store.lastPosition()) }
    func close() async { await store.close() }
}
