import FlxEvents
import Synchronization
import Testing

@Suite struct NestingTests {
    let bus = DomainEventBus()

    @Test func whatAHandlerPublishesNamesItsCause() async throws {
        let seen = Seen<Event>()
        bus.subscribe(to: Counted.self) { try await bus.publish(Followed(number: $0.number)) }
        bus.subscribe(to: .all) { seen.add($0) }
        var context = EventContext(correlationID: try EventID("order-7"), userID: "u1")
        let first = try await context.run { try await bus.publish(Counted(number: 1)) }
        let events = seen.values
        #expect(events.map(\.type) == ["test.followed", "test.counted"])
        #expect(events[0].causationID == first.events[0])
        #expect(events.allSatisfy { $0.correlationID?.description == "order-7" && $0.userID == "u1" })
        #expect(events[1].causationID == nil)

        context = EventContext()
        let second = try await context.run { try await bus.publish(Counted(number: 2)) }
        #expect(seen.values[2].correlationID == second.events[0], "an event that starts a conversation gives it its id")
        #expect(EventContext.current == nil)
    }

    @Test func aHandlerMayCancelItselfAndSubscribeOthers() async throws {
        let (seen, later) = (Seen<Int>(), Seen<Int>())
        let own = Mutex<BusSubscription?>(nil)
        let subscription = bus.subscribe(to: Counted.self) { event in
            seen.add(event.number)
            own.withLock { $0 }?.cancel()
            bus.subscribe(to: Counted.self) { later.add($0.number) }
        }
        own.withLock { $0 = subscription }
        try await bus.publish(Counted(number: 1))
        try await bus.publish(Counted(number: 2))
        #expect(seen.values == [1])
        #expect(later.values == [2])
    }

    @Test func aSerialHandlerThatPublishesToItselfDefersTheCall() async throws {
        let seen = Seen<Int>()
        let results = Seen<String>()
        bus.subscribe(to: Counted.self, options: .init(concurrency: .serial)) { event in
            seen.add(event.number)
            guard event.number < 3 else { return }
            let receipt = try await bus.publish(Counted(number: event.number + 1))
            for call in receipt.calls { results.add("\(call.result)") }
        }
        try await bus.publish(Counted(number: 1))
        #expect(seen.values == [1, 2, 3])
        #expect(results.values == ["deferred", "deferred"])
    }

    @Test func serialHandlersThatPublishToEachOtherEnd() async throws {
        let (counted, followed) = (Seen<Int>(), Seen<Int>())
        bus.subscribe(to: Counted.self, options: .init(concurrency: .serial)) { event in
            counted.add(event.number)
            await Task.yield()
            if event.number > 0 { try await bus.publish(Followed(number: event.number - 1)) }
        }
        bus.subscribe(to: Followed.self, options: .init(concurrency: .serial)) { event in
            followed.add(event.number)
            await Task.yield()
            if event.number > 0 { try await bus.publish(Counted(number: event.number - 1)) }
        }
        try await withThrowingTaskGroup { group in
            for number in 0..<20 {
                group.addTask { try await bus.publish(Counted(number: number)) }
                group.addTask { try await bus.publish(Followed(number: number)) }
            }
            try await group.waitForAll()
        }
        // Each number n leads to n + 1 calls in all, alternating between the two.
        #expect(counted.count + followed.count == 2 * (0..<20).map { $0 + 1 }.reduce(0, +))
    }

    @Test func aScopedSubscriptionEndsWithItsScope() async throws {
        let seen = Seen<String>()
        let handler = EventHandler("scoped", on: "test.#") { publication in seen.add(publication.event.type.description) }
        try await bus.withSubscription(handler) { _ = try await bus.publish(Counted(number: 1)) }
        try await bus.publish(Counted(number: 2))
        #expect(seen.count == 1)
    }
}
