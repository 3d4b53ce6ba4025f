import FlxEvents
import Testing

@Suite struct PublishTests {
    let bus = DomainEventBus()

    @Test func handlersOfATypeGetItsValuesInOrder() async throws {
        let seen = Seen<Int>()
        bus.subscribe(to: Counted.self) { seen.add($0.number) }
        for number in 1...5 { try await bus.publish(Counted(number: number)) }
        try await bus.publish(Followed(number: 9))
        #expect(seen.values == [1, 2, 3, 4, 5])
    }

    @Test func handlersComeAndGoBetweenEventsOfOneType() async throws {
        let (first, second) = (Seen<Int>(), Seen<Int>())
        let subscription = bus.subscribe(to: Counted.self) { first.add($0.number) }
        try await bus.publish(Counted(number: 1))
        bus.subscribe(to: Counted.self) { second.add($0.number) }
        try await bus.publish(Counted(number: 2))
        subscription.cancel()
        try await bus.publish(Counted(number: 3))
        #expect(first.values == [1, 2])
        #expect(second.values == [2, 3])
    }

    @Test func asynchronousAndSynchronousHandlersRunInTheOrderOfTheirSubscription() async throws {
        let seen = Seen<String>()
        bus.subscribe(to: Counted.self, named: "first") { _ in
            await Task.yield()
            seen.add("first")
        }
        bus.subscribe(to: Counted.self, named: "second") { _ in seen.add("second") }
        bus.subscribe(to: .all, named: "third") { (_: Event) async in seen.add("third") }
        let receipt = try await bus.publish(Counted(number: 1))
        #expect(seen.values == ["first", "second", "third"])
        #expect(receipt.calls.map(\.handler) == ["first", "second", "third"])
    }

    @Test(arguments: [
        ("pipeline.*", ["pipeline.created"]), ("pipeline.#", ["pipeline.created", "pipeline.step.added", "pipeline"]),
        ("*", ["pipeline.created", "pipeline.step.added", "pipeline", "order.placed"]), ("*.placed", ["order.placed"]),
        ("pipeline.step.added", ["pipeline.step.added"]),
    ])
    func patternsSelectTypes(pattern: String, expected: [String]) async throws {
        let seen = Seen<String>()
        bus.subscribe(to: try EventPattern(pattern)) { seen.add($0.type.description) }
        for type in ["pipeline.created", "pipeline.step.added", "pipeline", "order.placed"] { try await bus.publish(type) }
        #expect(seen.values == expected)
    }

    @Test func aDictionaryNamesItsType() async throws {
        let seen = Seen<Event>()
        bus.subscribe(to: .all) { seen.add($0) }
        try await bus.publish(dictionary: ["type": "a.b", "n": 1, "event_type": "kept"])
        try await bus.publish(dictionary: ["event_type": "c.d", "n": 2])
        #expect(seen.values.map(\.type) == ["a.b", "c.d"])
        #expect(try seen.values.map { try $0.value.description } == [#"{"n":1,"event_type":"kept"}"#, #"{"n":2}"#])
    }

    @Test(arguments: [["n": 1], ["type": 1], ["type": ""], "text", ["event_type": nil]] as [EventValue])
    func aDictionaryWithoutATypeIsRefused(dictionary: EventValue) async {
        let error = await #expect(throws: FlxError.self) { try await bus.publish(dictionary: dictionary) }
        #expect(error?.code == .invalidValue)
    }

    @Test func aBatchIsHandledInOrder() async throws {
        let seen = Seen<Int>()
        bus.subscribe(to: Counted.self) { seen.add($0.number) }
        let receipt = try await bus.publish((1...100).map { Counted(number: $0) })
        #expect(seen.values == Array(1...100))
        #expect(receipt.events.count == 100)
        #expect(receipt.calls.count == 100)
        #expect(receipt.places.isEmpty)
        #expect(Set(receipt.events).count == 100)
    }

    @Test func aTypedHandlerGetsOnlyItsSchemaVersion() async throws {
        let (old, new) = (Seen<Int>(), Seen<Int>())
        bus.subscribe(to: Counted.self) { old.add($0.number) }
        bus.subscribe(to: CountedAgain.self) { new.add($0.number) }
        try await bus.publish(Counted(number: 1))
        let receipt = try await bus.publish(CountedAgain(number: 2))
        #expect(old.values == [1])
        #expect(new.values == [2])
        #expect(receipt.calls.map(\.handler) == ["CountedAgain"])
    }

    @Test func aTypedHandlerDecodesWhatWasPublishedByName() async throws {
        let seen = Seen<Int>()
        bus.subscribe(to: Counted.self) { seen.add($0.number) }
        try await bus.publish("test.counted", data: ["number": 7, "unknown": true])
        let receipt = try await bus.publish("test.counted", data: ["number": "seven"])
        #expect(seen.values == [7])
        #expect((receipt.failures.first?.error as? FlxError)?.code == .typeMismatch)
    }

    @Test func aClosedBusTakesNothing() async throws {
        let seen = Seen<Int>()
        bus.subscribe(to: Counted.self) { seen.add($0.number) }
        #expect(await bus.close(within: .seconds(1)).isEmpty)
        let error = await #expect(throws: FlxError.self) { try await bus.publish(Counted(number: 1)) }
        #expect(error?.code == .closed)
        #expect(seen.values.isEmpty)
    }

    @Test func envelopesComeFromTheInjectedClockAndIDs() async throws {
        let clock = EventClock { Timestamp(nanoseconds: 1_000_000_000) }
        let ids = EventIDGenerator(clock: clock, random: SystemRandomNumberGenerator())
        let bus = DomainEventBus(BusConfiguration(source: "/plant/1", clock: clock, ids: ids))
        let seen = Seen<Event>()
        bus.subscribe(to: .all) { seen.add($0) }
        try await bus.publish(Counted(number: 1), to: "line-1")
        let event = try #require(seen.values.first)
        #expect(event.time == clock.now())
        #expect(event.source == "/plant/1")
        #expect(event.stream == "line-1")
        #expect(event.id.description.hasPrefix("00000000-03e8-7"))
    }
}
