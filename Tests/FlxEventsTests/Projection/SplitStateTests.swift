import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// Refuses second parts of a number, so often.
private final class Refuser: Sendable {
    private let left: Mutex<Int>
    let number: Int

    init(_ number: Int, times: Int = 1) {
        self.number = number
        left = Mutex(times)
    }

    func check(_ recorded: RecordedEvent) throws {
        guard try recorded.event.value["number"]?.int == number, recorded.event.type == Followed.eventType else { return }
        try left.withLock { left in
            guard left > 0 else { return }
            left -= 1
            throw HandlerRefusal()
        }
    }
}

/// What came, in its order.
private struct Texts: Projection, Codable {
    static let name = "texts"
    var texts: [String] = []
    @TaskLocal static var refuser: Refuser?

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        try Self.refuser?.check(recorded)
        texts.append(try SplitBench.text(recorded))
        return true
    }
}

/// The same as a view.
private struct TextView: DocumentView {
    struct Document: Codable, Sendable { var texts: [String] = [] }
    static let name = "texts"
    var refuser: Refuser?

    func apply(_ recorded: RecordedEvent, to documents: inout ViewDraft<Document>) throws -> Bool {
        guard recorded.event.type != "seen" else { return false }
        try refuser?.check(recorded)
        documents["all", default: Document()].texts.append(try SplitBench.text(recorded))
        documents.append([try Event(type: "seen", data: .string(try SplitBench.text(recorded)))], to: "flx-seen")
        return true
    }
}

/// The same as an aggregate.
private struct TextAggregate: Aggregate, Codable {
    static let name = "texts"
    static let events: [any DomainEvent.Type] = [Counted.self, Followed.self]
    var texts: [String] = []

    mutating func evolve(_ event: any DomainEvent) {
        if let event = event as? Counted { texts.append("\(event.number)") }
        if let event = event as? Followed { texts.append("\(event.number)'") }
    }

    func decide(_ command: Int) -> [any DomainEvent] { [Counted(number: command)] }
}

/// States folded from events that an upcaster splits.
@Suite struct SplitStateTests {
    private let bench: SplitBench
    private static let texts = ["1", "2", "2'", "3", "4", "4'", "5"]

    init() throws { bench = try SplitBench() }

    private func fill(_ stream: StreamName = "s") async throws {
        for number in 1...5 {
            if number.isMultiple(of: 2) {
                try await bench.append(pair: number, to: stream)
            } else {
                try await bench.append(single: number, to: stream)
            }
        }
    }

    @Test(arguments: [1, 2, 3, 1_000], [2, 4])
    func aProjectionHasAllPartsOrNone(pageSize: Int, poison: Int) async throws {
        try await fill()
        let runner = ProjectionRunner(Texts(), over: bench.store, pageSize: pageSize, checkpoints: bench.log)
        try await Texts.$refuser.withValue(Refuser(poison)) {
            let error = await #expect(throws: FlxError.self) { try await runner.catchUp() }
            #expect(error?.message.contains("at position \(poison)") == true)
            #expect(runner.state.texts == Array(Self.texts.prefix { !$0.hasPrefix("\(poison)") }))
            #expect(runner.checkpoint == (try Position(Int64(poison - 1))))
            #expect(runner.handled == Int64(runner.state.texts.count))
            try await runner.catchUp()
        }
        #expect(runner.state.texts == Self.texts)
        #expect(runner.handled == 7)
        #expect(try await bench.log.checkpoint(Texts.checkpointName) == 5)
    }

    @Test(arguments: [1, 2, 1_000])
    func aViewHasAllPartsOrNone(pageSize: Int) async throws {
        try await fill()
        let refusing = ViewRunner(TextView(refuser: Refuser(4, times: .max)), in: bench.store, pageSize: pageSize)
        for _ in 1...2 {
            await #expect(throws: FlxError.self) { try await refusing.catchUp() }
            #expect(try await bench.store.document("all", of: TextView.self)?.texts == ["1", "2", "2'", "3"])
        }
        try await ViewRunner(TextView(), in: bench.store, pageSize: pageSize).catchUp()
        #expect(try await bench.store.document("all", of: TextView.self)?.texts == Self.texts)
        let effects = try await bench.log.read(.stream("flx-seen"), .forward, limit: 99).events.map { try $0.event.value.string ?? "" }
        #expect(effects == Self.texts, "effects are recorded once for each part")
    }

    @Test func aSnapshotStandsBehindAllParts() async throws {
        try await fill("texts-a")
        let snapshots = Snapshots(in: bench.log, when: .every(1))
        for number in 1...5 {
            let shorter = try await Repository<TextAggregate>(on: bench.store).load("a", asOf: .version(Version(Int64(number))))
            #expect(shorter.state.texts == Array(Self.texts.prefix { Int(String($0.prefix(1))) ?? 0 <= number }))
        }
        try await bench.log.append([Event(type: "test.pair", data: ["number": 6])], to: "texts-a")
        for _ in 1...2 {
            let loaded = try await Repository<TextAggregate>(on: bench.store, snapshots: snapshots).load("a")
            #expect(loaded.state.texts == Self.texts + ["6", "6'"])
            #expect(try await bench.log.snapshot("aggregate:texts-a")?.position == 6)
        }
    }

    @Test func commandsGoOnBehindWhatIsLeftOut() async throws {
        let log = MemoryEventStore()
        try await log.append([Event(Counted(number: 1)), Event(type: "test.absorbed", data: [:])], to: "texts-a")
        let chain = try UpcasterChain([.absorbed("test.absorbed")], reading: try EventRegistry(Counted.self))
        let repository = try Repository<TextAggregate>(on: EvolvingStore(log, upcasters: chain))
        let outcome = try await repository.execute(2, on: "a")
        #expect(outcome.state.texts == ["1", "2"])
        #expect(outcome.version == 3)
    }
}
