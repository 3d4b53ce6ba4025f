import FlxEvents
import FlxTesting
import Testing

/// A change of `{"a":1,"b":{"c":1,"d/e":[1,2]},"z":null}`, what it says that it removes, and what it loses unsaid.
private struct Loss: Sendable, CustomTestStringConvertible {
    let named: [String]
    let lost: String?
    let change: @Sendable (inout EventValue) -> Void
    var testDescription: String { "\(named), \(lost ?? "nothing")" }

    init(_ named: [String], _ lost: String?, _ change: @escaping @Sendable (inout EventValue) -> Void) {
        (self.named, self.lost, self.change) = (named, lost, change)
    }
}

@Suite("Consumers' demands")
struct EventDemandTests {
    private static func event(_ type: EventType, _ version: Int, _ data: EventValue) throws -> Event {
        var event = try Event(type: type, data: data)
        event.schemaVersion = version
        return event
    }

    private static func chain() throws -> UpcasterChain {
        try UpcasterChain(
            [.renamed("bill", to: "invoice"), .json("invoice", from: 1) { $0["currency"] = "EUR" }],
            down: [
                .json("invoice", from: 2, removing: ["/currency"]) { $0["currency"] = nil },
                .renamed("invoice", to: "bill"),
            ])
    }

    @Test("A producer writes one form, a consumer asks for another", arguments: ContentType.allCases, ContentType.allCases)
    func contentAndVersion(written: ContentType, asked: ContentType) async throws {
        let log = MemoryEventStore()
        for (type, version, data) in [
            ("bill", 1, ["sum": 1]), ("invoice", 1, ["sum": 2]), ("invoice", 2, ["sum": 4, "currency": "EUR"]), ("noted", 1, ["text": "x"]),
        ] as [(EventType, Int, EventValue)] {
            try await log.append([Self.event(type, version, data).converted(to: written)], to: "s")
        }
        func read(_ demand: EventDemand) async throws -> [Event] {
            try await EvolvingStore(log, upcasters: Self.chain(), serving: demand).read(.all, .forward, limit: 9).events.map(\.event)
        }
        for (demand, type, version) in [
            (EventDemand(data: asked), "invoice", 2), (.init(["invoice": 1], data: asked), "invoice", 1),
            (.init(["bill": 1], data: asked), "bill", 1),
        ] as [(EventDemand, EventType, Int)] {
            let events = try await read(demand)
            #expect(events.map(\.type) == [type, type, type, "noted"])
            #expect(events.map(\.schemaVersion) == [version, version, version, 1])
            #expect(events.allSatisfy { $0.payload.type == asked })
            #expect(try events.map { try $0.payload.value()["sum"] } == [1, 2, 4, nil])
            #expect(try events.prefix(3).allSatisfy { try $0.payload.value()["currency"] == (version == 2 ? "EUR" : nil) })
        }
        #expect(try await read(["invoice": 2]).allSatisfy { $0.payload.type == written }, "what nobody asks for stays")
    }

    @Test(
        "What no way leads to is refused with the reason",
        arguments: [
            (["invoice": 3], "no upcaster leads from invoice v2 to invoice v3"),
            (["bill": 2], "no downcaster leads from bill v1 to bill v2"),
            (["noted": 0], "no downcaster leads from noted v1 to noted v0"),
        ] as [(EventDemand, String)])
    func noWay(demand: EventDemand, reason: String) throws {
        let event = demand.versions["noted"] == nil ? try Self.event("invoice", 2, ["currency": "EUR"]) : try Self.event("noted", 1, [:])
        let error = #expect(throws: FlxError.self) { try Self.chain().converted(event, to: demand) }
        #expect(error?.code == .registration)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        #expect(try Self.chain().converted(try Self.event("other", 1, [:]), to: demand).type == "other")
    }

    @Test(
        "A step that loses a field is refused unless it names it",
        arguments: [
            Loss([], "/a") { $0["a"] = nil }, Loss(["/a"], nil) { $0["a"] = nil }, Loss(["/b"], nil) { $0["b"] = nil },
            Loss(["/b/c"], "/b/d~1e/0") { $0["b"] = nil }, Loss([], "/a") { ($0["n"], $0["a"]) = ($0["a"], nil) },
            Loss([], nil) { $0["a"] = [5] }, Loss([], nil) { $0["z"] = nil }, Loss([], "/a") { $0["a"] = .null },
            Loss([], "/b/d~1e/1") { $0["b"] = ["c": 1, "d/e": [7]] }, Loss([], "/b/c") { $0["b"] = 5 }, Loss([""], nil) { $0 = [:] },
        ])
    private func losses(_ loss: Loss) throws {
        let chain = try UpcasterChain([], down: [.json("t", from: 2, removing: loss.named, loss.change)])
        let event = try Self.event("t", 2, ["a": 1, "b": ["c": 1, "d/e": [1, 2]], "z": .null])
        guard let lost = loss.lost else {
            #expect(try chain.converted(event, to: ["t": 1]).schemaVersion == 1)
            return
        }
        let error = #expect(throws: FlxError.self) { try chain.converted(event, to: ["t": 1]) }
        #expect(error?.code == .invalidValue)
        #expect(error?.message.contains("would lose '\(lost)'") == true, "\(error?.message ?? "")")
    }

    @Test("A content type that has no place for a value refuses it")
    func content() throws {
        let event = try Event(type: "t", payload: .json(Array(#"{"n":123456789012345678901234567890}"#.utf8)))
        let error = #expect(throws: FlxError.self) { try UpcasterChain.none.converted(event, to: EventDemand(data: .messagePack)) }
        #expect(error?.message.contains("cannot be converted") == true)
    }

    @Test("Downcasters in a circle are refused")
    func circle() {
        let error = #expect(throws: FlxError.self) {
            try UpcasterChain([], down: [.renamed("a", to: "b"), .renamed("b", to: "a")])
        }
        #expect(error?.message.contains("downcasters: the steps from a v1 lead back to it") == true)
    }

    @Test("A handler of a type gets its events in whatever content type they come", arguments: ContentType.allCases)
    func typed(written: ContentType) async throws {
        let (bus, seen) = (InMemoryEventBus(), Seen<Counted>())
        bus.subscribe(to: Counted.self) { seen.add($0) }
        try await bus.publish(Event(Counted(number: 7)).converted(to: written))
        #expect(seen.values == [Counted(number: 7)])
        let text = Event(type: Counted.eventType, payload: try .text("7"))
        #expect(throws: FlxError.self) { try text.decode(as: Counted.self) }
    }
}
