import FlxEvents
import FlxTesting
import Testing

/// An order as the code knows it.
private struct OrderPlaced: DomainEvent, Codable, Equatable {
    static let eventType: EventType = "order.placed"
    static let schemaVersion = 3
    let total: Int
    let currency: String
    let source: String
}

/// An order as it once was.
private struct OrderPlaced2: DomainEvent, Codable {
    static let eventType: EventType = "order.placed"
    static let schemaVersion = 2
    let total: Int
    let currency: String
}

private struct Street: DomainEvent, Codable { static let eventType: EventType = "street.set"; let street: String }
private struct City: DomainEvent, Codable { static let eventType: EventType = "city.set"; let city: String }
private struct AddressSet: DomainEvent, Codable, Equatable {
    static let eventType: EventType = "address.set"
    let street: String?
    let city: String
}

/// A store that reads backwards one position at a time, and may find nothing there.
private struct HaltingStore: ForwardingStore {
    let inner: MemoryEventStore

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        guard case .backward(let before) = direction else { return try await inner.read(selection, direction, limit: limit) }
        let next = Position(unchecked: min(before.value, try await inner.lastPosition().value + 1) - 1)
        let page = try await inner.read(selection, direction, limit: 1)
        return Page(events: page.events.filter { $0.position == next }, through: next, isLast: next <= 1)
    }
}

/// Totals by a projection that knows today's events alone.
private struct Totals: Projection {
    static let name = "totals"
    static let selection = Selection.types(OrderPlaced.eventType)
    private(set) var total = 0

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        guard recorded.event.schemaVersion == OrderPlaced.schemaVersion else { return false }
        total += try recorded.event.decode(as: OrderPlaced.self).total
        return true
    }
}

@Suite("Upcasters")
struct UpcasterTests {
    private static let steps: [Upcaster] = [
        .renamed("order.made", to: "order.placed"),
        .json("order.placed", from: 1) { data in data["currency"] = "EUR" },
        .typed(OrderPlaced2.self, to: OrderPlaced.self) { OrderPlaced(total: $0.total, currency: $0.currency, source: "shop") },
    ]

    private static func event(_ type: EventType, _ version: Int, _ data: EventValue) throws -> Event {
        var event = try Event(type: type, data: data)
        event.schemaVersion = version
        return event
    }

    private static func log() async throws -> MemoryEventStore {
        let store = MemoryEventStore()
        try await store.append(
            [
                event("order.made", 1, ["total": 1]), event("order.placed", 1, ["total": 2]),
                event("order.placed", 2, ["total": 4, "currency": "USD"]), Event(OrderPlaced(total: 8, currency: "CHF", source: "web")),
                event("order.noted", 1, ["text": "x"]),
            ], to: "order-1")
        return store
    }

    @Test("Every stored version is read as the newest, by name too, and keeps id, place and tags")
    func chain() async throws {
        let log = try await Self.log()
        let store = EvolvingStore(log, upcasters: try UpcasterChain(Self.steps, reading: try EventRegistry(OrderPlaced.self)))
        let page = try await store.read(.types("order.placed"), .forward, limit: 10)
        let orders = try page.events.map { try $0.event.decode(as: OrderPlaced.self) }
        #expect(orders.map(\.total) == [1, 2, 4, 8])
        #expect(orders.map(\.currency) == ["EUR", "EUR", "USD", "CHF"])
        #expect(page.events.allSatisfy { $0.event.schemaVersion == 3 })
        #expect(page.events.map(\.position) == [1, 2, 3, 4])
        let stored = try await log.read(.all, .forward, limit: 10).events
        #expect(page.events.map(\.id) == stored.prefix(4).map(\.id))
        #expect(try await store.read(.types("order.made"), .forward, limit: 10).events.isEmpty)
        #expect(try await store.read(.all, .backward, limit: 10).events.map(\.position) == [5, 4, 3, 2, 1])
    }

    @Test("Projections see the newest form of all of them")
    func projection() async throws {
        let chain = try UpcasterChain(Self.steps, reading: try EventRegistry(OrderPlaced.self))
        let store = EvolvingStore(try await Self.log(), upcasters: chain)
        #expect(try await store.state(of: Totals()).total == 15)
    }

