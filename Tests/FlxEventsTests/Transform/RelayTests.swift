import FlxEvents
import Testing

@Suite struct RelayTests {
    @Test func whatGoesToTheBrokerIsTransformed() async throws {
        let (store, broker, arrived) = (MemoryEventStore(), MemoryBroker(), Seen<Event>())
        let queue = try BrokerQueue("watch", of: .all)
        try await broker.bind(queue)
        let bus = HybridEventBus(
            store: store, broker: broker, name: "plant",
            sending: [.split("/lines", to: "/line", type: "line"), .convert(.cbor)])
        try await bus.publish([try Event(type: "order", data: ["lines": [1, 2]])], to: "order-1", expecting: .noStream)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await bus.run() }
            group.addTask {
                try await broker.consume(queue, prefetch: 1) { delivery in
                    arrived.add(delivery.event)
                    return .ack
                }
            }
            try await eventually { arrived.count == 2 }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(arrived.values.map { try? $0.payload.value()["line"] } == [1, 2])
        #expect(arrived.values.allSatisfy { $0.type == "line" && $0.payload.contentType == "application/cbor" })
        // The log keeps what was published.
        #expect(try await store.read(.stream("order-1"), .forward, limit: 10).events.map(\.event.type) == ["order"])
    }

    @Test func whatGoesToTheBrokerIsWhatItsConsumersAskFor() async throws {
        let (log, broker, arrived) = (MemoryEventStore(), MemoryBroker(), Seen<Event>())
        let queue = try BrokerQueue("watch", of: .all)
        try await broker.bind(queue)
        let chain = try UpcasterChain(
            [.json("order", from: 1) { $0["currency"] = "EUR" }, .json("order", from: 2) { $0["source"] = "shop" }],
            down: [.json("order", from: 3, removing: ["/source"]) { $0["source"] = nil }])
        let store = EvolvingStore(log, upcasters: chain, serving: EventDemand(["order": 2], data: .messagePack))
        let bus = HybridEventBus(store: store, broker: broker, name: "plant")
        for version in 1...3 {
            var event = try Event(type: "order", data: version == 3 ? ["currency": "CHF", "source": "web"] : [:])
            event.schemaVersion = version
            try await bus.publish([event], to: "order-1", expecting: .any)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await bus.run() }
            group.addTask {
                try await broker.consume(queue, prefetch: 1) { delivery in
                    arrived.add(delivery.event)
                    return .ack
                }
            }
            try await eventually { arrived.count == 3 }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(arrived.values.map(\.schemaVersion) == [2, 2, 2])
        #expect(try arrived.values.map { try $0.payload.value() } == [["currency": "EUR"], [:], ["currency": "CHF"]])
        #expect(arrived.values.allSatisfy { $0.payload.type == .messagePack })
    }
}
