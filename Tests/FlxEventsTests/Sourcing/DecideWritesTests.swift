import FlxCore
import FlxEvents
import Testing

private struct Stock: Projection {
    static let name = "stock"
    var left = 2

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        left -= 1
        return true
    }
}

private struct Reserved: DomainEvent, Codable, Equatable {
    static let eventType: EventType = "stock.reserved"
    var item: String
    var tags: [FlxCore.Tag] { get throws(FlxError) { [try FlxCore.Tag("item:" + item)] } }
}

@Suite struct DecideWritesTests {
    private let store = MemoryEventStore()
    private let query = Query.events(tagged: "item:tea")

    private func order(_ number: Int, on bus: HybridEventBus?) async throws -> AppendResult {
        try await store.decide(Stock(), over: query, publishingOn: bus) { stock in
            guard stock.left > 0 else { throw HandlerRefusal(reason: "sold out") }
            return [
                try StreamWrite(facts: [Reserved(item: "tea")], to: "stock-tea"),
                try StreamWrite(facts: [Counted(number: number)], to: StreamName("order-\(number)"), expecting: .noStream),
            ]
        }
    }

    @Test(arguments: [false, true])
    func allStreamsAreWrittenOrNone(onBus: Bool) async throws {
        let bus = onBus ? HybridEventBus(store: store) : nil
        let seen = Seen<Event>()
        bus?.subscribe(to: "#") { (event: Event) in seen.add(event) }
        let context = EventContext(correlationID: try EventID("talk"), userID: "ann")
        let sold = try await context.run {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<10 {
                    group.addTask {
                        do { return try await order(number, on: bus).places.count == 2 } catch is HandlerRefusal { return false }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
        }
        #expect(sold == 2)
        let events = try await store.read(.all, .forward, limit: 99).events
        #expect(events.map(\.event.type) == ["stock.reserved", "test.counted", "stock.reserved", "test.counted"])
        #expect(events.allSatisfy { $0.event.userID == "ann" && $0.event.correlationID?.description == "talk" })
        #expect(seen.count == (onBus ? 4 : 0))
    }

    @Test(arguments: [false, true])
    func aVersionThatIsExpectedHolds(onBus: Bool) async throws {
        let bus = onBus ? HybridEventBus(store: store) : nil
        _ = try await order(1, on: bus)
        let error = await #expect(throws: FlxError.self) { try await order(1, on: bus) }
        #expect(error?.code == .versionConflict && error?.actualVersion == 1)
        #expect(try await store.lastPosition() == 2)
        let result = try await store.decide(Stock(), over: query, publishingOn: bus) { _ in
            [StreamWrite([], to: "order-1", expecting: .noStream)]
        }
        #expect(result.places.isEmpty)
    }

    @Test func theLibrarysStreamsAreNotWritten() async throws {
        let error = await #expect(throws: FlxError.self) {
            try await store.decide(Stock(), over: query) { _ in [try StreamWrite(facts: [Reserved(item: "tea")], to: "flx-own")] }
        }
        #expect(error?.code == .invalidValue)
    }

    @Test func valuesOfTheDomainAreEnough() async throws {
        let result = try await store.decide(Stock(), over: query, to: "stock-tea") { stock in
            stock.left > 0 ? [Reserved(item: "tea"), Counted(number: stock.left)] : []
        }
        #expect(result.places.map(\.version) == [1, 2])
        let events = try await store.read(.all, .forward, limit: 9).events
        #expect(try events[0].event.decode(as: Reserved.self) == Reserved(item: "tea") && events[0].event.tags == ["item:tea"])
    }

    @Test func aBusPublishesToSeveralStreamsAtTheirVersions() async throws {
        let bus = HybridEventBus(store: store)
        let writes = [
            try StreamWrite(facts: [Counted(number: 1)], to: "a", expecting: .noStream),
            try StreamWrite(facts: [Counted(number: 2)], to: "b"),
            try StreamWrite(facts: [Counted(number: 3)], to: "a", expecting: .noStream),
        ]
        let receipt = try await bus.publish(writes)
        #expect(receipt.places.map(\.position) == [1, 2, 3] && receipt.places.map(\.version) == [1, 1, 2])
        #expect(try await bus.publish(writes).places.map(\.isNew) == [false, false, false])
        let late = [try StreamWrite(facts: [Counted(number: 4)], to: "b"), StreamWrite([], to: "a", expecting: .exactly(1))]
        let error = await #expect(throws: FlxError.self) { try await bus.publish(late) }
        #expect(error?.code == .versionConflict)
        #expect(try await store.lastPosition() == 3)
        await #expect(throws: FlxError.self) { try await HybridEventBus().publish(writes) }
    }
}
