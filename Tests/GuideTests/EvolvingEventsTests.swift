import FlxMacros
import Testing

/// An invoice was sent to a customer.
@Event("invoice.sent", version: 2, keys: .snakeCase)
struct InvoiceSent {
    var invoice: String
    @Constraint(.range(0...)) var amount: Double
    /// Three letters, as in ISO 4217.
    @Constraint(.pattern("^[A-Z]{3}$")) var currency: String
    var note: String?
}

@Suite struct EvolvingEventsTests {
    private let log = MemoryEventStore()

    @Test func `what does not fit is refused, and says why`() async throws {
        let registry = try EventRegistry(InvoiceSent.self)
        let check = try SchemaCheck(registry.schemas, except: ["metric.seen": .off])
        let bus = HybridEventBus(store: log, configuration: BusConfiguration(middleware: [.schemas(check)]))
        try await bus.publish(InvoiceSent(invoice: "i1", amount: 1, currency: "EUR"), to: "invoice-1")
        let error = await #expect(throws: FlxError.self) {
            try await bus.publish(InvoiceSent(invoice: "i2", amount: 1, currency: "eur"), to: "invoice-2")
        }
        let reason = #", invoice.sent v2: /currency must match the pattern ^[A-Z]{3}$, and is "eur" (#/properties/currency/pattern)"#
        #expect(error?.message.hasSuffix(reason) == true)
        #expect(try await log.lastPosition() == 1)
    }

    @Test func `versions are registered once`() async throws {
        let registry = try EventRegistry(InvoiceSent.self)
        try await SchemaRegistry(in: log).register(registry.schemas)
        #expect(try await SchemaRegistry(in: log).entries().map(\.schema.subject) == [EventVersion("invoice.sent", 2)])
    }

    @Test func `old events are read in their newest form`() async throws {
        let registry = try EventRegistry(InvoiceSent.self)
        let check = try SchemaCheck(registry.schemas)
        try await log.append([Event(type: "bill.sent", data: ["invoice": "i1", "amount": 2])], to: "invoice-1")
        let chain = try UpcasterChain(
            [
                .renamed("bill.sent", to: "invoice.sent"),
                .json("invoice.sent", from: 1) { data in data["currency"] = "EUR" },
            ], reading: registry)
        let store = EvolvingStore(log, upcasters: chain, check: check)
        try await SchemaRegistry(in: log).register(registry.schemas, reading: chain)
        let event = try #require(try await store.read(.types("invoice.sent"), .forward, limit: 1).events.first)
        #expect(try event.event.decode(as: InvoiceSent.self).currency == "EUR")

        let proof = try await log.prove(reading: registry, through: chain)
        for line in proof.lines where line.failed > 0 {
            print("\(line.version): \(line.failed) of \(line.tried) cannot be read: \(line.failures[0].reason)")
        }
        print(proof)
        #expect(proof.holds)
    }

    @Test func `one event becomes several, and several one`() async throws {
        let steps: [Upcaster] = [
            .split("customer.moved", into: [EventVersion("street.set"), EventVersion("city.set")]) { data in
                [
                    .init("street.set", ["street": data["street"] ?? .null]),
                    .init("city.set", ["city": data["city"] ?? .null]),
                ]
            },
            .absorbed("phone.prefix.set"),
            .merge("phone.number.set", with: ["phone.prefix.set"], into: EventVersion("phone.set")) { last, earlier in
                let prefix = earlier["phone.prefix.set"]?["prefix"]?.string ?? ""
                return ["phone": .string(prefix + (last["number"]?.string ?? ""))]
            },
        ]
        #expect(steps.map(\.targets.count) == [2, 0, 1])
    }

    @Test func `steps can be kept in a file`() async throws {
        let file = Array(
            #"[{"from":"bill.sent","do":[{"retype":"invoice.sent"}]},{"from":"invoice.sent","do":[{"default":"/currency","value":"EUR"}]}]"#
                .utf8)
        let registry = try EventRegistry(InvoiceSent.self)
        let chain = try UpcasterChain(try Upcaster.list(json: file), reading: registry)
        try await log.append([Event(type: "bill.sent", data: ["invoice": "i1", "amount": 2])], to: "invoice-1")
        #expect(try await log.prove(reading: registry, through: chain).holds)
    }

    @Test func `older consumers are served`() async throws {
        let registry = try EventRegistry(InvoiceSent.self)
        try await log.append([Event(InvoiceSent(invoice: "i1", amount: 1, currency: "CHF"))], to: "invoice-1")
        let down: [Downcaster] = [.json("invoice.sent", from: 2, removing: ["/currency"]) { data in data["currency"] = nil }]
        let both = try UpcasterChain([.json("invoice.sent", from: 1) { $0["currency"] = "EUR" }], down: down, reading: registry)
        let partner = EventDemand(["invoice.sent": 1], data: .cbor)
        let old = EvolvingStore(log, upcasters: both, serving: partner)
        let event = try #require(try await old.read(.all, .forward, limit: 1).events.first?.event)
        #expect(event.schemaVersion == 1)
        #expect(try event.payload.value()["currency"] == nil)
        #expect(event.payload.type == .cbor)
        let published = try Event(InvoiceSent(invoice: "i1", amount: 1, currency: "CHF"))
        let one = try both.converted(published, to: partner)
        #expect(one.payload == event.payload)
    }
}
