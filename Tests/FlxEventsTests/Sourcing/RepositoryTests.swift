@testable import FlxEvents
import FlxCore
import Synchronization
import Testing

/// Counts up to a limit; for tests of repositories.
private struct Counter: Aggregate {
    enum Command { case add(Int), raise(to: Int), nothing }

    static let name = "counter"
    static let events: [any DomainEvent.Type] = [Counted.self, Followed.self]
    private(set) var sum = 0

    mutating func evolve(_ event: any DomainEvent) {
        if let event = event as? Counted { sum += event.number }
    }

    func decide(_ command: Command) throws -> [any DomainEvent] {
        if case .raise(let level) = command { return level > sum ? [Counted(number: level - sum)] : [] }
        guard case .add(let number) = command else { return [] }
        guard sum + number <= 100 else { throw HandlerRefusal(reason: "the limit is 100") }
        return [Counted(number: number), Followed(number: number)]
    }
}

/// Decides on an event that it does not name, and refuses those of others.
private struct Strict: Aggregate {
    static let name = "strict"
    static let events: [any DomainEvent.Type] = [Counted.self]
    static let unknownEvents = UnknownEvents.refuse

    mutating func evolve(_ event: any DomainEvent) {}
    func decide(_ command: Int) -> [any DomainEvent] { [Followed(number: command)] }
}

/// Has a name that a test gives it.
private struct Named: Aggregate {
    @TaskLocal static var name = ""
    static let events: [any DomainEvent.Type] = []

    mutating func evolve(_ event: any DomainEvent) {}
    func decide(_ command: Int) -> [any DomainEvent] { [] }
}

/// Has streams with names of its own form.
private struct Old: Aggregate {
    static let name = "order-item"
    static let events: [any DomainEvent.Type] = []

    static func stream(of id: String) throws(FlxError) -> StreamName { "order-item-\(id)" }
    mutating func evolve(_ event: any DomainEvent) {}
    func decide(_ command: Int) -> [any DomainEvent] { [] }
}

/// A number that is written with two places.
private struct Rounded: DomainEvent {
    static let eventType: EventType = "test.rounded"
    var number: Double

    init(number: Double) { self.number = number }
    init(json: inout JSONReader) throws(FlxError) { number = Double(try Int(json: &json)) / 100 }
    func write(to json: inout JSONWriter) throws(FlxError) { Int((number * 100).rounded()).write(to: &json) }
}

private struct Rounding: Aggregate, Equatable {
    static let name = "rounding"
    static let events: [any DomainEvent.Type] = [Rounded.self]
    var sum = 0.0

    mutating func evolve(_ event: any DomainEvent) {
        if let event = event as? Rounded { sum += event.number }
    }

    func decide(_ command: Double) -> [any DomainEvent] { [Rounded(number: command)] }
}

@Suite struct AggregateTests {
    let store = MemoryEventStore()

