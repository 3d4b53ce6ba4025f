import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// Counts the events of each stream, by steps of its version.
struct StreamCounts: DocumentView {
    struct Document: Codable, Sendable, Equatable { var count = 0 }

    static let name = "stream-counts"
    static let selection = Selection.prefix("s-")
    /// The position at which the view refuses.
    var poison: Position?
    var effects = false

    static func entries(of document: Document) -> [ViewEntry] { [ViewEntry("count", Int64(document.count))] }

    func apply(_ recorded: RecordedEvent, to counts: inout ViewDraft<Document>) throws -> Bool {
        if recorded.position == poison { throw Refusal() }
        guard recorded.event.type == "tick", let stream = recorded.event.stream else { return false }
        counts[stream.description, default: Document()].count += 1
        counts["all", default: Document()].count += 1
        if effects { counts.append([try Event(type: "ticked", data: .int(recorded.position.value))], to: "effects") }
        return true
    }
}

/// The same with another fold: every event counts twice.
struct DoubleCounts: DocumentView {
    typealias Document = StreamCounts.Document
    static let name = StreamCounts.name
    static let version = 2
    static let selection = StreamCounts.selection
    /// The position at which the view refuses.
    var poison: Position?

    func apply(_ recorded: RecordedEvent, to counts: inout ViewDraft<Document>) throws -> Bool {
        if recorded.position == poison { throw Refusal() }
        guard recorded.event.type == "tick", let stream = recorded.event.stream else { return false }
        counts[stream.description, default: Document()].count += 2
        counts["all", default: Document()].count += 2
        counts.append([try Event(type: "ticked", data: .int(recorded.position.value))], to: "effects")
        return true
    }
}

/// Makes as many documents of each event as it says.
private struct ManyDocuments: DocumentView {
    struct Document: Codable, Sendable { var position: Int64 }
    static let name = "many"

    func apply(_ recorded: RecordedEvent, to documents: inout ViewDraft<Document>) throws -> Bool {
        for number in 0..<(try EventValue(json: recorded.event.payload.bytes).int ?? 0) {
            let key = "\(recorded.position)-\(number)"
            documents[key] = Document(position: documents[key]?.position ?? recorded.position.value)
        }
        return true
    }
}

@Suite struct ViewTests {
    let clock = ManualClock()
    let store: MemoryEventStore

    @Test func pagesHaveTheKeysAndGoOnInOneGeneration() async throws {
        for name in 1...5 { try await store.add(name, to: StreamName("s-\(name)")) }
        let runner = ViewRunner(StreamCounts(), in: store)
        try await runner.catchUp()
        var (found, query): ([String: Int], ViewQuery) = ([:], .index("count", limit: 2))
        var sizes: [Int] = []
        while true {
            let page = try await store.page(query, of: StreamCounts.self)
            for entry in page.entries { found[entry.key] = entry.document.count }
            sizes.append(page.entries.count)
            #expect(page.generation.checkpoint == 15)
            guard let next = page.next else { break }
            query.after = next
        }
        #expect(found == ["s-1": 1, "s-2": 2, "s-3": 3, "s-4": 4, "s-5": 5, "all": 15] && sizes.allSatisfy { $0 <= 2 })
        let former = try await store.page(of: StreamCounts.self).generation.id
        try await ViewRunner(DoubleCounts(), in: store).catchUp()
        #expect(try await store.page(of: DoubleCounts.self).entries.first { $0.key == "all" }?.document.count == 30)
        let error = await #expect(throws: FlxError.self) { _ = try await store.page(of: StreamCounts.self, in: former) }
        #expect(error?.code == .notFound)
    }

    init() {
        store = MemoryEventStore(clock: clock.events)
    }

    private func count(_ key: String) async throws -> Int? { try await store.document(key, of: StreamCounts.self)?.count }

    @Test func eachEventCountsOnceWhateverThePages() async throws {
        for stream in ["s-a", "s-b", "s-a", "other"] as [StreamName] { try await store.add(5, to: stream) }
        try await store.add(2, "tock", to: "s-a")
        for pageSize in [1, 3, 1_000] {
            let runner = ViewRunner(StreamCounts(), in: store, pageSize: pageSize)
            let generation = try await runner.catchUp()
            #expect(generation.handled == 15)
            #expect(generation.checkpoint == 22)
            #expect(try await count("s-a") == 10)
            #expect(try await count("s-b") == 5)
            #expect(try await count("all") == 15)
            #expect(try await count("other") == nil)
            #expect(try await store.documents(.where(ViewEntry("count", 5)), of: StreamCounts.self) == [.init(count: 5)])
            try await store.dropGeneration(generation.id)
        }
    }

