import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// Refuses each event with an error that has a code of the store.
private struct Refusing: DocumentView {
    struct Document: Codable, Sendable {}
    static let name = "refusing"
    let code: FlxError.Code

    func apply(_ recorded: RecordedEvent, to documents: inout ViewDraft<Document>) throws -> Bool {
        throw FlxError(code, "there is no price for it")
    }
}

/// Appends an event for each, with an id made from that one's.
private struct NamedEffects: DocumentView {
    struct Document: Codable, Sendable {}
    static let name = "named-effects"
    static let selection = Selection.prefix("s-")

    func apply(_ recorded: RecordedEvent, to documents: inout ViewDraft<Document>) throws -> Bool {
        documents.append([try Event(type: "ticked", data: [:], id: EventID("ticked-\(recorded.id)"))], to: "effects")
        return true
    }
}

/// What happens to a view while somebody works on it: other runners, clocks that are set, and errors.
@Suite struct ViewTroubleTests {
    let clock = ManualClock()
    let store: MemoryEventStore

    init() {
        store = MemoryEventStore(clock: clock.events)
    }

    private func count(_ key: String) async throws -> Int? { try await store.document(key, of: StreamCounts.self)?.count }

    @Test(arguments: [FlxError.Code.notFound, .viewConflict, .alreadyRunning, .cancelled, .io])
    func anErrorOfAFoldEndsTheRunWhateverItsCode(_ code: FlxError.Code) async throws {
        try await store.add(1, to: "s-a")
        let run = Task { try await ViewRunner(Refusing(code: code), in: store).catchUp() }
        let limit = Task {
            try await Task.sleep(for: .seconds(5))
            run.cancel()
        }
        let error = await #expect(throws: FlxError.self) { _ = try await run.value }
        limit.cancel()
        #expect(error?.message.contains("at position 1: there is no price for it") == true, "\(String(describing: error))")
    }

    @Test func aBuildIsAbandonedAlsoWhereTheClockWasSetBack() async throws {
        try await store.add(5, to: "s-a")
        let runner = ViewRunner(StreamCounts(), in: store)
        try await runner.catchUp()
        let building = try await store.beginGeneration(of: StreamCounts.name, version: 2).id
        #expect(try await store.holdForSwitch(to: building) == 5)
        try await store.add(5, to: "s-a")
        clock.set(clock.time.advanced(by: .seconds(-3_600)))
        clock.advance(by: .seconds(60))
        let current = try #require(try await store.generations(of: StreamCounts.name).first)
        try await store.commit(ViewStep(of: current.id, after: 5, through: 6))
        #expect(try await store.beginGeneration(of: StreamCounts.name, version: 3).role == .building)
    }

    @Test func aBuildIsNotTakenForAbandonedWhereTheClockIsSetBackALittle() async throws {
        try await ViewRunner(StreamCounts(), in: store).catchUp()
        _ = try await store.beginGeneration(of: StreamCounts.name, version: 2)
        clock.set(clock.time.advanced(by: .seconds(-5)))
        let error = await #expect(throws: FlxError.self) { _ = try await store.beginGeneration(of: StreamCounts.name, version: 3) }
        #expect(error?.code == .viewConflict)
    }

    @Test func aBuildThatIsEqualIsNotDroppedWhereTheHoldEndedDuringTheComparison() async throws {
        try await store.add(5, to: "s-a")
        let live = ViewRunner(StreamCounts(), in: store)
        try await live.catchUp()
        let ledger = ViewLedger(store)
        ledger.book.withLock { $0.beforePage = { [clock, store] in
            clock.advance(by: .seconds(30))
            try await store.add(3, to: "s-a")
            try await live.catchUp()
        } }
        let rebuild = try await ViewRunner(StreamCounts(), in: ledger).rebuild(comparing: .requireEqual)
        #expect(rebuild.isEqual == true && rebuild.switchPosition == 8)
        #expect(try await count("all") == 8)
    }

