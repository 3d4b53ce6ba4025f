import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// Counts the events of each stream and appends an event for each, in two versions that differ by what an event counts.
private struct Tally<Worth: TallyWorth>: DocumentView {
    struct Document: Codable, Sendable { var count = 0, last: Int64 = 0 }
    static var name: String { "tally" }
    static var version: Int { Worth.version }
    static var selection: Selection { .prefix("s-") }
    static func entries(of document: Document) -> [ViewEntry] { [ViewEntry("count", Int64(document.count))] }

    func apply(_ recorded: RecordedEvent, to tallies: inout ViewDraft<Document>) throws -> Bool {
        guard let stream = recorded.event.stream?.description else { return false }
        for key in [stream, "all"] {
            var tally = tallies[key, default: Document()]
            guard tally.last < recorded.position.value else { throw FlxError(.handlerFailed, "\(key) has \(recorded.position) already") }
            tally.count += Worth.version
            tally.last = recorded.position.value
            tallies[key] = tally
        }
        tallies.append([try Event(type: "tallied", data: .int(recorded.position.value))], to: "effects")
        return true
    }
}

private protocol TallyWorth: Sendable { static var version: Int { get } }
private enum One: TallyWorth { static let version = 1 }
private enum Two: TallyWorth { static let version = 2 }
private enum Three: TallyWorth { static let version = 3 }

/// The store as a process sees it that is killed before or after one of its calls.
final class MortalStore: ForwardingStore {
    let inner: MemoryEventStore
    let callsLeft: Mutex<(Int, isAfter: Bool)>
    let between: @Sendable () -> Void

    init(_ inner: MemoryEventStore, calls: Int, isAfter: Bool, between: @escaping @Sendable () -> Void) {
        (self.inner, self.between) = (inner, between)
        callsLeft = Mutex((calls, isAfter))
    }

    static let killed = FlxError(.io, "the process was killed")

    private func live<Value>(_ call: () async throws(FlxError) -> Value) async throws(FlxError) -> Value {
        between()
        await Task.yield()
        let (left, isAfter) = callsLeft.withLock { state in
            state.0 -= 1
            return state
        }
        guard left > 0 || left == 0 && isAfter else { throw Self.killed }
        let value = try await call()
        guard left > 0 else { throw Self.killed }
        return value
    }

    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        try await live { () throws(FlxError) in try await inner.commit(change) }
    }
    func state(_ keys: [StateKey]) async throws(FlxError) -> [StateRecord?] {
        try await live { () throws(FlxError) in try await inner.state(keys) }
    }
    func state(_ query: StateQuery) async throws(FlxError) -> StatePage {
        try await live { () throws(FlxError) in try await inner.state(query) }
    }
    func now() async throws(FlxError) -> Timestamp { try await live { () throws(FlxError) in try await inner.now() } }
    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        try await live { () throws(FlxError) in try await inner.read(selection, direction, limit: limit) }
    }
    func close() async {}
}

/// Several runners of several versions, each killed somewhere, under a clock that is set: the view is always whole, and moves.
@Suite struct ViewRunnerModelTests {
    private final class Bench: Sendable {
        let clock = ManualClock()
        let store: MemoryEventStore
        let random: Mutex<SeededGenerator>

        init(_ seed: UInt64) {
            store = MemoryEventStore(clock: clock.events)
            random = Mutex(SeededGenerator(seed: seed))
        }

        func number(below end: Int) -> Int { random.withLock { $0.number(below: end) } }

        func turnClock() {
            let seconds = random.withLock { random in
                if random.once(in: 60) { return [-100, -40, -20, 29, 31, 70][random.number(below: 6)] }
                return random.once(in: 4) ? random.number(below: 4) : 0
            }
            clock.set(clock.time.advanced(by: .seconds(seconds)))
        }

        func runner(_ version: Int, on store: some StateStore) -> ViewRunner {
            let pageSize = 1 + number(below: 6)
            return switch version {
            case 1: ViewRunner(Tally<One>(), in: store, pageSize: pageSize)
            case 2: ViewRunner(Tally<Two>(), in: store, pageSize: pageSize)
            default: ViewRunner(Tally<Three>(), in: store, pageSize: pageSize)
            }
        }

