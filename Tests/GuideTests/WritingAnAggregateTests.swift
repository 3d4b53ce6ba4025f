import FlxEvents
import FlxTesting
import Testing

struct OrderPlaced: DomainEvent, Codable {
    static let eventType: EventType = "order.placed"
    let customer: String
    let total: Int
}

struct OrderPaid: DomainEvent, Codable {
    static let eventType: EventType = "order.paid"
    let amount: Int
}

struct Order: Aggregate, Codable {
    static let name = "order"
    static let events: [any DomainEvent.Type] = [OrderPlaced.self, OrderPaid.self]

    enum Command {
        case place(customer: String, total: Int)
        case pay(Int)
    }

    private(set) var total: Int?
    private(set) var isPaid = false

    mutating func evolve(_ event: any DomainEvent) {
        switch event {
        case let placed as OrderPlaced: total = placed.total
        case is OrderPaid: isPaid = true
        default: break
        }
    }

    func decide(_ command: Command) throws -> [any DomainEvent] {
        switch command {
        case .place(let customer, let total):
            if self.total != nil { return [] }
            return [OrderPlaced(customer: customer, total: total)]
        case .pay(let amount):
            guard let total else { throw OrderRefusal.isUnknown }
            if isPaid { return [] }
            guard amount >= total else { throw OrderRefusal.isTooLittle }
            return [OrderPaid(amount: amount)]
        }
    }
}

enum OrderRefusal: Error { case isUnknown, isTooLittle }

@Suite struct WritingAnAggregateTests {
    private let store = MemoryEventStore()

    @Test func `commands are decided and recorded`() async throws {
        let bus = HybridEventBus(store: store)
        let (amounts, continuation) = AsyncStream.makeStream(of: Int.self)
        bus.subscribe { (paid: OrderPaid) in continuation.yield(paid.amount) }

        let orders = try Repository<Order>(on: store, publishingOn: bus)

        try await orders.execute(.place(customer: "ann", total: 40), on: "17")
        let outcome = try await orders.execute(.pay(40), on: "17")
        print(outcome.state.isPaid, outcome.version, outcome.events.count)

        #expect(outcome.state.isPaid && outcome.version == 2)
        let again = try await orders.execute(.pay(40), on: "17")
        #expect(again.events.isEmpty && again.version == 2)
        await #expect(throws: OrderRefusal.self) { try await orders.execute(.pay(40), on: "18") }
        continuation.finish()
        var seen: [Int] = []
        for await amount in amounts { seen.append(amount) }
        #expect(seen == [40])
    }

    @Test func `a command has a cause and a user`() async throws {
        let orders = try Repository<Order>(on: store)

        let outcome = try await EventContext(userID: "ann").run {
            try await orders.execute(.place(customer: "ann", total: 40), on: "17")
        }

        #expect(outcome.events.map(\.userID) == ["ann"])
    }

    @Test func `a command is carried out once`() async throws {
        let orders = try Repository<Order>(on: store)
        let requestID = "request-1"
        var ids: Set<[EventID]> = []
        for _ in 0..<2 {
            let outcome = try await orders.execute(.place(customer: "ann", total: 40), on: "17", once: requestID)
            ids.insert(outcome.events.map(\.id))
        }
        #expect(ids.count == 1 && ids.first?.count == 1)
    }

    @Test func `the past and snapshots`() async throws {
        let orders = try Repository<Order>(on: store, snapshots: Snapshots(in: store, when: .every(100)))

        try await orders.execute(.place(customer: "ann", total: 40), on: "17")
        try await orders.execute(.pay(40), on: "17")

        let now = try await orders.load("17").state
        let then = try await orders.load("17", asOf: .version(1)).state
        #expect(now.isPaid && !then.isPaid)
    }

    @Test func `a decision needs no store`() throws {
        let placed = try AggregateTest<Order>().given(OrderPlaced(customer: "ann", total: 40))
        try placed.when(.pay(40)).then(OrderPaid(amount: 40)).then("it is paid") { $0.isPaid }
        try placed.when(.pay(39)).thenFails { $0 is OrderRefusal }
        try placed.when(.place(customer: "ann", total: 40)).then()
        #expect(placed.aggregate.total == 40)
    }
}
