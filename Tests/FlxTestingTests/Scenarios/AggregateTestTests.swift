import FlxCore
import FlxEvents
import FlxTesting
import Testing

private struct Filled: DomainEvent, Codable {
    static let eventType: EventType = "tank.filled"
    let litres: Int
}

private struct Emptied: DomainEvent, Codable {
    static let eventType: EventType = "tank.emptied"
}

private struct Foreign: DomainEvent, Codable {
    static let eventType: EventType = "tank.painted"
}

private struct Tank: Aggregate {
    enum Command: Sendable { case fill(Int), empty, paint }
    struct IsFull: Error {}

    static let name = "tank"
    static let events: [any DomainEvent.Type] = [Filled.self, Emptied.self]

    private(set) var litres = 0

    mutating func evolve(_ event: any DomainEvent) {
        if let filled = event as? Filled { litres += filled.litres }
        if event is Emptied { litres = 0 }
    }

    func decide(_ command: Command) throws -> [any DomainEvent] {
        switch command {
        case .fill(let more):
            guard litres + more <= 10 else { throw IsFull() }
            return [Filled(litres: more)]
        case .empty: return litres == 0 ? [] : [Emptied()]
        case .paint: return [Foreign()]
        }
    }
}

/// An event of which a part is not recorded.
private struct Labelled: DomainEvent, Codable {
    enum CodingKeys: CodingKey { case text }
    static let eventType: EventType = "tank.labelled"
    let text: String
    var draft: String?
}

private struct Label: Aggregate {
    static let name = "label"
    static let events: [any DomainEvent.Type] = [Labelled.self]

    private(set) var texts: [String] = []
    private(set) var drafts: [String?] = []

    mutating func evolve(_ event: any DomainEvent) {
        guard let event = event as? Labelled else { return }
        texts.append(event.text)
        drafts.append(event.draft)
    }

    func decide(_ command: String) -> [any DomainEvent] { [Labelled(text: command, draft: "draft")] }
}

@Suite struct AggregateTestTests {
    private let start = AggregateTest<Tank>()

    @Test func whatIsExpectedPasses() throws {
        let half = try start.given(Filled(litres: 5))
        try half.when(.fill(3)).then(Filled(litres: 3)).then("8 litres") { $0.litres == 8 }
        try half.when(.empty).then(Emptied()).when(.empty).then()
        try half.when(.fill(6)).thenFails { $0 is Tank.IsFull }.when(.fill(5)).then(Filled(litres: 5))
        try half.then("without a command, the state is asked about") { $0.litres == 5 }
        #expect(half.aggregate.litres == 5)
    }

    /// A repository folds what was recorded, and so does the test.
    @Test func theStateIsThatOfTheRecordedEvents() throws {
        let label = try AggregateTest<Label>().given(Labelled(text: "a", draft: "b")).when("c")
        #expect(label.aggregate.texts == ["a", "c"] && label.aggregate.drafts == [nil, nil])
    }

    @Test func whatIsNotExpectedFailsWithWhatHappened() throws {
        let half = try start.given(Filled(litres: 5))
        let wrong: [(String, () throws -> Void)] = [
            (#"tank.filled {"litres":3}"#, { try half.when(.fill(3)).then(Filled(litres: 4)) }),
            ("no events", { try start.when(.empty).then(Emptied()) }),
            ("tank.emptied", { try half.when(.empty).then() }),
            ("the command was refused: IsFull()", { try half.when(.fill(6)).then(Filled(litres: 6)) }),
            ("the command was refused: IsFull()", { try half.when(.fill(6)).then("full") { $0.litres == 5 } }),
            ("Tank(litres: 8)", { try half.when(.fill(3)).then("empty") { $0.litres == 0 } }),
            (#"it led to tank.filled {"litres":3}"#, { try half.when(.fill(3)).thenFails() }),
            ("IsFull()", { try half.when(.fill(6)).thenFails { $0 is CancellationError } }),
            ("there was no command", { try half.thenFails() }),
            ("Foreign is not there: a repository would not find it", { _ = try half.when(.paint) }),
            ("Foreign is not there: a repository would not find it", { _ = try half.given(Foreign()) }),
        ]
        for (words, attempt) in wrong {
            let failure = #expect(throws: ScenarioFailure.self) { try attempt() }
            #expect(failure?.seen.contains(words) == true, "\(failure?.seen ?? "")")
            #expect(failure?.subject == "tank")
        }
    }
}
