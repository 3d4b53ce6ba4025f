@testable import FlxEvents
import FlxCore
import FlxTesting
import Testing

/// Adds without asking whether it was asked before, up to a limit.
private struct Purse: Aggregate, Equatable {
    enum Command { case put(Int, times: Int), take(Int) }

    static let name = "purse"
    static let events: [any DomainEvent.Type] = [Counted.self]
    private(set) var sum = 0

    mutating func evolve(_ event: any DomainEvent) {
        if let event = event as? Counted { sum += event.number }
    }

    func decide(_ command: Command) throws -> [any DomainEvent] {
        switch command {
        case .put(let number, let times): return Array(repeating: Counted(number: number), count: times)
        case .take(let number):
            guard sum >= number else { throw HandlerRefusal(reason: "too little") }
            return number == 0 ? [] : [Counted(number: -number)]
        }
    }
}

private struct Sum: Projection {
    static let name = "sum"
    var sum = 0

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        sum += try recorded.event.decode(as: Counted.self).number
        return true
    }
}

/// Takes every event.
private struct Anything: Projection {
    static let name = "seen"

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool { true }
}

@Suite struct CommandOnceTests {
    private let store = MemoryEventStore()

    @Test func aRepeatedCommandIsOneCommand() async throws {
        let purses = try Repository<Purse>(on: store)
        let first = try await purses.execute(.put(5, times: 2), on: "a", once: "r-1")
        try await purses.execute(.put(1, times: 1), on: "a")
        for repository in [purses, try Repository<Purse>(on: store)] {
            let again = try await repository.execute(.put(5, times: 2), on: "a", once: "r-1")
            #expect(again.events.map(\.id) == first.events.map(\.id))
            #expect(again.places.map(\.position) == first.places.map(\.position) && again.places.allSatisfy { !$0.isNew })
            #expect(again.state.sum == 11 && again.version == 3 && again.position == 2)
        }
        #expect(try await store.lastPosition() == 3)
        #expect(try await purses.execute(.put(5, times: 1), on: "a", once: "r-2").state.sum == 16)
    }

    @Test func whatWouldBeRefusedTodayIsStillOneCommand() async throws {
        let purses = try Repository<Purse>(on: store)
        try await purses.execute(.put(5, times: 1), on: "a")
        let first = try await purses.execute(.take(5), on: "a", once: "r-1")
        #expect(try await purses.execute(.take(5), on: "a", once: "r-1").events.map(\.id) == first.events.map(\.id))
        await #expect(throws: HandlerRefusal.self) { try await purses.execute(.take(5), on: "a", once: "r-2") }
        try await purses.execute(.put(9, times: 1), on: "a")
        // A refusal left no trace.
        #expect(try await purses.execute(.take(5), on: "a", once: "r-2").state.sum == 4)
        #expect(try await purses.execute(.take(0), on: "a", once: "r-3").events.isEmpty)
    }

    @Test func aKeyBelongsToOneStream() async throws {
        let purses = try Repository<Purse>(on: store)
        try await purses.execute(.put(5, times: 1), on: "a", once: "r-1")
        let error = await #expect(throws: FlxError.self) { try await purses.execute(.put(5, times: 1), on: "b", once: "r-1") }
        #expect(error?.code == .idConflict && error?.message.contains("purse-a") == true)
        #expect(try await store.lastPosition() == 1)
    }

    @Test(arguments: ["", "a,b", "\u{1}", String(repeating: "k", count: 247)])
    func aKeyThatMakesNoTagIsRefused(key: String) async throws {
        let purses = try Repository<Purse>(on: store)
        let error = await #expect(throws: FlxError.self) { try await purses.execute(.put(5, times: 1), on: "a", once: key) }
        #expect(error?.message.hasPrefix("once: the key of a command") == true)
        await #expect(throws: FlxError.self) { try await store.decide(Sum(), over: .all, to: "s", once: key) { _ in [] } }
        #expect(try await purses.execute(.put(5, times: 1), on: "a", once: String(repeating: "k", count: 245)).state.sum == 5)
    }

