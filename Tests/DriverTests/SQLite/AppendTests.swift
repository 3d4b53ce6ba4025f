import FlxCore
import FlxSQLite
import Testing

@Suite struct AppendTests {
    let folder: Folder

    init() throws {
        folder = try Folder()
    }

    @Test func whatWasAppendedIsReadAgainAfterReopening() async throws {
        let events = try richEvents()
        let first = try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let result = try await store.append(events, to: "order-1", expecting: .noStream)
            #expect(result.places.map(\.version) == [1, 2, 3, 4])
            return try await store.read(.all, .forward, limit: 100)
        }
        let second = try await withSQLiteEventStore(.init(path: folder.store)) { store in
            #expect(try await store.lastPosition() == 4)
            return try await store.read(.stream("order-1"), .forward, limit: 100)
        }
        #expect(first.events == second.events)
        #expect(first.isLast && second.isLast)
        #expect(first.events.map(\.event) == events.map { event in
            var event = event
            event.stream = "order-1"
            return event
        })
    }

    @Test func appendingAgainGivesTheFirstResult() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let events = try richEvents()
            let first = try await store.append(events, to: "order-1", expecting: .noStream)
            let again = try await store.append(events, to: "order-1", expecting: .noStream)
            #expect(again.places.map(\.position) == first.places.map(\.position))
            #expect(again.places.allSatisfy { !$0.isNew })
            var other = events[0]
            other.userID = "somebody else"
            let changed = other
            await #expect(throws: FlxError.self) { try await store.append([changed], to: "order-1") }
            await #expect(throws: FlxError.self) { try await store.append([events[0]], to: "order-2") }
            #expect(try await store.lastPosition() == 4)
        }
    }

    /// One event of every form.
    private func richEvents() throws -> [Event] {
        [
            Event(type: "order.placed", payload: try .json(["total": 12.5])),
            Event(
                id: try EventID("order 7/1"), type: "order.paid", schemaVersion: 3, source: "https://shop.example/orders", time: nil,
                payload: try .text("paid"), correlationID: EventIDGenerator.system.next(), causationID: try EventID("order 7/0"),
                userID: "", trace: try TraceContext(parent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", state: "a=b"),
                tags: ["order:7", "customer:ä", "order:7"], partitionKey: "7", dataSchema: "https://shop.example/schemas/paid",
                extensions: ["region": "north", "retries": 3, "urgent": true, "calm": false]),
            Event(type: "order.packed", payload: try .binary([0, 255, 1])),
            Event(type: "order.sent", time: Timestamp(nanoseconds: -1), payload: .none, tags: ["order:7"]),
        ]
    }
}
