import FlxCore
import Testing

@Suite("Memory store")
struct MemoryEventStoreTests {
    let store: any EventStore = .memory()

    @Test func appendsAndReads() async throws {
        let events = (1...5).map { _ in Event(type: "a", tags: ["x", "x"]) }
        let result = try await store.append(events, to: "s", expecting: .noStream)
        #expect(result.places.map(\.position.value) == [1, 2, 3, 4, 5])
        let page = try await store.read(.tags("x"), .forward(after: 1), limit: 2)
        #expect(page.events.map(\.version.value) == [2, 3])
        #expect(page.through == 3 && !page.isLast)
        let back = try await store.read(.stream("s"), .backward, limit: 5)
        #expect(back.events.map(\.position.value) == [5, 4, 3, 2, 1] && back.isLast && back.through == .start)
    }
}