    @Test func ofManyWhoSendOneCommandOneIsHeard() async throws {
        let bus = HybridEventBus(store: store)
        let seen = Seen<Int>()
        bus.subscribe { (event: Counted) in seen.add(event.number) }
        let repositories = try (0..<4).map { _ in try Repository<Purse>(on: store, publishingOn: bus) }
        let ids = try await withThrowingTaskGroup(of: [EventID].self) { group in
            for number in 0..<40 {
                group.addTask {
                    try await repositories[number % 4].execute(.put(1, times: 3), on: "a", once: "r-\(number % 2)").events.map(\.id)
                }
            }
            return try await group.reduce(into: Set<[EventID]>()) { $0.insert($1) }
        }
        #expect(ids.count == 2 && ids.allSatisfy { $0.count == 3 })
        #expect(try await store.lastPosition() == 6)
        #expect(seen.count == 6)
        for repository in repositories { #expect(try await repository.load("a").state.sum == 6) }
    }

    @Test func aDecisionOverAQueryIsMadeOnce() async throws {
        let places = try await withThrowingTaskGroup(of: [Position].self) { [store] group in
            for _ in 0..<20 {
                group.addTask {
                    let result = try await store.decide(Sum(), over: .events(Counted.eventType), to: "s", once: "r-1") { sum in
                        [Counted(number: sum.sum + 1), Counted(number: 7)]
                    }
                    return result.places.map(\.position)
                }
            }
            return try await group.reduce(into: Set<[Position]>()) { $0.insert($1) }
        }
        #expect(places == [[1, 2]])
        #expect(try await store.lastPosition() == 2)
    }

    @Test func theKeyOfAnotherCommandIsNoSuccess() async throws {
        try await store.decide(Sum(), over: .all, to: "stock", once: "r-1") { _ in [Counted(number: 1)] }
        let error = await #expect(throws: FlxError.self) {
            try await store.decide(Sum(), over: .all, to: "seats", once: "r-1") { _ in [Counted(number: 2)] }
        }
        #expect(error?.code == .idConflict)
        #expect(try await store.lastPosition() == 1)
    }

    /// What the upcasters of a later version leave of the events does not make the command a new one.
    @Test func anUpcasterHidesNoCommand() async throws {
        let purses = try Repository<Purse>(on: store)
        let places = try await purses.execute(.put(5, times: 2), on: "a", once: "r-1").places.map(\.position)
        try await store.decide(Sum(), over: .all, to: "s", once: "r-2") { _ in [Counted(number: 1)] }
        let renamed = Upcaster.typed { (old: Counted) in CountedAgain(number: old.number) }
        let registry = try EventRegistry(CountedAgain.self)
        let chains = [try UpcasterChain([renamed], reading: registry), try UpcasterChain([.absorbed(Counted.eventType)])]
        let later = try Repository<Purse>(on: EvolvingStore(store, upcasters: chains[1]))
        let again = try await later.execute(.put(5, times: 2), on: "a", once: "r-1")
        #expect(again.places.map(\.position) == places)
        for chain in chains {
            let evolving = EvolvingStore(store, upcasters: chain)
            let decided = try await evolving.decide(Anything(), over: .all, to: "s", once: "r-2") { _ in [Counted(number: 9)] }
            #expect(decided.places.map(\.position) == [3])
        }
        #expect(try await store.lastPosition() == 3)
    }

    /// Middleware makes events of its own, and the command is carried out once all the same.
    @Test func middlewareTakesNoMarkAway() async throws {
        let bare = Middleware.enrich { event in event.tags = ["tenant:1"] }
        let bus = HybridEventBus(store: store, configuration: BusConfiguration(middleware: [bare]))
        let purses = try Repository<Purse>(on: store, publishingOn: bus)
        for _ in 1...2 {
            #expect(try await purses.execute(.put(5, times: 1), on: "a", once: "r-1").state.sum == 5)
            try await store.decide(Sum(), over: .all, to: "s", once: "r-2", publishingOn: bus) { _ in [Counted(number: 1)] }
        }
        #expect(try await store.lastPosition() == 2)
        let tags = try await store.read(.all, .forward, limit: 9).events.map(\.event.tags)
        #expect(tags == [["tenant:1", "flx-once::r-1"], ["tenant:1", "flx-once::r-2"]])
    }

    /// Whatever middleware makes of events that are published to a stream goes to that stream.
    @Test func middlewareKeepsTheStreamOfAPublish() async throws {
        let adding = Middleware(publish: { publications, next throws(FlxError) in
            try await next(publications + [Publication(Event(type: "noted"))])
        })
        let bus = HybridEventBus(store: store, configuration: BusConfiguration(middleware: [adding]))
        try await bus.publish([Event(type: "placed")], to: "order-17", expecting: .noStream)
        try await bus.publish([Event(type: "paid")], to: "order-17", expecting: .exactly(2))
        let types = try await store.read(.stream("order-17"), .forward, limit: 9).events.map(\.event.type)
        #expect(types == ["placed", "noted", "paid", "noted"])
    }

    @Test func theMarkDoesNotLeaveTheService() async throws {
        let purses = try Repository<Purse>(on: store)
        let event = try #require(try await purses.execute(.put(5, times: 1), on: "a", once: "r-1").events.first)
        #expect(event.tags == ["flx-once::r-1"] && event.withoutOwnMarks.tags.isEmpty)
    }
}
