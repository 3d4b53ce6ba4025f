@testable import FlxEvents
import FlxTesting
import Logging
import Synchronization
import Testing

/// The positions that a view has; while it is strict, it can apply no multiples of five.
private struct Positions: DocumentView {
    struct Document: Codable, Sendable { var all: [Int64] = [] }
    static let name = "positions"
    static let version = 2
    static let selection = Selection.prefix("s-")
    var isStrict: @Sendable () -> Bool = { true }

    func apply(_ recorded: RecordedEvent, to documents: inout ViewDraft<Document>) throws -> Bool {
        guard !isStrict() || !recorded.position.value.isMultiple(of: 5) else { throw Refusal() }
        documents["all", default: Document()].all.append(recorded.position.value)
        return true
    }
}

/// A view of which another runner makes steps, once, just after an event could not be applied.
private final class OvertakenView: StoredView {
    private let view: StoredDocuments<Positions>
    private let overtake: Mutex<(@Sendable (ViewGeneration) async throws(FlxError) -> Void)?>

    init(
        _ store: any StateStore, _ view: Positions = Positions(),
        overtake: @escaping @Sendable (ViewGeneration) async throws(FlxError) -> Void
    ) {
        self.view = StoredDocuments(view, in: store)
        self.overtake = Mutex(overtake)
    }

    var name: String { view.name }
    var version: Int { view.version }
    var selection: Selection { view.selection }
    var store: any StateStore { view.store }
    func begin() async throws(FlxError) -> ViewGeneration { try await view.begin() }
    func digest(of generation: ViewGeneration) async throws(FlxError) -> ViewDigest { try await view.digest(of: generation) }

    func project(_ events: [RecordedEvent], to generation: ViewGeneration, through: Position) async throws(FlxError) -> ViewGeneration {
        do throws(FlxError) {
            return try await view.project(events, to: generation, through: through)
        } catch {
            let overtake = overtake.withLock { overtake in
                defer { overtake = nil }
                return overtake
            }
            if error.origin == .user { try await overtake?(generation) }
            throw error
        }
    }
}

/// Which event is put aside, whatever others do with the view meanwhile.
@Suite struct ViewAsideTests {
    private let store = MemoryEventStore()

    /// Lets another runner put the fifth event aside and apply those up to the seventh.
    private static func overtake(_ store: MemoryEventStore, _ generation: ViewGeneration) async throws(FlxError) {
        let view = StoredDocuments(Positions(), in: store)
        guard let now = try await store.generations(of: Positions.name).first else { return }
        let passed = try await view.project([], to: now, through: Position(5))
        let events = try await store.read(Positions.selection, .forward(after: Position(5)), limit: 2).events
        _ = try await view.project(events, to: passed, through: Position(7))
    }

    private func found() async throws -> [Int64] { try await store.document("all", of: Positions.self)?.all ?? [] }

    @Test func anEventThatCanBeAppliedIsNotPutAsideForAnother() async throws {
        try await store.add(12, to: "s-a")
        let aside = Mutex<[Int64]>([])
        let view = OvertakenView(store) { [store] generation throws(FlxError) in try await Self.overtake(store, generation) }
        let runner = ViewRunner(view, 100, .system, ContinuousClock(), Logger(label: "test")) { event, _, generation in
            aside.withLock { $0.append(event.position.value) }
            #expect(generation.checkpoint.value == event.position.value - 1)
        }
        try await runner.catchUp()
        #expect(aside.withLock(\.self) == [10])
        #expect(try await found() == [1, 2, 3, 4, 6, 7, 8, 9, 11, 12])
    }

    @Test func aSubscriptionBlamesNoOtherEvent() async throws {
        try await store.add(12, to: "s-a")
        let view = OvertakenView(store) { [store] generation throws(FlxError) in try await Self.overtake(store, generation) }
        let feed = ViewFeed(ViewRunner(view, 100, .system, ContinuousClock(), Logger(label: "test"), aside: nil))
        #expect(try await feed.begin() == .start)
        let events = try await store.read(Positions.selection, .forward, limit: 12).events
        let (handled, error) = await feed.take(events) { true }
        #expect(handled == 9)
        #expect((error as? FlxError)?.position == Position(10))
        #expect(try await found() == [1, 2, 3, 4, 6, 7, 8, 9])
    }

    @Test func aBuildThatWasDroppedParksNothing() async throws {
        try await store.add(6, to: "s-a")
        let former = try await store.beginGeneration(of: Positions.name, version: 1)
        try await store.commit(ViewStep(of: former.id, after: .start, through: Position(6)))
        let isStrict = Atomic(true)
        let view = OvertakenView(store, Positions { isStrict.load(ordering: .relaxed) }) { [store] generation throws(FlxError) in
            try await store.dropBuild(generation.id)
            isStrict.store(false, ordering: .relaxed)
        }
        let runner = try SubscriptionRunner(Subscription(view: view, onFailure: .park), on: store, logger: SubscriptionBench.silence)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runner.run() }
            try await eventually { try await found().count == 6 }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(try await runner.parking.positions(.all).isEmpty)
    }
}