    @Test(
        "A chain that cannot be is refused when it is made",
        arguments: [
            ("two steps begin at order.placed v1", [.json("order.placed", from: 1) { _ in }, .renamed("order.placed", to: "order.made")]),
            ("lead back to it", [.renamed("a", to: "b"), .renamed("b", to: "a")]),
            ("a gap at order.placed v1", [.json("order.placed", from: 2) { _ in }]),
            ("a gap at order.placed v2", [.json("order.placed", from: 1, to: 3) { _ in }]),
            ("the code knows version 3 at most", steps + [.json("order.placed", from: 3) { _ in }]),
            ("and no type and no further step reads that", steps + [.renamed("order.noted", to: "order.remarked")]),
        ] as [(String, [Upcaster])])
    func refused(reason: String, steps: [Upcaster]) {
        let error = #expect(throws: FlxError.self) { try UpcasterChain(steps, reading: try EventRegistry(OrderPlaced.self)) }
        #expect(error?.code == .registration)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test("Thousands of steps in a row are put together at once")
    func many() async throws {
        var steps = try (0..<3_000).map { Upcaster.renamed(try EventType("t\($0)"), to: try EventType("t\($0 + 1)")) }
        let log = MemoryEventStore()
        try await log.append([try Self.event("t0", 1, 1)], to: "s-1", expecting: .any)
        let store = EvolvingStore(log, upcasters: try UpcasterChain(steps))
        #expect(try await store.read(.types("t3000"), .forward, limit: 10).events.map(\.event.type) == ["t3000"])
        steps.append(.renamed("t3000", to: "t1500"))
        let error = #expect(throws: FlxError.self) { try UpcasterChain(steps) }
        #expect(error?.message.contains("lead back to it") == true)
    }

    @Test("A step that fails names itself, the event and the position")
    func failure() async throws {
        let steps = Array(Self.steps.prefix(1)) + [
            Upcaster.json("order.placed", from: 1) { _ in throw FlxError(.invalidValue, "no currency") },
            .json("order.placed", from: 2) { _ in },
        ]
        let store = EvolvingStore(
            try await Self.log(), upcasters: try UpcasterChain(steps, reading: try EventRegistry(OrderPlaced.self)))
        let error = await #expect(throws: FlxError.self) { try await store.read(.all, .forward, limit: 10) }
        #expect(error?.code == .typeMismatch)
        #expect(error?.message.contains("at position 1: the upcaster from order.placed v1 failed") == true)
        #expect(error?.message.contains("no currency") == true)
    }

    @Test("A page of events that become large ends early, and nothing is left out")
    func largePages() async throws {
        let log = MemoryEventStore()
        let note = EventValue.string(String(repeating: "x", count: 10_000))
        for _ in 0..<4 {
            try await log.append([Self.event("batch", 1, ["lines": .array(Array(repeating: 1, count: 2_500)), "note": note])], to: "s")
        }
        let chain = try UpcasterChain([.transform("batch", from: 1, [.split("/lines", to: "/line", type: "line")])])
        let store = EvolvingStore(log, upcasters: chain)
        for start in [ReadDirection.forward, .backward(before: .end)] {
            var (direction, counts) = (start, [Int]())
            while true {
                let page = try await store.read(.all, direction, limit: 10)
                counts.append(page.events.count)
                guard !page.isLast else { break }
                if case .forward = start { direction = .forward(after: page.through) } else { direction = .backward(before: page.through) }
            }
            #expect(counts == [7_500, 2_500])
        }
    }

    @Test("What several steps make of one event is bounded in bytes, too")
    func bounded() async throws {
        let log = MemoryEventStore()
        try await log.append([Self.event("batch", 1, ["lines": .array(Array(repeating: 1, count: 4_000))])], to: "s")
        let text = EventValue.string(String(repeating: "x", count: 20_000))
        let steps: [Upcaster] = [
            try .transform("batch", from: 1, [.split("/lines", to: "/line", type: "line")]),
            try .transform("line", from: 1, [.set("/text", text)]),
        ]
        let error = await #expect(throws: FlxError.self) {
            try await EvolvingStore(log, upcasters: UpcasterChain(steps)).read(.all, .forward, limit: 10)
        }
        #expect(error?.message.contains("makes too much of it") == true)

        // What all parts have counts for each of them.
        let other = MemoryEventStore()
        var event = try Self.event("batch", 1, ["lines": .array(Array(repeating: 1, count: 400))])
        event.source = "/" + String(repeating: "x", count: 400_000)
        try await other.append([event], to: "s")
        let second = await #expect(throws: FlxError.self) {
            try await EvolvingStore(other, upcasters: UpcasterChain(Array(steps.prefix(1)))).read(.all, .forward, limit: 10)
        }
        #expect(second != nil)
        let few = EvolvingStore(log, upcasters: try UpcasterChain(Array(steps.prefix(1))))
        #expect(try await few.read(.all, .forward, limit: 10).events.count == 4_000)
    }

    @Test("A split makes events with ids of their own at one place, the same ones each time")
    func split() async throws {
        let log = MemoryEventStore()
        try await log.append([Self.event("moved", 1, ["street": "Elm", "city": "Ulm"])], to: "customer-1")
        let chain = try UpcasterChain(
            [
                .split("moved", into: [EventVersion("street.set"), EventVersion("city.set")]) { data in
                    [
                        .init("street.set", ["street": data["street"] ?? .null]),
                        .init("city.set", ["city": data["city"] ?? .null]),
                    ]
                }
            ], reading: try EventRegistry(Street.self, City.self))
        let store = EvolvingStore(log, upcasters: chain)
        let events = try await store.read(.all, .forward, limit: 10).events
        #expect(events.map(\.event.type) == ["street.set", "city.set"])
        #expect(events.map(\.position) == [1, 1])
        #expect(Set(events.map(\.id)).count == 2)
        #expect(try await store.read(.all, .forward, limit: 10).events == events)
        #expect(try await store.read(.all, .backward, limit: 10).events == events.reversed())
        #expect(try await store.read(.types("city.set"), .forward, limit: 10).events == [events[1]])
        #expect(events[0].id == (try await log.read(.all, .forward, limit: 1).events.first?.id))
    }

    @Test("A merge takes in what stands before it in its stream, across the borders of pages")
    func merge() async throws {
        let log = MemoryEventStore()
        try await log.append([Event(Street(street: "Elm"))], to: "customer-1")
        try await log.append([Event(Street(street: "Oak"))], to: "customer-2")
        try await log.append([Event(City(city: "Ulm")), Event(City(city: "Bonn"))], to: "customer-1")
        try await log.append([Event(City(city: "Trier"))], to: "customer-3")
        let chain = try UpcasterChain(
            [
                .absorbed("street.set"),
                .merge("city.set", with: ["street.set"], into: EventVersion("address.set")) { last, earlier in
                    ["city": last["city"] ?? .null, "street": earlier["street.set"]?["street"] ?? .null]
                },
            ], reading: try EventRegistry(AddressSet.self))
        let store = EvolvingStore(log, upcasters: chain)
        var (addresses, position) = ([AddressSet](), Position.start)
        while true {
            let page = try await store.read(.types("address.set"), .forward(after: position), limit: 1)
            addresses += try page.events.map { try $0.event.decode(as: AddressSet.self) }
            position = page.through
            if page.isLast { break }
        }
        #expect(
            addresses == [
                AddressSet(street: "Elm", city: "Ulm"), AddressSet(street: "Elm", city: "Bonn"), AddressSet(street: nil, city: "Trier"),
            ])
    }

    @Test("A merge goes on after a page without an event, which is not the end of the stream")
    func mergeBeyondAnEmptyPage() async throws {
        let log = MemoryEventStore()
        try await log.append([Event(Street(street: "Elm"))], to: "customer-1")
        try await log.append([Event(Street(street: "Oak"))], to: "customer-2")
        try await log.append([Event(City(city: "Ulm"))], to: "customer-1")
        let chain = try UpcasterChain(
            [
                .absorbed("street.set"),
                .merge("city.set", with: ["street.set"], into: EventVersion("address.set")) { last, earlier in
                    ["city": last["city"] ?? .null, "street": earlier["street.set"]?["street"] ?? .null]
                },
            ], reading: try EventRegistry(AddressSet.self))
        let store = EvolvingStore(HaltingStore(inner: log), upcasters: chain)
        let page = try await store.read(.types("address.set"), .forward, limit: 9)
        #expect(try page.events.map { try $0.event.decode(as: AddressSet.self) } == [AddressSet(street: "Elm", city: "Ulm")])
    }

    @Test("Consumers of an older version get it, and an unknown one is refused")
    func downcast() async throws {
        let down: [Downcaster] = [
            .json("order.placed", from: 3, removing: ["/source"]) { data in data["source"] = nil },
            .json("order.placed", from: 2, removing: ["/currency"]) { data in data["currency"] = nil },
        ]
        let chain = try UpcasterChain(Self.steps, down: down, reading: try EventRegistry(OrderPlaced.self))
        let old = EvolvingStore(try await Self.log(), upcasters: chain, serving: ["order.placed": 1])
        let events = try await old.read(.types("order.placed"), .forward, limit: 10).events
        #expect(try events.map { try $0.event.value } == [["total": 1], ["total": 2], ["total": 4], ["total": 8]])
        #expect(events.allSatisfy { $0.event.schemaVersion == 1 })
        let error = #expect(throws: FlxError.self) { try chain.converted(events[0].event, to: ["order.placed": 0]) }
        #expect(error?.message.contains("no downcaster leads from order.placed v1 to order.placed v0") == true)
        #expect(throws: FlxError.self) {
            try UpcasterChain([], down: [.json("a", from: 1, to: 2) { _ in }], reading: EventRegistry())
        }
    }

    @Test("A boundary over a type is broken by events under its older names too")
    func boundary() async throws {
        let log = try await Self.log()
        let store = EvolvingStore(log, upcasters: try UpcasterChain(Self.steps, reading: try EventRegistry(OrderPlaced.self)))
        let end = try await log.lastPosition()
        try await log.append([Self.event("order.made", 1, ["total": 1])], to: "order-2")
        let error = await #expect(throws: FlxError.self) {
            try await store.append(
                [Event(OrderPlaced(total: 1, currency: "EUR", source: "web"))], to: "order-3",
                unless: Boundary(.events("order.placed"), after: end))
        }
        #expect(error?.code == .boundaryConflict)
    }

    @Test("Subscriptions get events in their newest form, from the parking place too")
    func subscriptions() async throws {
        let chain = try UpcasterChain(Self.steps, reading: try EventRegistry(OrderPlaced.self))
        let store = EvolvingStore(try await Self.log(), upcasters: chain)
        let seen = Seen<Int>()
        var policy = SubscriptionPolicy()
        policy.retry = .none
        let subscription = Subscription("totals", to: .types("order.placed"), policy: policy) { recorded in
            let order = try recorded.event.decode(as: OrderPlaced.self)
            if order.total == 2 { throw FlxError(.handlerFailed, "not yet") }
            seen.add(order.total)
        }
        let runner = try SubscriptionRunner(subscription, on: store)
        let work = Task { try await runner.run() }
        defer { work.cancel() }
        try await eventually { try await runner.status().parked == 1 && seen.values.contains(8) }
        #expect(seen.values == [1, 4, 8])
        let parked = try #require(try await runner.parking.events(limit: 1).first)
        #expect(try parked.event.event.decode(as: OrderPlaced.self) == OrderPlaced(total: 2, currency: "EUR", source: "shop"))
    }

    @Test("What is stored is proven readable, and what is not is named")
    func proof() async throws {
        let log = try await Self.log()
        let registry = try EventRegistry(OrderPlaced.self)
        let chain = try UpcasterChain(Self.steps, reading: registry)
        let proof = try await log.prove(reading: registry, through: chain)
        #expect(!proof.holds)
        let versions = ["order.made v1", "order.noted v1", "order.placed v1", "order.placed v2", "order.placed v3"]
        #expect(proof.lines.map(\.version.description) == versions)
        #expect(proof.lines.filter { $0.failed > 0 }.map(\.failures.first?.reason) == ["no type of the code reads order.noted v1"])
        #expect(proof.lines.allSatisfy { $0.events == 1 && $0.tried == 1 })
        #expect("\(proof)" == "5 of 5 events read, 1 failed")
    }

    @Test("A proof reads the oldest and the newest events of each version, and some between")
    func proofOfTheEnds() async throws {
        let store = MemoryEventStore()
        for number in 1...1_000 {
            // The second version is rare, and its last event is not the last of the log.
            var event = try Event(type: "order.placed", data: ["number": .int(number)])
            event.schemaVersion = number % 300 == 0 ? 2 : 1
            try await store.append([event], to: "orders")
        }
        func tried(_ sample: Int) async throws -> ([Position], ReadabilityProof) {
            var seen: [Position] = []
            let proof = try await store.prove(sample: sample) { seen.append($0.position) }
            return (seen, proof)
        }
        let (seen, proof) = try await tried(2)
        #expect(seen.prefix(2) == [1, 2] && seen.suffix(2) == [999, 1_000])
        #expect(seen.filter { $0.value % 300 == 0 } == [300, 600, 900])
        #expect(proof.events == 1_000 && proof.tried == Int64(seen.count) && seen.count == 2 + 9 + 2 + 3, "\(seen.count)")
        let (all, whole) = try await tried(.max)
        #expect(all.map(\.value) == Array(1...1_000) && "\(whole)" == "1000 of 1000 events read, 0 failed")
    }
}
