import FlxCore
import FlxEvents
import FlxSQLite
import FlxTesting
import Testing

/// Positions, versions and limits at the ends of their ranges, in both stores.
@Suite struct RangeEndTests {
    private func check(_ store: some StateStore) async throws {
        var factory = EventFactory(seed: 1)
        let events = factory.events(3)
        _ = try await store.append([StreamWrite(events, to: "s")], unless: nil)
        let (nearlyEnd, last) = (try Position(.max - 1), try Version(.max))
        for direction in [ReadDirection.forward(after: .end), .forward(after: nearlyEnd), .backward(before: .start), .backward(before: 1)] {
            let page = try await store.read(.all, direction, limit: .max)
            #expect(page.events.isEmpty && page.isLast, "\(direction)")
        }
        for direction in [ReadDirection.forward(after: .start), .backward(before: .end), .backward(before: nearlyEnd)] {
            #expect(try await store.read(.all, direction, limit: .max).events.count == 3, "\(direction)")
        }
        let error = await #expect(throws: FlxError.self) {
            try await store.append([StreamWrite(factory.events(1), to: "s", expecting: .exactly(last))], unless: nil)
        }
        #expect(error?.code == .versionConflict)
        _ = try? await store.append([StreamWrite(factory.events(1), to: "t")], unless: Boundary(.all, after: .end))
        let waiting = Task { try await store.wait(after: .end) }
        waiting.cancel()
        await #expect(throws: FlxError.self) { try await waiting.value }
        try await store.setCheckpoint("c", to: .end)
        #expect(try await store.checkpoint("c") == .end)
        #expect(try await store.streams(prefix: "", after: nil, limit: .max).isEmpty == false)
    }

    private func checkViews(_ store: some StateStore) async throws {
        let generation = try await store.beginGeneration(of: "v", version: 1)
        for query in [ViewQuery.all(limit: .max), .where(ViewEntry("n", 1), limit: .max), .index("n", limit: .max)] {
            #expect(try await store.documents(query, of: .generation(generation.id)).documents.isEmpty)
        }
    }

    @Test func theStoreInMemoryHoldsAtTheEnds() async throws {
        let store = MemoryEventStore()
        try await check(store)
        try await checkViews(store)
    }

    @Test func theStoreOnAFileHoldsAtTheEnds() async throws {
        let folder = try Folder()
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await check(store)
            try await checkViews(store)
        }
    }
}
