import FlxCore
import FlxEvents
import FlxTesting
import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit
import Synchronization
import Testing

/// A store whose calls fail when they are told to.
private final class FaultyStore: ForwardingStore {
    enum Call: CaseIterable, Sendable { case read, wait, last, commit, state }

    let inner: MemoryEventStore
    let failures = Mutex<[Call: Int]>([:])
    let calls = Mutex<[Call: Int]>([:])

    init(_ inner: MemoryEventStore) { self.inner = inner }

    private func pass(_ call: Call) throws(FlxError) {
        calls.withLock { $0[call, default: 0] += 1 }
        let fails = failures.withLock { failures in
            guard let left = failures[call], left > 0 else { return false }
            failures[call] = left - 1
            return true
        }
        if fails { throw FlxError(.io, "a moment of weakness") }
    }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        try pass(.read)
        return try await inner.read(selection, direction, limit: limit)
    }
    func wait(after position: Position) async throws(FlxError) {
        try pass(.wait)
        try await inner.wait(after: position)
    }
    func lastPosition() async throws(FlxError) -> Position {
        try pass(.last)
        return try await inner.lastPosition()
    }
    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        try pass(.commit)
        return try await inner.commit(change)
    }
    func state(_ keys: [StateKey]) async throws(FlxError) -> [StateRecord?] {
        try pass(.state)
        return try await inner.state(keys)
    }
    func state(_ query: StateQuery) async throws(FlxError) -> StatePage {
        try pass(.state)
        return try await inner.state(query)
    }
}

/// Refuses each event with an error that has a code of the store.
private struct Refuses: Projection {
    static let name = "refuses"
    mutating func apply(_ recorded: RecordedEvent) throws -> Bool { throw FlxError(.io, "there is no price for it") }
}

private struct RefusingView: DocumentView {
    struct Document: Codable, Sendable {}
    static let name = "refusing"
    func apply(_ recorded: RecordedEvent, to documents: inout ViewDraft<Document>) throws -> Bool {
        throw FlxError(.io, "there is no price for it")
    }
}

/// A view of another kind, as an outsider makes one.
private struct ForeignView: StoredView {
    let documents: StoredDocuments<StreamCounts>
    var name: String { documents.name }
    var version: Int { documents.version }
    var selection: Selection { documents.selection }
    var store: any StateStore { documents.store }

    func begin() async throws(FlxError) -> ViewGeneration { try await documents.begin() }
    func project(
        _ events: [RecordedEvent], to generation: ViewGeneration, through: Position
    ) async throws(FlxError) -> ViewGeneration {
        guard let first = events.first else { return try await documents.project(events, to: generation, through: through) }
        throw .cannotApply(FlxError(.io, "there is no price for it"), of: name, at: first)
    }
    func digest(of generation: ViewGeneration) async throws(FlxError) -> ViewDigest { try await documents.digest(of: generation) }
}

