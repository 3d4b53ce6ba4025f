import FlxCore
import FlxEvents
import Testing

private struct SoldOut: Error {}

private struct StockTaken: DomainEvent, Codable {
    static let eventType: EventType = "stock.taken"
    let item: String
    var tags: [FlxCore.Tag] { get throws(FlxError) { [try FlxCore.Tag("item:" + item)] } }
}

private struct Stock: Projection {
    static let name = "stock"
    let item: String
    var left = 1

    init(of item: String) { self.item = item }

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        left -= 1
        return true
    }
}

@Suite struct DecidingTests {
    @Test func `one decision writes to two streams`() async throws {
        let store = MemoryEventStore()
        func place() async throws {
            try await store.decide(Stock(of: "tea"), over: .events(tagged: "item:tea")) { stock in
                guard stock.left > 0 else { throw SoldOut() }
                return [
                    try StreamWrite(facts: [OrderPlaced(customer: "ann", total: 40)], to: "order-17", expecting: .noStream),
                    try StreamWrite(facts: [StockTaken(item: "tea")], to: "stock-tea"),
                ]
            }
        }
        try await place()
        await #expect(throws: SoldOut.self) { try await place() }
        #expect(try await store.read(.all, .forward, limit: 9).events.map(\.event.stream) == ["order-17", "stock-tea"])
    }
}