    @Test func onlyWhatAPageTouchesIsReadAndWritten() async throws {
        for number in 0..<100 { try await store.add(1, to: "s-\(number)") }
        let ledger = ViewLedger(store)
        let runner = ViewRunner(StreamCounts(), in: ledger)
        try await runner.catchUp()
        try await store.add(1, to: "s-7")
        ledger.book.withLock { $0 = .init() }
        try await runner.catchUp()
        #expect(ledger.book.withLock(\.read) == ["all", "s-7"])
        #expect(ledger.book.withLock(\.written) == ["all", "s-7"])
        #expect(ledger.book.withLock(\.commits) == 1)
    }

    @Test func aPoisonedEventStopsTheRunBehindAllBeforeIt() async throws {
        try await store.add(10, to: "s-a")
        let runner = ViewRunner(StreamCounts(poison: 7), in: store)
        for _ in 1...2 {
            let error = await #expect(throws: FlxError.self) { _ = try await runner.catchUp() }
            #expect(error?.message.contains("position 7") == true)
            #expect(try await count("all") == 6)
        }
        try await ViewRunner(StreamCounts(), in: store).catchUp()
        #expect(try await count("all") == 10)
    }

    @Test func twoRunnersOfOneViewShareTheWork() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                let runner = ViewRunner(StreamCounts(effects: true), in: store, pageSize: 7)
                group.addTask { for _ in 0..<50 { try await runner.catchUp() } }
            }
            for _ in 0..<50 { try await store.add(4, to: "s-a") }
            try await ViewRunner(StreamCounts(effects: true), in: store).catchUp()
            group.cancelAll()
        }
        #expect(try await count("all") == 200)
        #expect(try await store.read(.types("ticked"), .forward, limit: 999).events.count == 200)
    }

    @Test func aNewVersionTakesOverExactlyWhereTheOldOneStood() async throws {
        try await store.add(10, to: "s-a")
        let old = ViewRunner(StreamCounts(effects: true), in: store)
        try await old.catchUp()
        try await store.add(5, to: "s-a")
        let new = ViewRunner(DoubleCounts(), in: store, pageSize: 4)
        let rebuild = try await new.rebuild()
        #expect(rebuild.switchPosition == 10)
        #expect(try await count("all") == 20)
        try await new.catchUp()
        #expect(try await count("all") == 30)
        let error = await #expect(throws: FlxError.self) { _ = try await old.catchUp() }
        #expect(error?.code == .viewReplaced)
        let effects = try await store.read(.types("ticked"), .forward, limit: 99).events.compactMap { recorded in
            try EventValue(json: recorded.event.payload.bytes).int
        }
        #expect(effects == Array(1...10) + Array(21...25), "the old build's effects end where the new one's begin")
    }

    @Test func aRebuildUnderLiveWritesEqualsAFreshBuild() async throws {
        try await store.add(500, to: "s-a")
        let runner = ViewRunner(StreamCounts(), in: store, pageSize: 50)
        try await runner.catchUp()
        let subscriptions = try SubscriptionGroup(store: store) { Subscription(view: StreamCounts(), pageSize: 50) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await subscriptions.run() }
            let writing = Task { for number in 0..<300 { try await store.add(1, to: "s-\(number % 9)") } }
            let rebuild = try await runner.rebuild(comparing: .requireEqual)
            #expect(rebuild.isEqual == true)
            try await writing.value
            let feeding = try #require(subscriptions["view-stream-counts"])
            try await feeding.caughtUp(to: try await store.lastPosition(), within: .seconds(30))
            group.cancelAll()
        }
        #expect(try await count("all") == 800)
        #expect(try await store.generations(of: StreamCounts.name).count == 1)
    }

    @Test func aRebuildThatWasCutOffGoesOnOrBeginsAgain() async throws {
        try await store.add(20, to: "s-a")
        try await ViewRunner(StreamCounts(), in: store).catchUp()
        let ledger = ViewLedger(store)
        ledger.book.withLock { $0.commitsLeft = 2 }
        let cut = ViewRunner(StreamCounts(), in: ledger, pageSize: 5)
        await #expect(throws: FlxError.self) { _ = try await cut.rebuild() }
        #expect(try await count("all") == 20)
        let building = try await store.generations(of: StreamCounts.name).last
        #expect(building?.role == .building)
        #expect(building?.checkpoint == 10)
        let next = ViewRunner(StreamCounts(), in: store)
        let rebuild = try await next.rebuild(comparing: .report)
        #expect(rebuild.wasResumed)
        #expect(rebuild.isEqual == true)
        ledger.book.withLock { $0.commitsLeft = 1 }
        await #expect(throws: FlxError.self) { _ = try await cut.rebuild() }
        // Somebody may still work on it.
        let refused = await #expect(throws: FlxError.self) { _ = try await ViewRunner(DoubleCounts(), in: store).rebuild() }
        #expect(refused?.code == .viewConflict)
        clock.advance(by: .seconds(30))
        #expect(try await ViewRunner(DoubleCounts(), in: store).rebuild().wasResumed == false)
        #expect(try await count("all") == 40)
        #expect(try await next.dropRebuild() == false)
    }

    @Test func aViewThatIsHeldForAnAbandonedRebuildGoesOn() async throws {
        try await store.add(5, to: "s-a")
        let runner = ViewRunner(StreamCounts(), in: store)
        try await runner.catchUp()
        let building = try await store.beginGeneration(of: StreamCounts.name, version: 2).id
        #expect(try await store.holdForSwitch(to: building) == 5)
        try await store.add(5, to: "s-a")
        clock.advance(by: .seconds(29))
        #expect(try await store.holdForSwitch(to: building) == 5, "it is not abandoned")
        clock.advance(by: .seconds(29))
        let waiting = Task { try await runner.catchUp() }
        for _ in 0..<100 { await Task.yield() }
        #expect(try await count("all") == 5)
        clock.advance(by: .seconds(1))
        #expect(try await waiting.value.checkpoint == 10)
        #expect(try await count("all") == 10)
        let error = await #expect(throws: FlxError.self) { try await store.switchView(to: building) }
        #expect(error?.code == .viewConflict)
        // Who comes back to it begins where it stands.
        #expect(try await store.holdForSwitch(to: building) == 10)
    }

    @Test func aRebuildWhoseHoldEndedHoldsAgain() async throws {
        try await store.add(5, to: "s-a")
        let old = ViewRunner(StreamCounts(effects: true), in: store)
        try await old.catchUp()
        let ledger = ViewLedger(store)
        // While the last page is made, the build rests for too long, and the former one goes on.
        ledger.book.withLock { $0.beforeSwitch = { [clock, store] in
            clock.advance(by: .seconds(30))
            try await store.add(3, to: "s-a")
            try await old.catchUp()
        } }
        let rebuild = try await ViewRunner(DoubleCounts(), in: ledger).rebuild()
        #expect(rebuild.switchPosition == 13, "its own effects lie between")
        #expect(try await count("all") == 16)
        #expect(try await store.read(.types("ticked"), .forward, limit: 99).events.count == 8)
    }

    @Test func aPageThatIsTooMuchForOneChangeIsDivided() async throws {
        var limits = StoreLimits.standard
        limits.stateKeys = 1_000
        let store = MemoryEventStore(limits: limits)
        for count in [1, 999, 500, 600, 1, 1_000, 1] { try await store.append([Event(type: "t", data: .int(Int64(count)))], to: "s") }
        let runner = ViewRunner(ManyDocuments(), in: store)
        let error = await #expect(throws: FlxError.self) { _ = try await runner.catchUp() }
        #expect(error?.code == .limitExceeded && error?.message.contains("position 6:") == true, "\(String(describing: error))")
        let generation = try #require(try await store.generations(of: "many").first)
        #expect(generation.checkpoint == 5 && generation.handled == 5)
        #expect(try await store.documents(.all(limit: 9_999), of: .view("many")).documents.count == 2_101)
    }

    @Test func aBuildThatDiffersIsDroppedWhereItMustNot() async throws {
        try await store.add(3, to: "s-a")
        let runner = ViewRunner(StreamCounts(), in: store)
        let generation = try await runner.catchUp()
        let lie = ViewDocument(key: "all", body: try EventEncoder().encode(StreamCounts.Document(count: 99)))
        try await store.commit(ViewStep(of: generation.id, after: 3, through: 3, changes: [.put(lie)]))
        let error = await #expect(throws: FlxError.self) { _ = try await runner.rebuild(comparing: .requireEqual) }
        #expect(error?.code == .viewDiffers)
        #expect(try await count("all") == 99)
        #expect(try await runner.rebuild(comparing: .report).isEqual == false)
        #expect(try await count("all") == 3)
    }

    @Test func aReaderOfAProjectionSeesItsOwnWrites() async throws {
        let clock = ManualClock()
        let late = try await store.append([Event(type: "tick"), Event(type: "tick")], to: "s-a")
        let projection = ProjectionRunner(Ticks(), over: store)
        try await projection.catchUp()
        try await projection.caughtUp(to: late, within: .seconds(2), clock: clock)
        #expect(projection.state.numbers.count == 2)
    }

    @Test func aStateIsSeenAsItWas() async throws {
        for number in 0..<4 { try await store.add(1, to: "s", from: Int64(number) * 10) }
        #expect(try await store.state(of: Ticks(), in: .stream("s"), upTo: .version(2)).numbers == [1, 2])
        #expect(try await store.state(of: Ticks(), in: .stream("s"), upTo: .time(.second(20))).numbers == [1, 2])
        let runner = ProjectionRunner(Ticks(), over: store)
        try await runner.catchUp(to: .version(3))
        #expect(runner.state.numbers == [1, 2, 3])
        try await runner.catchUp()
        #expect(runner.state.numbers == [1, 2, 3, 4])
    }
}

