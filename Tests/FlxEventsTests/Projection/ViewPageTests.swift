import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// Appends an event under one id for each event, with another content each time.
private struct SameEffect: DocumentView {
    struct Document: Codable, Sendable { var count = 0 }
    static let name = "same-effect"
    static let selection = Selection.prefix("s-")

    func apply(_ recorded: RecordedEvent, to counts: inout ViewDraft<Document>) throws -> Bool {
        counts["all", default: Document()].count += 1
        guard recorded.position >= 5 else { return true }
        counts.append([try Event(type: "ticked", data: .int(recorded.position.value), id: EventID("one"))], to: "effects")
        return true
    }
}

/// Gives each event the next number, and counts how often it is applied.
private final class NumberedRows: DocumentView {
    typealias Document = Int
    static let name = "numbered-rows"
    static let selection = Selection.prefix("s-")
    let applied = Mutex(0)

    func apply(_ recorded: RecordedEvent, to numbers: inout ViewDraft<Document>) throws -> Bool {
        applied.withLock { $0 += 1 }
        let number = numbers["next", default: 0]
        numbers["next"] = number + 1
        numbers["row-\(number)", default: 0] += 1
        return true
    }
}

/// Asks for the document of the stream of each event.
private struct TextsOfStreams: DocumentView {
    typealias Document = String
    static let name = "texts-of-streams"
    static let selection = Selection.prefix("s-")

    func apply(_ recorded: RecordedEvent, to texts: inout ViewDraft<Document>) throws -> Bool {
        guard let stream = recorded.event.stream?.description else { return false }
        texts[stream] = texts[stream, default: ""].isEmpty ? "new" : "old"
        return true
    }
}

/// Divides by the number of events that it has seen, less three.
private struct Divided: DocumentView {
    struct Document: Codable, Sendable { var count = 0, value = 0.0 }
    static let name = "divided"
    static let selection = Selection.prefix("s-")

    func apply(_ recorded: RecordedEvent, to documents: inout ViewDraft<Document>) throws -> Bool {
        let count = documents["all", default: Document()].count + 1
        documents["all"] = Document(count: count, value: 1 / Double(count >= 4 ? 0 : 1))
        return true
    }
}

/// Pages of events that cannot be one step: what is wrong with one event keeps none before it, and the error names it.
@Suite struct ViewPageTests {
    let store = MemoryEventStore()

    private func expectStop(
        _ view: some DocumentView, at position: Position, _ code: FlxError.Code, _ words: String
    ) async throws {
        for pageSize in [1, 3, 1_000] {
            let error = await #expect(throws: FlxError.self) {
                _ = try await ViewRunner(view, in: store, pageSize: pageSize).catchUp()
            }
            #expect(error?.code == code && error?.message.contains("at position \(position): ") == true, "\(String(describing: error))")
            #expect(error?.message.contains(words) == true, "\(String(describing: error))")
            let found = try await store.generations(of: nil).map { [$0.checkpoint.value, $0.handled] }
            #expect(found == [[position.value - 1, position.value - 1]])
        }
    }

    @Test func anEffectUnderAnIdThatIsTakenNamesItsEvent() async throws {
        try await store.add(10, to: "s-a")
        try await expectStop(SameEffect(), at: 6, .idConflict, "the id one is recorded")
        let effects = try await store.read(.stream("effects"), .forward, limit: 9).events
        #expect(effects.count == 1)
    }

    @Test func aDocumentThatCannotBeReadNamesTheEventThatAsksForIt() async throws {
        for stream in ["s-a", "s-b"] as [StreamName] { try await store.add(3, to: stream) }
        let id = try await store.beginGeneration(of: TextsOfStreams.name, version: 1).id
        let damaged = ViewDocument(key: "s-b", body: Array("[]".utf8))
        try await store.commit(ViewStep(of: id, after: .start, through: .start, changes: [.put(damaged)]))
        try await expectStop(TextsOfStreams(), at: 4, .typeMismatch, "the document 's-b' is no String")
    }

    @Test func aDocumentThatCannotBeWrittenNamesItsEvent() async throws {
        try await store.add(10, to: "s-a")
        try await expectStop(Divided(), at: 4, .invalidValue, "the document 'all' cannot be encoded")
    }

    @Test func anEventIsAppliedAFewTimesAlsoWhereItsDocumentsDependOnTheOneBefore() async throws {
        try await store.add(400, to: "s-a")
        let view = NumberedRows()
        try await ViewRunner(view, in: store).catchUp()
        let count = try await store.document("next", of: NumberedRows.self)
        let last = try await store.document("row-399", of: NumberedRows.self)
        #expect(count == 400 && last == 1)
        #expect(view.applied.withLock(\.self) <= 20 * 400)
    }

    @Test func aPageIsDividedBeforeItsDocumentsTakeTooMuchMemory() async throws {
        let streams = (10..<34).map { "s-\($0)" }
        for stream in streams { try await store.add(1, to: try StreamName(stream)) }
        let id = try await store.beginGeneration(of: TextsOfStreams.name, version: 1).id
        let body = [UInt8(ascii: "\"")] + Array(repeating: UInt8(ascii: "x"), count: 4 << 20) + [UInt8(ascii: "\"")]
        for stream in streams {
            let put = ViewStep.Change.put(ViewDocument(key: stream, body: body))
            try await store.commit(ViewStep(of: id, after: .start, through: .start, changes: [put]))
        }
        let ledger = ViewLedger(store)
        try await ViewRunner(TextsOfStreams(), in: ledger).catchUp()
        let (most, commits) = ledger.book.withLock { ($0.mostBytes, $0.commits) }
        #expect(most <= 65 << 20 && commits == 2)
        let texts = try await store.documents(of: TextsOfStreams.self)
        #expect(texts == Array(repeating: "old", count: 24))
    }
}
