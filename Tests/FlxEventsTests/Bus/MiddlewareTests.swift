import FlxEvents
import Logging
import Testing

@Suite struct MiddlewareTests {
    @Test func middlewareStandsAroundInOrder() async throws {
        let steps = Seen<String>()
        func step(_ name: String) -> Middleware {
            Middleware(
                publish: { publications, next throws(FlxError) in
                    steps.add("\(name) before")
                    let receipt = try await next(publications)
                    steps.add("\(name) after")
                    return receipt
                },
                handle: { publication, handler, next in
                    steps.add("\(name) handles \(handler)")
                    try await next(publication)
                })
        }
        let bus = DomainEventBus(BusConfiguration(middleware: [step("outer"), step("inner")]))
        bus.subscribe(to: Counted.self, named: "h") { _ in steps.add("h") }
        try await bus.publish(Counted(number: 1))
        #expect(
            steps.values == ["outer before", "inner before", "outer handles h", "inner handles h", "h", "inner after", "outer after"])
    }

    @Test func enrichingReachesStoreAndHandlers() async throws {
        let (store, seen) = (MemoryEventStore(), Seen<Event>())
        let bus = HybridEventBus(
            store: store, configuration: BusConfiguration(middleware: [.enrich { event throws(FlxError) in event.tags.append("plant:1") }]))
        bus.subscribe(to: .all) { seen.add($0) }
        try await bus.publish(Counted(number: 1))
        #expect(seen.values.map(\.tags) == [["plant:1"]])
        #expect(try await store.read(.tags("plant:1"), .forward, limit: 9).events.count == 1)
    }

    @Test func validationRefusesTheWholePublish() async throws {
        let (store, seen) = (MemoryEventStore(), Seen<Event>())
        let check = Middleware.validate { event throws(FlxError) in
            if event.tags.isEmpty { throw FlxError(.invalidValue, "event \(event.id): a tag is needed") }
        }
        let bus = HybridEventBus(store: store, configuration: BusConfiguration(middleware: [check]))
        bus.subscribe(to: .all) { seen.add($0) }
        let events = [try Event(type: "a", data: 1, tags: ["x"]), try Event(type: "b", data: 2)]
        let error = await #expect(throws: FlxError.self) { try await bus.publish(events) }
        #expect(error?.code == .invalidValue)
        #expect(seen.values.isEmpty)
        #expect(try await store.lastPosition() == .start)
    }

    /// Who gets an error publishes again: so nobody gets one for what is recorded.
    @Test func whatMiddlewareThrowsAfterThePublishTakesNothingBack() async throws {
        let (store, lines, isLate) = (MemoryEventStore(), Seen<String>(), Seen<Bool>())
        let audit = Middleware(publish: { publications, next throws(FlxError) in
            if isLate.count > 0 { _ = try await next(publications) }
            throw FlxError(.io, "the audit log is full")
        })
        let bus = HybridEventBus(
            store: store,
            configuration: BusConfiguration(middleware: [audit], logger: Logger(label: "test") { _ in LineHandler(lines: lines) }))
        await #expect(throws: FlxError.self) { try await bus.publish(Counted(number: 1), to: "s") }
        isLate.add(true)
        #expect(try await bus.publish(Counted(number: 2), to: "s").places.map(\.version) == [1])
        #expect(lines.values.count == 1 && lines.values[0].contains("the audit log is full"))
        await store.close()
        await #expect(throws: FlxError.self) { try await bus.publish(Counted(number: 3), to: "s") }
    }

    @Test func anErrorAroundAHandlerCountsAsTheHandlers() async throws {
        let refuse = Middleware(handle: { _, _, _ in throw HandlerRefusal() })
        let bus = DomainEventBus(BusConfiguration(middleware: [refuse]))
        bus.subscribe(to: Counted.self, named: "h") { _ in }
        let receipt = try await bus.publish(Counted(number: 1))
        #expect(receipt.failures.map(\.handler) == ["h"])
        #expect(receipt.failures.first?.error is HandlerRefusal)
    }

    @Test func aChangedPayloadIsWhatTypedHandlersGet() async throws {
        let change = Middleware.enrich { event throws(FlxError) in event.payload = try .json(["number": 42]) }
        let bus = DomainEventBus(BusConfiguration(middleware: [change]))
        let seen = Seen<Int>()
        bus.subscribe(to: Counted.self) { seen.add($0.number) }
        try await bus.publish(Counted(number: 1))
        #expect(seen.values == [42])
    }
}
