import FlxEvents
import Testing

/// The end of a bus, and of a handler's place on it, while calls are under way.
@Suite(.timeLimit(.minutes(10))) struct BusEndingTests {
    let bus = DomainEventBus()

    @Test func whatHandlersPublishWhileTheBusDrainsIsHandled() async throws {
        let (gate, seen) = (Gate(), Seen<Int>())
        bus.subscribe(to: Counted.self) { event in
            await gate.pass()
            try await bus.publish(Followed(number: event.number))
        }
        bus.subscribe(to: Followed.self) { seen.add($0.number) }
        let publisher = Task { try await bus.publish(Counted(number: 1)) }
        await gate.arrived()
        let end = Task { await bus.close(within: .seconds(600)) }
        try await eventually { (try? await bus.publish(Event(type: "none"))) == nil }
        gate.open()
        #expect(await end.value.isEmpty)
        #expect(try await publisher.value.failures.isEmpty)
        #expect(seen.values == [1])
    }

    @Test func afterTheEndHandlersPublishNothingMore() async throws {
        let (gate, errors) = (Gate(), Seen<FlxError.Code>())
        bus.subscribe(to: Counted.self) { _ in
            await gate.pass()
            do throws(FlxError) { _ = try await bus.publish(Event(type: "late")) } catch { errors.add(error.code) }
        }
        let publisher = Task { try await bus.publish(Counted(number: 1)) }
        await gate.arrived()
        #expect(await bus.close(within: .zero).count == 1)
        gate.open()
        _ = try await publisher.value
        #expect(errors.values == [.closed])
    }

    @Test func whatStillRunsIsToldThoughItsSubscriptionWasCancelled() async throws {
        let gate = Gate()
        let subscription = bus.subscribe(to: Counted.self, named: "slow") { _ in await gate.pass() }
        let publisher = Task { try await bus.publish(Counted(number: 1)) }
        await gate.arrived()
        subscription.cancel()
        #expect(await bus.close(within: .zero).map(\.description) == ["handler 'slow': 1 call still running"])
        gate.open()
        _ = try await publisher.value
    }

    /// The call of one publisher is made at the turn of another, whose cancellation does not concern it.
    @Test func aDeferredCallIsNotCancelledWithAnotherPublisher() async throws {
        let (gate, seen) = (Gate(), Seen<Bool>())
        bus.subscribe(to: Counted.self, options: HandlerOptions(concurrency: .serial)) { event in
            if event.number == 1 { await gate.pass() } else { seen.add(Task.isCancelled) }
        }
        bus.subscribe(to: Followed.self) { _ in try await bus.publish(Counted(number: 2)) }
        let first = Task { try await bus.publish(Counted(number: 1)) }
        await gate.arrived()
        try await bus.publish(Followed(number: 1))
        first.cancel()
        gate.open()
        _ = try await first.value
        #expect(seen.values == [false])
    }

    @Test func everyoneWhoClosesWaitsNoLongerThanTheHandlers() async throws {
        let gate = Gate()
        bus.subscribe(to: Counted.self) { _ in await gate.pass() }
        let publisher = Task { try await bus.publish(Counted(number: 1)) }
        await gate.arrived()
        let begin = ContinuousClock.now
        let ends = (0..<3).map { _ in Task { await bus.close(within: .seconds(500)) } }
        for _ in 0..<100 { await Task.yield() }
        gate.open()
        for end in ends { #expect(await end.value.isEmpty) }
        _ = try await publisher.value
        #expect(ContinuousClock.now - begin < .seconds(400))
    }

    @Test func noCallThatWaitsForItsTurnBeginsAfterACancellation() async throws {
        let (gate, seen) = (Gate(), Seen<Int>())
        let subscription = bus.subscribe(to: Counted.self, options: HandlerOptions(concurrency: .serial)) { event in
            seen.add(event.number)
            if event.number == 1 { try await bus.publish(Counted(number: 3)) }
            await gate.pass()
        }
        let first = Task { try await bus.publish(Counted(number: 1)) }
        await gate.arrived()
        let second = Task { try await bus.publish(Counted(number: 2)) }
        for _ in 0..<100 { await Task.yield() }
        subscription.cancel()
        gate.open()
        _ = try await (first.value, second.value)
        #expect(seen.values == [1])
    }

    @Test func noFurtherAttemptBeginsAfterACancellation() async throws {
        let (gate, attempts) = (Gate(), Seen<Int>())
        let subscription = bus.subscribe(to: Counted.self, options: HandlerOptions(retry: .immediate(attempts: 5))) { event in
            attempts.add(event.number)
            await gate.pass()
            throw HandlerRefusal()
        }
        let publisher = Task { try await bus.publish(Counted(number: 1)) }
        await gate.arrived()
        subscription.cancel()
        gate.open()
        #expect(try await publisher.value.failures.count == 1)
        #expect(attempts.count == 1)
    }

    /// A handler that sets a user for what it publishes is still a handler, which never waits for its own turn.
    @Test func aHandlerOfOneTurnPublishesForItselfInAnotherContext() async throws {
        let seen = Seen<String?>()
        bus.subscribe(to: .all, options: HandlerOptions(concurrency: .serial)) { (event: Event) in
            seen.add(event.userID)
            guard event.type == "first" else { return }
            _ = try await EventContext(userID: "ann").run { try await bus.publish(Event(type: "second")) }
        }
        try await bus.publish(Event(type: "first"))
        #expect(seen.values == [nil, "ann"])
    }
}
