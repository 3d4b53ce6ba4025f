// A service that takes orders: an aggregate decides, a view shows, a subscription reacts, and a relay tells others.
//
//   service FILE ORDERS
//
// It takes orders until there are so many in the file, says so, and works until it is told to stop (SIGTERM). Kill it whenever you like.
import FlxEvents
import FlxSQLite
import Foundation
import Logging
import ServiceLifecycle

struct OrderPlaced: DomainEvent, Codable {
    static let eventType: EventType = "order.placed"
    let customer: String
    let total: Int
}

struct BillSent: DomainEvent, Codable {
    static let eventType: EventType = "bill.sent"
    let order: String
    let total: Int
}

/// An order is placed once.
struct Order: Aggregate {
    static let name = "order"
    static let events: [any DomainEvent.Type] = [OrderPlaced.self]

    private(set) var isPlaced = false

    mutating func evolve(_ event: any DomainEvent) { isPlaced = true }

    func decide(_ order: OrderPlaced) throws -> [any DomainEvent] { isPlaced ? [] : [order] }
}

/// The orders and their sum, of each customer.
struct Turnover: DocumentView {
    struct Document: Codable, Sendable { var orders = 0, total = 0 }
    static let name = "turnover"

    func apply(_ recorded: RecordedEvent, to customers: inout ViewDraft<Document>) throws -> Bool {
        guard recorded.event.type == OrderPlaced.eventType else { return false }
        let placed = try recorded.event.decode(as: OrderPlaced.self)
        customers[placed.customer, default: Document()].orders += 1
        customers[placed.customer, default: Document()].total += placed.total
        return true
    }
}

/// Prints a line at once, also into a pipe.
func say(_ line: String) {
    print(line)
    fflush(nil)
}

/// Takes the orders, and says when view and bills have come as far. A shutdown ends the wait.
struct Clerk: Service {
    let store: SQLiteEventStore
    let bus: HybridEventBus
    let readers: SubscriptionGroup
    let orders: Int

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await takeOrders() }
        try? await gracefulShutdown()
    }

    private func takeOrders() async throws {
        let repository = try Repository<Order>(on: store, publishingOn: bus)
        for number in 1...orders {
            let order = OrderPlaced(customer: ["ann", "bob"][number % 2], total: 10 * number)
            try await repository.execute(order, on: "\(number)")
        }
        say("\(orders) orders are placed")
        let last = try await store.lastPosition()
        for reader in readers.runners { try await reader.caughtUp(to: last, within: .seconds(60)) }
        let ann = try await store.document("ann", of: Turnover.self)
        say("ann has \(ann?.orders ?? 0) orders of \(ann?.total ?? 0) in all")
        say("\(try await store.read(.types(BillSent.eventType), .forward, limit: 1_000).events.count) bills are sent")
    }
}

let arguments = CommandLine.arguments
guard arguments.count == 3, let orders = Int(arguments[2]), orders > 0 else {
    say("usage: service FILE ORDERS")
    exit(64)
}
var logger = Logger(label: "shop") { StreamLogHandler.standardError(label: $0) }
logger.logLevel = .warning

// One process writes at a time: the old one of a deployment may need a moment to end.
let store = try await SQLiteEventStore.open(.init(path: arguments[1]), waitingForLock: .seconds(30))
let configuration = BusConfiguration(source: "/shop", middleware: [.log(to: logger), .measure(), .trace()], logger: logger)
let bus = HybridEventBus(store: store, broker: MemoryBroker.memory(), name: "shop", configuration: configuration)
let readers = try SubscriptionGroup(store: store, logger: logger, middleware: [.measure(), .trace()]) {
    Subscription(view: Turnover())
    // All that it does is to append, so that each bill is sent once, wherever the process ends.
    Subscription(once: "bills", to: .types(OrderPlaced.eventType)) { recorded in
        let (order, placed) = (recorded.event.stream ?? "order", try recorded.event.decode(as: OrderPlaced.self))
        return [StreamWrite([try Event(BillSent(order: "\(order)", total: placed.total))], to: "bills")]
    }
}
let clerk = Clerk(store: store, bus: bus, readers: readers, orders: orders)
let service = FlxService(bus: bus, services: [bus, readers, clerk], drainWithin: .seconds(10))
try await ServiceGroup(services: [service], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
await store.close()
say("the service ended in good order")