/// A store that passes everything on, keeps book of what views read and write, and can fail.
final class ViewLedger: ForwardingStore {
    struct Book {
        var read: Set<String> = []
        var written: Set<String> = []
        var commits = 0
        var commitsLeft = Int.max
        /// Done after each commit.
        var afterCommit: (@Sendable () async throws -> Void)?
        /// The bytes of documents in the longest answer.
        var mostBytes = 0
        /// Done once, before a view is switched.
        var beforeSwitch: (@Sendable () async throws -> Void)?
        /// Done once, before a page of documents is read.
        var beforePage: (@Sendable () async throws -> Void)?
        /// Done once, before a generation is dropped.
        var beforeDrop: (@Sendable () async throws -> Void)?
        /// The next lists of generations that cannot be read.
        var listsThatFail = 0
    }

    let inner: MemoryEventStore
    let book = Mutex(Book())

    init(_ inner: MemoryEventStore) { self.inner = inner }

    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        let heads = change.edits.filter { $0.space.name == "views" }
        if change.edits.contains(where: { $0.space.name == "view-numbers" }) {
            let written = heads.contains { if case .put = $0 { true } else { false } }
            let removed = heads.contains { if case .remove = $0 { true } else { false } }
            if removed { await once(written ? \.beforeSwitch : \.beforeDrop) }
        } else if !heads.isEmpty {
            try note(change)
            let result = try await inner.commit(change)
            try? await book.withLock(\.afterCommit)?()
            return result
        }
        return try await inner.commit(change)
    }

    /// Keeps book of a step.
    private func note(_ step: StoreChange) throws(FlxError) {
        let isDead = book.withLock { book in
            book.commitsLeft -= 1
            book.commits += 1
            for case .put(let record) in step.edits where record.key.space.name != "views" { book.written.insert(record.key.name) }
            return book.commitsLeft < 0
        }
        if isDead { throw FlxError(.io, "the disk is tired") }
    }

    func state(_ keys: [StateKey]) async throws(FlxError) -> [StateRecord?] {
        let found = try await inner.state(keys)
        book.withLock { book in
            book.read.formUnion(keys.lazy.filter { $0.space.name.hasPrefix("view-") }.map(\.name))
            book.mostBytes = max(book.mostBytes, found.reduce(0) { $0 + ($1?.body.count ?? 0) })
        }
        return found
    }

    func state(_ query: StateQuery) async throws(FlxError) -> StatePage {
        if query.space.name == "views" {
            let fails = book.withLock { book in
                defer { book.listsThatFail = max(0, book.listsThatFail - 1) }
                return book.listsThatFail > 0
            }
            if fails { throw FlxError(.io, "the disk is tired") }
        } else {
            await once(\.beforePage)
        }
        return try await inner.state(query)
    }

    private func once(_ hook: any WritableKeyPath<Book, (@Sendable () async throws -> Void)?> & Sendable) async {
        let body = book.withLock { book in
            defer { book[keyPath: hook] = nil }
            return book[keyPath: hook]
        }
        try? await body?()
    }
}