        /// Lives as a process for some calls.
        func live(version: Int) async {
            let mortal = MortalStore(store, calls: 3 + number(below: 80), isAfter: number(below: 2) == 0) { self.turnClock() }
            let runner = runner(version, on: mortal)
            guard number(below: 3) > 0 else { return await subscribe(version, on: mortal) }
            do throws(FlxError) {
                let work = number(below: 7)
                if work == 0 {
                    try await runner.dropRebuild()
                } else if work < 3 {
                    let comparisons = [ViewRunner.Comparison.none, .report]
                    try await runner.rebuild(comparing: comparisons[number(below: 2)])
                } else {
                    try await runner.catchUp()
                }
            } catch {
                let codes: Set<FlxError.Code> = [.io, .viewReplaced, .viewConflict, .notFound]
                #expect(codes.contains(error.code), "\(error)")
            }
        }

        /// Feeds the view as a subscription until the process is killed, or has nothing to do.
        private func subscribe(_ version: Int, on store: MortalStore) async {
            let pageSize = 1 + number(below: 6)
            let subscription = switch version {
            case 1: Subscription(view: Tally<One>(), pageSize: pageSize)
            case 2: Subscription(view: Tally<Two>(), pageSize: pageSize)
            default: Subscription(view: Tally<Three>(), pageSize: pageSize)
            }
            do {
                let silence = SubscriptionBench.silence
                let runner = try SubscriptionRunner(subscription, on: store, clock: clock.events, sleep: clock, logger: silence)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await runner.run() }
                    for _ in 0..<3_000 where store.callsLeft.withLock({ $0.0 > 0 }) { await Task.yield() }
                    group.cancelAll()
                    try await group.waitForAll()
                }
            } catch {
                Issue.record(error)
            }
        }

        /// Reads the view at one moment.
        func check() async throws {
            do {
                let page = try await store.documents(.all(), of: .view("tally"))
                let counts = try page.documents.map { document in
                    (document.key, try EventValue(json: document.body)["count"]?.int ?? 0)
                }
                let all = counts.first { $0.0 == "all" }?.1 ?? 0
                #expect(Int64(all) == page.generation.handled * Int64(page.generation.version), "\(page.generation)")
                #expect(counts.filter { $0.0 != "all" }.reduce(0) { $0 + $1.1 } == all)
                let entries = try await store.documents(.index("count"), of: .generation(page.generation.id)).documents.count
                #expect(entries >= page.documents.count)
            } catch let error as FlxError where error.code == .notFound {
                // Not begun yet, or another took its place.
            }
        }
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func aViewIsWholeAndMovesWhoeverIsKilled(_ seed: UInt64) async throws {
        let bench = Bench(seed)
        var newest = 1
        for round in 0..<12 {
            if round % 3 == 0 { newest = min(3, 1 + round / 3) }
            try await bench.store.add(bench.number(below: 8), to: "s-\(bench.number(below: 3))")
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<1 + bench.number(below: 3) {
                    let version = max(1, newest - bench.number(below: 2))
                    group.addTask { await bench.live(version: version) }
                }
                group.addTask { try? await bench.check() }
            }
            try await bench.check()
        }
        // The last one lives, while time passes.
        let mortal = MortalStore(bench.store, calls: .max, isAfter: true) { bench.clock.advance(by: .seconds(1)) }
        let generation = try await bench.runner(3, on: mortal).catchUp()
        try await bench.check()
        let ticks = try await bench.store.read(.prefix("s-"), .forward, limit: 1_000).events.map(\.position.value)
        let effects = try await bench.store.read(.stream("effects"), .forward, limit: 1_000).events.map { recorded in
            Int64(try EventValue(json: recorded.event.payload.bytes).int ?? 0)
        }
        #expect(effects.sorted() == ticks, "seed \(seed)")
        #expect(generation.handled == Int64(ticks.count) && generation.version == 3)
        let left = try await bench.store.generations(of: nil)
        #expect(left.filter { $0.role == .current }.count == 1, "\(left)")
    }
}