    @Test func aCommandAppendsWhatTheAggregateDecides() async throws {
        let repository = try Repository<Counter>(on: store)
        let first = try await repository.execute(.add(3), on: "a")
        let second = try await repository.execute(.add(4), on: "a")
        #expect(first.places.map(\.version) == [1, 2])
        #expect(second.state.sum == 7)
        #expect(second.version == 4)
        #expect(try await repository.load("a").state.sum == 7)
        #expect(try await Repository<Counter>(on: store).load("a").state.sum == 7)
        #expect(try await repository.load("b").version == .none)
        #expect(try await store.read(.stream("counter-a"), .forward, limit: 9).events.map(\.event.type) == [
            "test.counted", "test.followed", "test.counted", "test.followed",
        ])
    }

    @Test func aRefusalAndNothingAppendNothing() async throws {
        let repository = try Repository<Counter>(on: store)
        await #expect(throws: HandlerRefusal.self) { try await repository.execute(.add(101), on: "a") }
        #expect(try await repository.execute(.nothing, on: "a").events.isEmpty)
        #expect(try await store.lastPosition() == .start)
    }

    @Test func whoeverIsFasterIsNeverOverruled() async throws {
        let repositories = try (0..<4).map { _ in try Repository<Counter>(on: store, attempts: .max) }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<40 {
                group.addTask {
                    do {
                        try await repositories[index % 4].execute(.add(3), on: "shared")
                        return 1
                    } catch is HandlerRefusal {
                        return 0
                    }
                }
            }
            let accepted = try await group.reduce(0, +)
            #expect(accepted == 33, "thirty-three times three is all that fits under a hundred")
        }
        #expect(try await Repository<Counter>(on: store).load("shared").state.sum == 99)
    }

    @Test func aKeptStateThatIsBehindDoesNotRefuse() async throws {
        let (near, far) = (try Repository<Counter>(on: store), try Repository<Counter>(on: store))
        try await near.execute(.add(100), on: "a")
        await #expect(throws: HandlerRefusal.self) { try await near.execute(.add(1), on: "a") }
        try await store.append([try Event(Counted(number: -50))], to: "counter-a")
        #expect(try await near.execute(.add(1), on: "a").state.sum == 51)
        #expect(try await far.load("a").state.sum == 51)
    }

    @Test func aKeptStateThatIsBehindDoesNotMakeACommandSuperfluous() async throws {
        let (near, far) = (try Repository<Counter>(on: store), try Repository<Counter>(on: store))
        try await near.execute(.raise(to: 10), on: "a")
        try await far.execute(.add(-10), on: "a")
        let outcome = try await near.execute(.raise(to: 10), on: "a")
        #expect(outcome.events.count == 1)
        #expect(outcome.state.sum == 10)
        let nothing = try await far.execute(.raise(to: 10), on: "a")
        #expect(nothing.events.isEmpty)
        #expect(nothing.version == outcome.version, "an empty decision tells the version that it rests on")
    }

    @Test(arguments: [false, true]) func aKeptStateThatIsBehindCostsNoAttempt(_ publishes: Bool) async throws {
        let bus = publishes ? HybridEventBus(store: store) : nil
        let once = try Repository<Counter>(on: store, publishingOn: bus, attempts: 1)
        try await once.execute(.add(1), on: "a")
        for number in 1...3 {
            try await store.append([try Event(Counted(number: 10))], to: "counter-a")
            #expect(try await once.execute(.add(1), on: "a").state.sum == 11 * number + 1)
        }
        let busy = try Repository<Counter>(on: BusyAppends(), attempts: 2)
        let error = await #expect(throws: FlxError.self) { try await busy.execute(.add(1), on: "a") }
        #expect(error?.code == .versionConflict, "who is overtaken in every attempt is told")
    }

    @Test func aForeignEventChangesNothing() async throws {
        let repository = try Repository<Counter>(on: store)
        try await repository.execute(.add(3), on: "a")
        try await store.append([try Event(type: "test.unknown", data: 1)], to: "counter-a")
        let loaded = try await repository.load("a")
        #expect(loaded.state.sum == 3 && loaded.version == 3)
        #expect(try await repository.execute(.add(4), on: "a").state.sum == 7)
        #expect(try await Repository<Counter>(on: store).load("a").state.sum == 7)
    }

    @Test func anUnknownEventIsNamedWhereItIsRefused() async throws {
        try await store.append([try Event(type: "test.unknown", data: 1)], to: "strict-a")
        let repository = try Repository<Strict>(on: store)
        let error = await #expect(throws: FlxError.self) { _ = try await repository.load("a") }
        #expect(error?.code == .registration)
        #expect(error?.message.contains("test.unknown") == true)
    }

    @Test func anUnknownVersionOfItsOwnEventIsNotForeign() async throws {
        try await store.append([try Event(CountedAgain(number: 1))], to: "counter-a")
        let repository = try Repository<Counter>(on: store)
        let error = await #expect(throws: FlxError.self) { _ = try await repository.load("a") }
        #expect(error?.code == .registration)
        #expect(error?.message.contains("in version 2") == true)
    }

    @Test func anEventThatTheAggregateDoesNotNameIsNotAppended() async throws {
        let repository = try Repository<Strict>(on: store)
        let error = await #expect(throws: FlxError.self) { try await repository.execute(1, on: "a") }
        #expect(error?.code == .registration)
        #expect(try await store.lastPosition() == .start)
    }

    @Test func noTwoKindsHaveOneStream() async throws {
        for name in ["", "order-item", "flx"] {
            Named.$name.withValue(name) {
                let error = #expect(throws: FlxError.self) { try Named.stream(of: "5") }
                #expect(error?.code == .invalidValue, "\(name)")
            }
        }
        #expect(try Named.$name.withValue("order") { try Named.stream(of: "item-5") } == "order-item-5")
        #expect(try Old.stream(of: "5") == "order-item-5")
    }

    @Test func theKeptStateIsWhatTheNextProcessReads() async throws {
        let repository = try Repository<Rounding>(on: store)
        let outcome = try await repository.execute(1.239, on: "a")
        let kept = try await repository.load("a").state
        let read = try await Repository<Rounding>(on: store).load("a").state
        #expect(outcome.state == read && kept == read)
        #expect(read.sum == 1.24)
    }

    @Test func aBusSeesWhatIsAppended() async throws {
        let bus = HybridEventBus(store: store)
        let seen = Seen<Int>()
        bus.subscribe(to: Counted.self) { seen.add($0.number) }
        try await Repository<Counter>(on: store, publishingOn: bus).execute(.add(3), on: "a")
        #expect(seen.values == [3])
    }

    @Test func whatMiddlewareMakesOfAnEventIsInTheState() async throws {
        let change = Middleware.enrich { event throws(FlxError) in
            guard event.type == "test.counted" else { return }
            event.payload = try Event(Counted(number: 1)).payload
            event.tags.append("changed")
        }
        let double = Middleware(publish: { publications, next throws(FlxError) in
            try await next(publications + publications.filter { $0.event.type == "test.counted" }.map { publication in
                Publication(Event(type: publication.event.type, payload: publication.event.payload))
            })
        })
        for (name, middleware) in [("changed", [change]), ("more", [change, double]), ("none", [])] {
            let bus = HybridEventBus(store: store, configuration: BusConfiguration(middleware: middleware))
            let repository = try Repository<Counter>(on: store, publishingOn: bus)
            let outcome = try await repository.execute(.add(5), on: name)
            let recorded = try await store.read(.stream("counter-\(name)"), .forward, limit: 9).events
            #expect(outcome.events == recorded.map(\.event), "\(name)")
            let (kept, read) = (try await repository.load(name), try await Repository<Counter>(on: store).load(name))
            #expect(outcome.state.sum == read.state.sum && kept.state.sum == read.state.sum && kept.version == read.version, "\(name)")
            #expect(read.state.sum == ["changed": 1, "more": 2, "none": 5][name])
        }
    }

    @Test(arguments: [1, 3]) func aRefusalThatOthersOvertakeIsTriedAsOftenAsAnythingElse(_ attempts: Int) async throws {
        let busy = BusyStore()
        let repository = try Repository<Counter>(on: busy, attempts: attempts)
        let error = await #expect(throws: FlxError.self) { try await repository.execute(.nothing, on: "a") }
        #expect(error?.code == .versionConflict)
        #expect(busy.reads.withLock(\.self) == attempts + 1, "one to load, and one for each attempt")
    }

    @Test func recentValuesStayAndOldOnesGo() {
        var cache = RecentCache<Int, String>(capacity: 2)
        for key in 1...3 { #expect(cache.value(for: key, orNew: "\(key)") == "\(key)") }
        #expect(cache.value(for: 1, orNew: "new") == "1", "used again, it is young")
        for key in 4...5 { _ = cache.value(for: key, orNew: "\(key)") }
        #expect(cache.value(for: 2, orNew: "new") == "new")
        #expect(cache.count <= 4)
    }
}

/// A store in which each read of a stream finds an event more.
private final class BusyStore: EventStore {
    let inner = MemoryEventStore()
    let reads = Mutex(0)

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        reads.withLock { $0 += 1 }
        try await inner.append([try Event(Counted(number: 1))], to: "counter-a")
        return try await inner.read(selection, direction, limit: limit)
    }
    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        try await inner.append(writes, unless: boundary)
    }
    func wait(after position: Position) async throws(FlxError) { try await inner.wait(after: position) }
    func lastPosition() async throws(FlxError) -> Position { try await inner.lastPosition() }
    func close() async { await inner.close() }
}

/// A store in which each append to a stream comes too late.
private final class BusyAppends: EventStore {
    let inner = MemoryEventStore()

    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        try await inner.append([try Event(Counted(number: 1))], to: "counter-a")
        return try await inner.append(writes, unless: boundary)
    }
    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        try await inner.read(selection, direction, limit: limit)
    }
    func wait(after position: Position) async throws(FlxError) { try await inner.wait(after: position) }
    func lastPosition() async throws(FlxError) -> Position { try await inner.lastPosition() }
    func close() async { await inner.close() }
}
