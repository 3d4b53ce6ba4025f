import FlxEvents
import FlxTesting
import Foundation
import Testing

/// Keeps when each number was counted last.
private struct Latest: DocumentView {
    struct Document: Codable, Sendable, Equatable { var time: Timestamp }
    static let name = "latest"

    static func entries(of document: Document) -> [ViewEntry] { [ViewEntry("time", document.time)] }

    func apply(_ recorded: RecordedEvent, to documents: inout ViewDraft<Document>) throws -> Bool {
        let number = try recorded.event.decode(as: Counted.self).number
        documents["n\(number)"] = Document(time: Timestamp(nanoseconds: Int64(number) / 10 * 1_000))
        return true
    }
}

@Suite struct ReversedPageTests {
    private let store = MemoryEventStore()

    private func keys(_ query: ViewQuery, reversed: Bool) async throws -> [[String]] {
        var (query, pages) = (query, [[String]]())
        while true {
            let page = try await store.page(query, of: Latest.self, reversed: reversed)
            pages.append(page.entries.map(\.key))
            guard let next = page.next else { return pages.filter { !$0.isEmpty } }
            query.after = next
        }
    }

    @Test func pagesGoBackFromTheEnd() async throws {
        for number in [31, 10, 22, 11, 43] { try await store.append([try Event(Counted(number: number))], to: "s") }
        try await ViewRunner(Latest(), in: store).catchUp()
        #expect(try await keys(.index("time", limit: 2), reversed: true) == [["n43", "n31"], ["n22", "n11"], ["n10"]])
        #expect(try await keys(.index("time", limit: 9), reversed: false) == [["n10", "n11", "n22", "n31", "n43"]])
        #expect(try await keys(.all(limit: 3), reversed: true) == [["n43", "n31", "n22"], ["n11", "n10"]])
        let part = ViewQuery.index(
            "time", from: .time(Timestamp(nanoseconds: 1_000)), through: .time(Date(Timestamp(nanoseconds: 2_000))), limit: 9)
        #expect(try await keys(part, reversed: true) == [["n22", "n11", "n10"]])
    }

    @Test func aGenerationIsReadByItsNumber() async throws {
        let missing = await #expect(throws: FlxError.self) { try await store.page(of: Latest.self, reversed: true) }
        #expect(missing?.code == .notFound)
        try await store.append([try Event(Counted(number: 10))], to: "s")
        let generation = try await ViewRunner(Latest(), in: store).catchUp()
        let page = try await store.page(of: Latest.self, reversed: true, in: generation.id)
        #expect(page.generation.checkpoint == 1 && page.entries.map(\.document) == [Latest.Document(time: Timestamp(nanoseconds: 1_000))])
        let error = await #expect(throws: FlxError.self) {
            try await store.page(of: Latest.self, reversed: true, in: ViewGeneration.ID(generation.id.value + 1))
        }
        #expect(error?.code == .notFound)
    }

    @Test(arguments: [
        (0.0, 978_307_200_000_000_000), (-978_307_200.5, -500_000_000), (1e300, .max), (-1e300, .min), (.infinity, .max), (.nan, .min),
    ] as [(Double, Int64)])
    func aDateIsATime(seconds: Double, nanoseconds: Int64) {
        let date = Date(timeIntervalSinceReferenceDate: seconds)
        #expect(Timestamp(clamping: date).nanoseconds == nanoseconds)
        #expect(ViewEntry("at", date) == ViewEntry("at", .number(nanoseconds)))
    }

    @Test func timesAndDatesAreInTheOrderOfTime() {
        let times = [Timestamp(nanoseconds: .min), Timestamp(nanoseconds: -1), Timestamp(nanoseconds: 0), Timestamp(nanoseconds: .max)]
        #expect(times.map { ViewEntry("at", $0).value }.sorted() == times.map { .time($0) })
        #expect(Date(Timestamp(nanoseconds: 1_500_000_000)) == Date(timeIntervalSince1970: 1.5))
    }
}