    @Test func dropARebuildThatJustTookItsPlaceDropsNothing() async throws {
        try await store.add(5, to: "s-a")
        let live = ViewRunner(StreamCounts(), in: store)
        try await live.catchUp()
        _ = try await store.beginGeneration(of: StreamCounts.name, version: 1)
        let ledger = ViewLedger(store)
        ledger.book.withLock { $0.beforeDrop = { _ = try await live.rebuild() } }
        _ = try await ViewRunner(StreamCounts(), in: ledger).dropRebuild()
        #expect(try await store.generations(of: StreamCounts.name).map(\.role) == [.current])
        #expect(try await count("all") == 5)
    }

    @Test func aBuildFurtherThanACurrentOneThatWasBegunAnewBeginsAgain() async throws {
        try await store.add(10, to: "s-a")
        try await ViewRunner(StreamCounts(), in: store).catchUp()
        let ahead = try await store.beginGeneration(of: StreamCounts.name, version: 2)
        try await store.commit(ViewStep(of: ahead.id, after: .start, through: 8))
        let former = try #require(try await store.generations(of: StreamCounts.name).first)
        try await store.dropGeneration(former.id)
        // The runner of the smaller version begins it anew, and ends.
        let anew = try await store.beginGeneration(of: StreamCounts.name, version: 1)
        #expect(anew.role == .current)
        clock.advance(by: .seconds(30))
        let run = Task { try await ViewRunner(DoubleCounts(), in: store).catchUp() }
        let limit = Task {
            try await Task.sleep(for: .seconds(20))
            run.cancel()
        }
        let generation = try await run.value
        limit.cancel()
        let all = try await count("all")
        #expect(generation.version == 2 && generation.checkpoint == 10 && all == 20)
    }

    @Test func aRebuildEndsAlsoWhereTheLogGrowsAsFastAsItIsRead() async throws {
        try await store.add(5, to: "s-a")
        let live = ViewRunner(StreamCounts(), in: store)
        let former = try await live.catchUp()
        let ledger = ViewLedger(store)
        ledger.book.withLock { $0.afterCommit = { [store] in
            try await store.add(2, to: "s-a")
            let current = try #require(try await store.generations(of: StreamCounts.name).first { $0.id == former.id })
            let last = try await store.lastPosition()
            try await store.commit(ViewStep(of: former.id, after: current.checkpoint, through: last))
        } }
        let run = Task { try await ViewRunner(DoubleCounts(), in: ledger, pageSize: 1).rebuild() }
        let limit = Task {
            try await Task.sleep(for: .seconds(120))
            run.cancel()
        }
        let rebuild = try await run.value
        limit.cancel()
        #expect(rebuild.generation.role == .current)
    }

    @Test func effectsWithIdsOfTheirEventsAreRecordedOnceAlsoAfterTheViewWasDropped() async throws {
        try await store.add(5, to: "s-a")
        for last in [5, 8] as [Int64] {
            let generation = try await ViewRunner(NamedEffects(), in: store, pageSize: 2).catchUp()
            #expect(generation.handled == last)
            let effects = try await store.read(.stream("effects"), .forward, limit: 99).events
            #expect(effects.count == Int(last))
            try await store.dropGeneration(generation.id)
            clock.advance(by: .seconds(1))
            if last == 5 { try await store.add(3, to: "s-a") }
        }
    }

    @Test func aBuildIsKeptAlsoAfterAnErrorOfTheStore() async throws {
        try await store.add(5, to: "s-a")
        let live = ViewRunner(StreamCounts(), in: store)
        try await live.catchUp()
        let ledger = ViewLedger(store)
        ledger.book.withLock { $0.beforeSwitch = { [clock, store] in
            for round in 1...5 {
                ledger.book.withLock { $0.listsThatFail = round == 1 ? 1 : 0 }
                clock.advance(by: .seconds(10))
                for _ in 0..<1_000 where clock.sleepers < 1 { try await Task.sleep(for: .milliseconds(1)) }
            }
            try await store.add(1, to: "s-a")
            let refused = await #expect(throws: FlxError.self) {
                let current = try #require(try await store.generations(of: StreamCounts.name).first)
                _ = try await store.commit(ViewStep(of: current.id, after: 5, through: 6))
            }
            #expect(refused?.code == .viewConflict, "it is held")
        } }
        let rebuild = try await ViewRunner(StreamCounts(), in: ledger, sleep: clock).rebuild()
        #expect(rebuild.switchPosition == 5)
    }
}
