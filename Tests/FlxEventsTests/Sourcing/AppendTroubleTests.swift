import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// Adds numbers.
private struct Tally: Aggregate {
    static let name = "tally"
    static let events: [any DomainEvent.Type] = [Counted.self]
    private(set) var numbers: [Int] = []

    mutating func evolve(_ event: any DomainEvent) {
        if let event = event as? Counted { numbers.append(event.number) }
    }

    func decide(_ command: Int) -> [any DomainEvent] { [Counted(number: command)] }
}

/// Would write where only the library writes.
private struct Intruder: Aggregate {
    static let name = "intruder"
    static let events: [any DomainEvent.Type] = [Counted.self]

    static func stream(of id: String) throws(FlxError) -> StreamName { "flx-subscription-mailer" }
    mutating func evolve(_ event: any DomainEvent) {}
    func decide(_ command: Int) -> [any DomainEvent] { [Counted(number: command)] }
}

private struct Count: Projection {
    static let name = "count"
    var count = 0

    mutating func apply(_ recorded: RecordedEvent) -> Bool {
        count += 1
        return true
    }
}

/// What becomes of decisions when stores and middleware fail.
@Suite(.timeLimit(.minutes(10))) struct AppendTroubleTests {
    let store = TroubledStore()

    private func numbers(_ stream: StreamName) async throws -> [Int] {
        try await store.inner.read(.stream(stream), .forward, limit: 99).events.map { try $0.event.decode(as: Counted.self).number }
    }

    @Test func anOutcomeThatIsUnknownIsAskedForAndDoublesNothing() async throws {
        let repository = try Repository<Tally>(on: store)
        let bus = HybridEventBus(store: store)
        store.forgetOutcomes(1)
        #expect(try await repository.execute(1, on: "a").state.numbers == [1])
        store.forgetOutcomes(2)
        try await store.decide(Count(), over: .events("test.counted"), to: "b") { [try Event(Counted(number: $0.count))] }
        store.forgetOutcomes(3)
        try await bus.publish(Counted(number: 5), to: "c")
        store.forgetOutcomes(1)
        try await bus.publish([Event(Counted(number: 6))], to: "c", expecting: .exactly(1))
        #expect(try await numbers("tally-a") == [1])
        #expect(try await numbers("b") == [1])
        #expect(try await numbers("c") == [5, 6])
    }

    /// What was kept though the answer was lost is new to the handlers.
    @Test func handlersGetWhatWasRecordedWithALostAnswer() async throws {
        let (bus, seen) = (HybridEventBus(store: store), Seen<Int>())
        bus.subscribe(to: Counted.self) { seen.add($0.number) }
        store.forgetOutcomes(1)
        try await bus.publish(Counted(number: 1), to: "a")
        store.forgetOutcomes(2)
        try await bus.publish([Event(Counted(number: 2))], to: "a", expecting: .exactly(1))
        store.forgetOutcomes(1)
        let outcome = try await Repository<Tally>(on: store, publishingOn: bus).execute(3, on: "b")
        #expect(seen.values == [1, 2, 3])
        #expect(outcome.places.map(\.isNew) == [true])
        let event = try Event(Counted(number: 4), stream: "a")
        try await bus.publish(event)
        try await bus.publish(event)
        #expect(seen.values == [1, 2, 3, 4], "what is published again with an answer is handled once")
    }

    @Test func anOutcomeThatStaysUnknownIsToldAsUnknown() async throws {
        let clock = ManualClock()
        let repository = try Repository<Tally>(on: store, sleep: clock)
        let kept = Mutex(false)
        // Kept the first time; then the store says of each further call that nothing of it was kept.
        store.before.withLock { $0 = { _ throws(FlxError) in if kept.withLock(\.self) { throw FlxError(.io, "no medium") } } }
        store.after.withLock { $0 = { _ throws(FlxError) in
            kept.withLock { $0 = true }
            throw FlxError(.io, "the flush failed", isOutcomeUnknown: true)
        } }
        let command = Task { try await repository.execute(1, on: "a") }
        for _ in 1...4 {
            try await clock.sleepers(reach: 1)
            clock.advance(by: .seconds(1))
        }
        let error = await #expect(throws: FlxError.self) { try await command.value }
        #expect(error?.isOutcomeUnknown == true)
        #expect(try await numbers("tally-a") == [1])
        #expect(try await repository.load("a").state.numbers == [1], "a look tells what became of it")
    }

    @Test func aConflictAfterAnUnknownOutcomeIsDecidedAnew() async throws {
        let repository = try Repository<Tally>(on: store)
        let inner = store.inner
        let first = Mutex(true)
        let rival = StreamWrite([try Event(Counted(number: 7))], to: "tally-a")
        store.before.withLock { $0 = { _ throws(FlxError) in
            let isFirst = first.withLock { first in
                defer { first = false }
                return first
            }
            if isFirst { throw FlxError(.deadlineExceeded, "no answer", isOutcomeUnknown: true) }
        } }
        _ = try await inner.append([rival], unless: nil)
        #expect(try await repository.execute(1, on: "a").state.numbers == [7, 1])
        #expect(try await numbers("tally-a") == [7, 1])
    }

    /// An event that the aggregate cannot read would stop it permanently.
    @Test func whatMiddlewareMakesUnreadableIsNotRecorded() async throws {
        let spoil = Mutex(true)
        let middleware = Middleware.enrich { event throws(FlxError) in
            if spoil.withLock(\.self) { event.payload = try .json(["nonsense": 1]) }
        }
        let bus = HybridEventBus(store: store, configuration: BusConfiguration(middleware: [middleware]))
        let repository = try Repository<Tally>(on: store, publishingOn: bus)
        let error = await #expect(throws: FlxError.self) { try await repository.execute(1, on: "a") }
        #expect(error?.code == .typeMismatch)
        #expect(try await store.lastPosition() == .start)
        spoil.withLock { $0 = false }
        #expect(try await repository.execute(2, on: "a").state.numbers == [2])
    }

    @Test func whatMiddlewareDropsDoesNotHappen() async throws {
        let drop = Middleware(publish: { _, next throws(FlxError) in try await next([]) })
        let bus = HybridEventBus(store: store, configuration: BusConfiguration(middleware: [drop]))
        let outcome = try await Repository<Tally>(on: store, publishingOn: bus).execute(1, on: "a")
        #expect(outcome.events.isEmpty && outcome.state.numbers.isEmpty && outcome.version == .none)
        #expect(try await store.lastPosition() == .start)
    }

    @Test func nobodyDecidesForASystemStream() async throws {
        let errors = [
            await #expect(throws: FlxError.self) { try await Repository<Intruder>(on: store).execute(1, on: "a") },
            await #expect(throws: FlxError.self) { try await store.decide(Count(), over: .all, to: "flx-x") { _ in [Event(type: "t")] } },
        ]
        #expect(errors.allSatisfy { $0?.code == .invalidValue })
        #expect(try await store.lastPosition() == .start)
    }

    /// Many commands over a store that forgets outcomes, fails and is overtaken: each that succeeds is recorded once, and one that fails
    /// with a known outcome is not recorded.
    @Test func whateverTheStoreDoesNothingIsRecordedTwice() async throws {
        let seed = SeededGenerator.freshSeed()
        let random = Mutex(SeededGenerator(seed: seed))
        @Sendable func once(in count: Int) -> Bool { random.withLock { $0.once(in: count) } }
        store.before.withLock { $0 = { _ throws(FlxError) in
            if once(in: 9) { throw FlxError(.io, "a moment of weakness") }
            if once(in: 9) { throw FlxError(.deadlineExceeded, "no answer", isOutcomeUnknown: true) }
        } }
        store.after.withLock { $0 = { _ throws(FlxError) in
            if once(in: 4) { throw FlxError(.deadlineExceeded, "no answer", isOutcomeUnknown: true) }
        } }
        let bus = HybridEventBus(store: store)
        let repositories = [
            try Repository<Tally>(on: store), try Repository<Tally>(on: store, publishingOn: bus),
            try Repository<Tally>(on: store, keeping: 1),
        ]
        let (done, refused) = (Seen<Int>(), Seen<Int>())
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<150 {
                group.addTask {
                    do {
                        try await repositories[number % 3].execute(number, on: "\(number % 4)")
                        done.add(number)
                    } catch {
                        if (error as? FlxError)?.isOutcomeUnknown == false { refused.add(number) }
                    }
                }
            }
        }
        var recorded: [Int] = []
        for id in 0..<4 { recorded += try await numbers(StreamName("tally-\(id)")) }
        #expect(Set(recorded).count == recorded.count, "seed \(seed)")
        #expect(Set(done.values).isSubset(of: recorded), "seed \(seed)")
        #expect(Set(refused.values).isDisjoint(with: recorded), "seed \(seed)")
        for id in 0..<4 {
            let expected = try await numbers(StreamName("tally-\(id)"))
            for repository in repositories { #expect(try await repository.load("\(id)").state.numbers == expected, "seed \(seed)") }
        }
    }
}
