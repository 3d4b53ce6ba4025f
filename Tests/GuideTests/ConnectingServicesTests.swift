import FlxEvents
import FlxTesting
import Logging
import ServiceLifecycle
import Testing
import UnixSignals

@Suite(.timeLimit(.minutes(10))) struct ConnectingServicesTests {
    private let logger = Logger(label: "shop") { _ in SwiftLogNoOpLogHandler() }

    private func eventually(_ holds: () async throws -> Bool) async throws {
        while try await !holds() { try await Task.sleep(nanoseconds: 1_000_000) }
    }

    @Test func `what one service publishes is handled by another`() async throws {
        let (store, storeOfBilling, broker) = (MemoryEventStore(), MemoryEventStore(), MemoryBroker.memory())
        let (seen, continuation) = AsyncStream.makeStream(of: Int.self)
        let invoice: @Sendable (OrderPlaced) async throws -> Void = { continuation.yield($0.total) }

        let shop = HybridEventBus(store: store, broker: broker, name: "shop")
        try await shop.publish(OrderPlaced(customer: "ann", total: 40), to: "order-17")

        let orders = try BrokerQueue("billing", of: "order.*")
        try await broker.bind(orders)
        let billing = HybridEventBus(store: storeOfBilling, broker: broker, name: "billing", receiving: [orders])

        let invoices = Subscription("invoices", to: .types(OrderPlaced.eventType)) { recorded in
            try await invoice(recorded.event.decode(as: OrderPlaced.self))
        }
        let runner = try SubscriptionRunner(invoices, on: storeOfBilling)
        let service = FlxService(bus: billing, services: [billing, runner], drainWithin: .seconds(20))
        let group = ServiceGroup(services: [service], gracefulShutdownSignals: [.sigterm], logger: logger)

        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask { try await FlxService(bus: shop, services: [shop]).run() }
            var totals = seen.makeAsyncIterator()
            #expect(await totals.next() == 40)

            let relay = try SubscriptionControl(of: "relay-shop", in: store)
            let status = try await relay.status()
            print(status.reason ?? "it moves", status.lag)
            try await relay.pause(by: "ops", reason: "the broker moves")

            #expect(try await relay.status().pausedBy == "ops")
            await group.triggerGracefulShutdown()
            tasks.cancelAll()
            try? await tasks.waitForAll()
        }
        let recorded = try #require(try await storeOfBilling.read(.stream("order-17"), .forward, limit: 1).events.first)
        #expect(recorded.event.extensions["flxorigin"] == "shop")
    }

    @Test func `what leaves can be changed`() async throws {
        let (store, broker) = (MemoryEventStore(), MemoryBroker.memory())

        let shop = HybridEventBus(store: store, broker: broker, name: "shop", sending: [.drop("/customer")])

        let queue = try BrokerQueue("watch", of: .all)
        try await broker.bind(queue)
        try await shop.publish(OrderPlaced(customer: "ann", total: 40), to: "order-17")
        let (seen, continuation) = AsyncStream.makeStream(of: Event.self)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await shop.run() }
            tasks.addTask {
                try await broker.consume(queue, prefetch: 1) { delivery in
                    continuation.yield(delivery.event)
                    return .ack
                }
            }
            var events = seen.makeAsyncIterator()
            let event = try #require(await events.next())
            #expect(try event.value["customer"] == nil && event.value["total"]?.int == 40)
            tasks.cancelAll()
            try? await tasks.waitForAll()
        }
    }
}
