import FlxEvents
import Testing

@Suite struct HybridEventBusTests {
    let store = MemoryEventStore()

    @Test func eventsAreRecordedBeforeTheyAreHandled() async throws {
        let bus = HybridEventBus(store: store)
        let recorded = Seen<Position>()
        bus.subscribe(to: Counted.self) { [store] _ in recorded.add(try await store.lastPosition()) }
        let receipt = try await bus.publish(Counted(number: 1), to: "line-1")
        #expect(recorded.values == [1])
        #expect(receipt.places.map(\.position) == [1])
        #expect(receipt.position == 1)
        #expect(receipt.calls.count == 1)
        let page = try await store.read(.stream("line-1"), .forward, limit: 10)
        #expect(page.events.map(\.event.id) == receipt.events)
    }

    @Test func aBatchOverSeveralStreamsKeepsItsOrder() async throws {
        let bus = HybridEventBus(store: store)
        let seen = Seen<Position?>()
        bus.subscribe(EventHandler("places", on: .all) { publication in seen.add(publication.place?.position) })
        let events = try ["a", "b", "a", "c", "b"].enumerated().map { index, stream in
            try Event(Counted(number: index), stream: StreamName(stream))
        }
        let receipt = try await bus.publish(events)
        #expect(receipt.places.map(\.position) == [1, 2, 3, 4, 5])
        #expect(receipt.places.map(\.version) == [1, 1, 2, 1, 2])
        #expect(seen.values == [1, 2, 3, 4, 5])
        #expect(try await store.read(.all, .forward, limit: 9).events.map(\.event.id) == events.map(\.id))
    }

    @Test func anEventWithoutAStreamGoesWhereTheRuleSays() async throws {
        try await HybridEventBus(store: store).publish(Counted(number: 1))
        let bus = HybridEventBus(store: store) { event in "by-rule/\(event.type)" }
        try await bus.publish(Counted(number: 2))
        #expect(try await store.read(.all, .forward, limit: 9).events.map(\.event.stream) == ["test.counted", "by-rule/test.counted"])
    }

    @Test func anExpectedVersionIsKept() async throws {
        let (bus, seen) = (HybridEventBus(store: store), Seen<Int>())
        bus.subscribe(to: Counted.self) { seen.add($0.number) }
        try await bus.publish([Event(Counted(number: 1))], to: "s", expecting: .noStream)
        let again = [try Event(Counted(number: 2))]
        let error = await #expect(throws: FlxError.self) { try await bus.publish(again, to: "s", expecting: .noStream) }
        #expect(error?.code == .versionConflict)
        #expect(error?.actualVersion == 1)
        #expect(seen.values == [1])
        let storeless = await #expect(throws: FlxError.self) { try await HybridEventBus().publish([], to: "s", expecting: .any) }
        #expect(storeless?.code == .invalidValue)
    }

    @Test func publishingTheSameEventAgainHandlesItOnce() async throws {
        let (bus, seen) = (HybridEventBus(store: store), Seen<Int>())
        bus.subscribe(to: Counted.self) { seen.add($0.number) }
        let event = try Event(Counted(number: 1), stream: "s")
        let first = try await bus.publish(event)
        let second = try await bus.publish(event)
        #expect(seen.values == [1])
        #expect(second.places.map(\.position) == first.places.map(\.position))
        #expect(second.places.map(\.isNew) == [false])
    }

    @Test func aRefusedAppendHandlesNothing() async throws {
        let (bus, seen) = (HybridEventBus(store: store), Seen<Int>())
        bus.subscribe(to: Counted.self) { seen.add($0.number) }
        await store.close()
        let error = await #expect(throws: FlxError.self) { try await bus.publish(Counted(number: 1)) }
        #expect(error?.code == .closed)
        #expect(seen.values.isEmpty)
    }

    @Test func cancellingThePublisherLosesNoRecordedEvent() async throws {
        let (bus, seen, gate) = (HybridEventBus(store: store), Seen<Bool>(), Gate())
        bus.subscribe(to: Counted.self) { _ in
            await gate.pass()
            seen.add(Task.isCancelled)
        }
        let publisher = Task { try await bus.publish(Counted(number: 1)) }
        await gate.arrived()
        publisher.cancel()
        gate.open()
        #expect(try await publisher.value.failures.isEmpty)
        #expect(seen.values == [false])
        #expect(try await store.lastPosition() == 1)
    }

    @Test func aNestedPublishIsRecordedWithItsCause() async throws {
        let bus = HybridEventBus(store: store)
        bus.subscribe(to: Counted.self) { try await bus.publish(Followed(number: $0.number)) }
        try await bus.publish(Counted(number: 1))
        let events = try await store.read(.all, .forward, limit: 9).events.map(\.event)
        #expect(events.map(\.type) == ["test.counted", "test.followed"])
        #expect(events[1].causationID == events[0].id)
        #expect(events[1].correlationID == events[0].id)
    }
}
