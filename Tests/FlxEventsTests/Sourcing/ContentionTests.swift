@testable import FlxEvents
import FlxCore
import FlxTesting
import Synchronization
import Testing

/// Counts, and refuses with the code of a conflict.
private struct Meter: Aggregate {
    enum Command { case add, refuse }

    static let name = "meter"
    static let events: [any DomainEvent.Type] = [Counted.self]
    @TaskLocal static var decisions: Seen<Int>?
    private(set) var sum = 0

    mutating func evolve(_ event: any DomainEvent) {
        if let event = event as? Counted { sum += event.number }
    }

    func decide(_ command: Command) throws -> [any DomainEvent] {
        Self.decisions?.add(sum)
        if case .refuse = command { throw FlxError(.versionConflict, "the meter is of another version") }
        return [Counted(number: 1)]
    }
}

private struct Sum: Projection {
    static let name = "sum"
    var sum = 0
    mutating func apply(_ recorded: RecordedEvent) -> Bool {
        sum += 1
        return true
    }
}

/// Many who decide on the same events at the same time.
@Suite(.timeLimit(.minutes(10))) struct ContentionTests {
    let store = MemoryEventStore()

    @Test(arguments: [false, true]) func commandsOnOneAggregateTakeTurns(_ publishes: Bool) async throws {
        let ledger = Ledger(store) { _ in await Task.yield() }
        let bus = publishes ? HybridEventBus(store: ledger) : nil
        let repository = try Repository<Meter>(on: ledger, publishingOn: bus, attempts: 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 { group.addTask { try await repository.execute(.add, on: "a") } }
            try await group.waitForAll()
        }
        #expect(try await repository.load("a").state.sum == 200)
    }

    @Test(arguments: 1...4) func fiftyCommandsOfSeveralRepositoriesAllSucceed(_ count: Int) async throws {
        let repositories = try (0..<count).map { _ in try Repository<Meter>(on: store) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 { group.addTask { try await repositories[number % count].execute(.add, on: "a") } }
            try await group.waitForAll()
        }
        #expect(try await repositories[0].load("a").state.sum == 50)
    }

    @Test func fiftyDecisionsOverOneQueryAllSucceed() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    try await store.decide(Sum(), over: .events("sold"), to: StreamName("s-\(number)")) {
                        [try Event(type: "sold", data: .number(JSONNumber($0.sum)))]
                    }
                }
            }
            try await group.waitForAll()
        }
        let sold = try await store.read(.all, .forward, limit: 99).events.map { try $0.event.value.int }
        #expect(sold == Array(0..<50))
    }

    @Test func whoIsOvertakenWaitsLongerEachTime() async throws {
        let (clock, pauses) = (ManualClock(), Seen<Int>())
        let repository = try Repository<Meter>(on: LateStore(inner: store), attempts: 6, sleep: clock, chance: { 0 })
        let command = Task { try await repository.execute(.add, on: "a") }
        for milliseconds in [1, 2, 4, 8, 16] {
            try await clock.sleepers(reach: 1)
            clock.advance(by: .milliseconds(milliseconds) - .nanoseconds(1))
            #expect(clock.sleepers == 1)
            clock.advance(by: .nanoseconds(1))
            pauses.add(milliseconds)
        }
        let error = await #expect(throws: FlxError.self) { _ = try await command.value }
        #expect(error?.code == .versionConflict && pauses.values.count == 5)
    }

    @Test func aRefusalWithTheCodeOfAConflictIsOneOfTheAggregate() async throws {
        let (repository, decisions) = (try Repository<Meter>(on: store), Seen<Int>())
        try await repository.execute(.add, on: "a")
        let error = await #expect(throws: FlxError.self) {
            try await Meter.$decisions.withValue(decisions) { try await repository.execute(.refuse, on: "a") }
        }
        #expect(error?.message == "the meter is of another version")
        #expect(decisions.values == [1])
    }

    @Test func aHandlerMaySendACommandToTheSameAggregate() async throws {
        let bus = HybridEventBus(store: store)
        let repository = try Repository<Meter>(on: store, publishingOn: bus)
        let calls = Mutex(0)
        bus.subscribe(to: Counted.self) { _ in
            let isEarly = calls.withLock { calls in
                calls += 1
                return calls <= 40
            }
            // Also from a task that knows nothing of the handler.
            if isEarly { _ = try await Task.detached { try await repository.execute(.add, on: "a") }.value }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { try await repository.execute(.add, on: "a") } }
            try await group.waitForAll()
        }
        #expect(try await repository.load("a").state.sum == 60)
    }

    @Test func turnsComeInOrderAndCanBeGivenUp() async throws {
        let (turns, order) = (Turns(), Seen<Int>())
        let first = try await turns.take()
        var tasks: [Task<Void, any Error>] = []
        for number in 1...4 {
            tasks.append(Task {
                let turn = try await turns.take()
                order.add(number)
                turn.end()
                turn.end()
            })
            // Each is on the list before the next one comes.
            try await eventually { turns.waiting == number }
        }
        tasks[1].cancel()
        let error = await #expect(throws: FlxError.self) { try await tasks[1].value }
        #expect(error?.code == .cancelled)
        first.end()
        for index in [0, 2, 3] { try await tasks[index].value }
        #expect(order.values == [1, 3, 4])
        try await turns.take().end()
    }

    @Test func aBusSeesWhatIsDecided() async throws {
        let (bus, seen) = (HybridEventBus(store: store), Seen<Int>())
        bus.subscribe(to: Counted.self) { seen.add($0.number) }
        for number in 0..<3 {
            let result = try await store.decide(Sum(), over: .all, to: "s", publishingOn: bus) { [try Event(Counted(number: $0.sum))] }
            #expect(result.places.map(\.position.value) == [Int64(number + 1)])
        }
        #expect(seen.values == [0, 1, 2])
    }

    @Test func aDecisionHasTheCauseOfItsTask() async throws {
        let cause = try Event(Counted(number: 1))
        _ = try await EventContext(correlationID: cause.id, causationID: nil, userID: "ann").run {
            try await store.decide(Sum(), over: .all, to: "s") { _ in [try Event(type: "sold", data: 1)] }
        }
        let event = try #require(try await store.read(.all, .forward, limit: 1).events.first).event
        #expect(event.correlationID == cause.id && event.userID == "ann")
    }
}

/// A store in which each append to a stream comes too late.
private struct LateStore: ForwardingStore {
    let inner: MemoryEventStore

    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        try await inner.append([try Event(Counted(number: 1))], to: "meter-a")
        return try await inner.append(writes, unless: boundary)
    }
}