/// What follows a log goes on by itself when its store works again, and ends where no further attempt can mend anything.
@Suite(.timeLimit(.minutes(10))) struct FollowTroubleTests {
    let inner = MemoryEventStore()
    let clock = ManualClock()
    let lines = Seen<String>()
    private let store: FaultyStore
    let logger: Logger

    init() {
        store = FaultyStore(inner)
        logger = Logger(label: "test") { [lines] _ in LineHandler(lines: lines) }
    }

    /// Lets each call fail three times, while something runs, and waits until it is there.
    private func trouble(_ run: @escaping @Sendable () async throws -> Void, until isThere: () async throws -> Bool) async throws {
        let task = Task { try await run() }
        for call in FaultyStore.Call.allCases {
            store.failures.withLock { $0[call] = 3 }
            try await inner.add(1, to: "s-a")
            while try await !isThere() || clock.sleepers > 0 {
                clock.advance(by: .seconds(30))
                await Task.yield()
            }
            store.failures.withLock { $0 = [:] }
        }
        task.cancel()
        try await task.value
    }

    @Test func aProjectionOutlastsErrorsOfTheStore() async throws {
        let (store, clock, logger) = (store, clock, logger)
        let runner = ProjectionRunner(Ticks(), over: store, checkpoints: store, sleep: clock, logger: logger)
        try await trouble({ try await runner.follow() }) {
            let saved = try await inner.checkpoint(Ticks.checkpointName)
            let last = try await inner.lastPosition()
            return saved == last
        }
        #expect(runner.state.numbers == [1, 2, 3, 4, 5])
        #expect(lines.values.contains { $0.contains("a moment of weakness") && $0.contains("projection 'ticks'") })
    }

    @Test func aViewOutlastsErrorsOfTheStore() async throws {
        let (store, clock, logger) = (store, clock, logger)
        try await inner.add(1, to: "s-a")
        let group = try SubscriptionGroup(store: store, sleep: clock, logger: logger) { Subscription(view: StreamCounts()) }
        try await trouble({ try await group.run() }) {
            let last = try await inner.lastPosition()
            return try await inner.generations(of: StreamCounts.name).first?.checkpoint == last
        }
        #expect(try await inner.document("all", of: StreamCounts.self)?.count == 6)
        #expect(lines.values.contains { $0.contains("a moment of weakness") && $0.contains("view-stream-counts") })
    }

    @Test func aFoldThatFailsEndsTheRunWhateverItsCode() async throws {
        try await inner.add(1, to: "s-a")
        let ends: [() async throws -> Void] = [
            { try await ProjectionRunner(Refuses(), over: store, sleep: clock, logger: logger).follow() },
            { _ = try await ViewRunner(RefusingView(), in: store, sleep: clock, logger: logger).catchUp() },
            {
                let view = ForeignView(documents: StoredDocuments(StreamCounts(), in: store))
                _ = try await ViewRunner(view, sleep: clock, logger: logger).catchUp()
            },
            { try await ProjectionRunner(Ticks(), over: store, sleep: clock, logger: logger, save: { _, _ in throw Refusal() }).follow() },
        ]
        for end in ends { await #expect(throws: FlxError.self) { try await end() } }
        #expect(lines.values.isEmpty)
    }

    @Test(arguments: [FlxError.Code.notFound, .viewConflict, .io]) func anUpcasterThatFailsEndsTheRun(_ code: FlxError.Code) async throws {
        try await inner.append([try Event(Counted(number: 1))], to: "s-a")
        let refusing = Upcaster.typed { (_: Counted) throws -> CountedAgain in throw FlxError(code, "no") }
        let evolving = EvolvingStore(store, upcasters: try UpcasterChain([refusing], reading: try EventRegistry(CountedAgain.self)))
        let ends: [() async throws -> Void] = [
            { try await ProjectionRunner(Ticks(), over: evolving, sleep: clock, logger: logger).follow() },
            { _ = try await ViewRunner(StreamCounts(), in: evolving, sleep: clock, logger: logger).catchUp() },
        ]
        for end in ends {
            let error = await #expect(throws: FlxError.self) { try await end() }
            #expect(error?.message.contains("at position 1") == true)
        }
        #expect(lines.values.isEmpty)
    }

    @Test func aShutdownWhileTheStateIsBeingSavedIsNoFailure() async throws {
        try await inner.add(1, to: "s-a")
        let (gate, store) = (Gate(), store)
        let runner = ProjectionRunner(Ticks(), over: store, save: { _, _ in
            await gate.pass()
            try Task.checkCancellation()
        })
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await runner.run() }
                await gate.arrived()
                trigger.triggerGracefulShutdown()
                for _ in 0..<100 { await Task.yield() }
                gate.open()
                try await group.waitForAll()
            }
        }
        #expect(runner.checkpoint == 1)
    }

    @Test func aViewWaitsForAnotherRunnerWithPausesThatGrow() async throws {
        try await inner.add(5, to: "s-a")
        let runner = ViewRunner(StreamCounts(), in: store, sleep: clock, logger: logger)
        try await runner.catchUp()
        let building = try await inner.beginGeneration(of: StreamCounts.name, version: 2)
        _ = try await inner.holdForSwitch(to: building.id)
        try await inner.add(1, to: "s-a")
        let before = store.calls.withLock { $0[.read] ?? 0 }
        let run = Task { try await runner.catchUp() }
        for _ in 0..<1_000 {
            try await clock.sleepers(reach: 1)
            clock.advance(by: .milliseconds(5))
        }
        // Five seconds have passed: 5, 10, … 320 and then 500 milliseconds.
        try await clock.sleepers(reach: 1)
        #expect(store.calls.withLock { $0[.read] ?? 0 } - before <= 18)
        #expect(lines.values.count == 1 && lines.values[0].contains("is held at 5"), "\(lines.values)")
        try await inner.releaseHold(for: building.id)
        clock.advance(by: .milliseconds(500))
        #expect(try await run.value.checkpoint == 6)
    }

    @Test func aRebuildThatFailsLetsTheFormerBuildGoOnAtOnce() async throws {
        try await inner.add(10, to: "s-a")
        let live = ViewRunner(StreamCounts(), in: inner, sleep: clock, logger: logger)
        try await live.catchUp()
        // An event comes while the new build is near; that fails at it, behind the hold.
        let ledger = ViewLedger(inner)
        let isFirst = Mutex(true)
        ledger.book.withLock { $0.afterCommit = { [inner] in
            guard isFirst.withLock({ isFirst in defer { isFirst = false }; return isFirst }) else { return }
            try await inner.add(1, to: "s-a")
            try await live.catchUp()
        } }
        await #expect(throws: FlxError.self) { _ = try await ViewRunner(DoubleCounts(poison: 11), in: ledger).rebuild() }
        let building = try #require(try await inner.generations(of: StreamCounts.name).first { $0.role == .building })
        #expect(building.switchPosition == nil && building.checkpoint > .start, "it is kept, and holds nothing")
        try await inner.add(1, to: "s-a")
        #expect(try await live.catchUp().checkpoint == 12)
        let rebuild = try await ViewRunner(DoubleCounts(), in: inner).rebuild()
        #expect(rebuild.wasResumed && rebuild.switchPosition == 12)
    }

    @Test func aRebuildThatIsCancelledLetsTheFormerBuildGoOnAtOnce() async throws {
        try await inner.add(3, to: "s-a")
        let live = ViewRunner(StreamCounts(), in: inner, sleep: clock, logger: logger)
        try await live.catchUp()
        let ledger = ViewLedger(inner)
        ledger.book.withLock { $0.afterCommit = { [inner] in
            guard !Task.isCancelled else { return }
            try await inner.add(1, to: "s-a")
            try await live.catchUp()
            withUnsafeCurrentTask { $0?.cancel() }
        } }
        let run = Task { try await ViewRunner(DoubleCounts(), in: ledger).rebuild() }
        let error = await #expect(throws: FlxError.self) { _ = try await run.value }
        #expect(error?.code == .cancelled)
        try await inner.add(1, to: "s-a")
        #expect(try await live.catchUp().checkpoint == 5)
    }
}
