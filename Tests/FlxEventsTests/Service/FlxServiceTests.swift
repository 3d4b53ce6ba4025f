import FlxEvents
import FlxTesting
import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit
import Testing

@Suite struct FlxServiceTests {
    let bus = DomainEventBus()

    @Test func shutdownDrainsWhatIsUnderWay() async throws {
        let (gate, seen, left) = (Gate(), Seen<Int>(), Seen<[UnfinishedWork]>())
        bus.subscribe(to: Counted.self) { event in
            await gate.pass()
            seen.add(event.number)
        }
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await FlxService(bus: bus, drainWithin: .seconds(60), ended: { left.add($0) }).run() }
                group.addTask { _ = try await bus.publish(Counted(number: 1)) }
                await gate.arrived()
                trigger.triggerGracefulShutdown()
                gate.open()
                try await group.waitForAll()
            }
        }
        #expect(seen.values == [1])
        #expect(left.values == [[]])
        let error = await #expect(throws: FlxError.self) { try await bus.publish(Counted(number: 2)) }
        #expect(error?.code == .closed)
    }

    @Test func shutdownSaysWhatItLeft() async throws {
        let (gate, left) = (Gate(), Seen<[UnfinishedWork]>())
        bus.subscribe(to: Counted.self, named: "stuck") { _ in await gate.pass() }
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await bus.publish(Counted(number: 1)) }
                await gate.arrived()
                group.addTask { try await FlxService(bus: bus, drainWithin: .milliseconds(5), ended: { left.add($0) }).run() }
                trigger.triggerGracefulShutdown()
                try await eventually { !left.values.isEmpty }
                gate.open()
                try await group.waitForAll()
            }
        }
        #expect(left.values.first?.map(\.handler) == ["stuck"])
    }

    @Test func aServiceThatFailsEndsTheRest() async throws {
        struct Failing: Service { func run() async throws { throw HandlerRefusal() } }
        struct Waiting: Service { func run() async throws { try await gracefulShutdown() } }
        let service = FlxService(bus: bus, services: [Failing(), Waiting()])
        await #expect(throws: HandlerRefusal.self) { try await service.run() }
        await #expect(throws: FlxError.self) { try await bus.publish(Counted(number: 2)) }
    }

    /// A service that waits at a gate, whatever is asked of it.
    private struct Stuck: Service {
        let gate: Gate
        func run() async throws { await gate.pass() }
    }

    @Test(arguments: [false, true]) func aServiceThatNeverEndsIsLeftBehind(_ fails: Bool) async throws {
        struct Failing: Service {
            let gate: Gate
            func run() async throws {
                await gate.pass()
                throw HandlerRefusal()
            }
        }
        let (clock, stuck, go, lines) = (ManualClock(), Gate(), Gate(), Seen<String>())
        let bus = DomainEventBus(BusConfiguration(sleep: clock, logger: Logger(label: "test") { _ in LineHandler(lines: lines) }))
        defer { stuck.open() }
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let service = FlxService(bus: bus, services: [Stuck(gate: stuck), Failing(gate: go)], drainWithin: .seconds(10))
                    await #expect(throws: HandlerRefusal.self) { try await service.run() }
                }
                await stuck.arrived()
                await go.arrived()
                if !fails { trigger.triggerGracefulShutdown() }
                go.open()
                try await eventually {
                    clock.advance(by: .seconds(1))
                    return lines.values.contains { $0.contains("Stuck") }
                }
                try await group.waitForAll()
            }
        }
        #expect(lines.values.contains { $0.contains("left behind at shutdown") && $0.contains("Stuck") })
    }

    @Test func aCancellationLetsTheBusDrain() async throws {
        struct Waiting: Service { func run() async throws { try await gracefulShutdown() } }
        let (gate, left, clock) = (Gate(), Seen<[UnfinishedWork]>(), ManualClock())
        let bus = DomainEventBus(BusConfiguration(sleep: clock))
        bus.subscribe(to: Counted.self) { _ in await gate.pass() }
        let publisher = Task { try await bus.publish(Counted(number: 1)) }
        await gate.arrived()
        let service = Task { try await FlxService(bus: bus, services: [Waiting()], ended: { left.add($0) }).run() }
        service.cancel()
        try await clock.sleepers(reach: 1)
        #expect(left.count == 0, "it waits for the handler")
        gate.open()
        _ = try await publisher.value
        try await service.value
        #expect(left.values == [[]])
    }

    @Test func whatEndsByItsCancellationIsNoFailureAndWhatCancelsItselfIsOne() async throws {
        struct Cancelled: Service {
            func run() async throws {
                for await _ in AsyncStream<Never>.makeStream().stream {}
                throw FlxError(.cancelled, "the task was cancelled")
            }
        }
        struct Odd: Service { func run() async throws { throw CancellationError() } }
        let bus = DomainEventBus()
        try await testGracefulShutdown { trigger in
            trigger.triggerGracefulShutdown()
            try await FlxService(bus: bus, services: [Cancelled()], drainWithin: .zero).run()
        }
        await #expect(throws: CancellationError.self) { try await FlxService(bus: DomainEventBus(), services: [Odd()]).run() }
    }

    @Test func aServiceEndsByItselfAtAGracefulShutdown() async throws {
        let (store, gate, seen) = (MemoryEventStore(), Gate(), Seen<String>())
        try await store.append([try Event(Counted(number: 1)), try Event(Counted(number: 2))], to: "s")
        let runner = try SubscriptionRunner(Subscription("slow") { recorded in
            seen.add("begin \(recorded.position)")
            await gate.pass()
            try Task.checkCancellation()
            seen.add("end \(recorded.position)")
        }, on: store)
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await FlxService(bus: bus, services: [runner], drainWithin: .seconds(600)).run() }
                await gate.arrived()
                trigger.triggerGracefulShutdown()
                // The cancellation, if there is one, comes first.
                for _ in 0..<100 { await Task.yield() }
                gate.open()
                try await group.waitForAll()
            }
        }
        #expect(seen.values.prefix(2) == ["begin 1", "end 1"])
        #expect(try await store.checkpoint("subscription:slow") ?? .start >= 1)
    }

    @Test func whatDoesNotEndInTimeIsCancelledAndTheBusHasTheRestOfTheTime() async throws {
        struct Stubborn: Service {
            let clock: ManualClock
            let seen: Seen<String>
            func run() async throws {
                do { try await clock.sleep(for: .seconds(4)) } catch { seen.add("cancelled") }
                // A failure at the shutdown ends no other service.
                throw HandlerRefusal()
            }
        }
        struct Endless: Service {
            let seen: Seen<String>
            func run() async throws {
                for await _ in AsyncStream<Never>.makeStream().stream {}
                seen.add("ended")
                try Task.checkCancellation()
            }
        }
        let (clock, seen, gate, left) = (ManualClock(), Seen<String>(), Gate(), Seen<[UnfinishedWork]>())
        let bus = DomainEventBus(BusConfiguration(sleep: clock))
        bus.subscribe(to: Counted.self, named: "stuck") { _ in await gate.pass() }
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await bus.publish(Counted(number: 1)) }
                await gate.arrived()
                group.addTask {
                    let services: [any Service] = [Stubborn(clock: clock, seen: seen), Endless(seen: seen)]
                    let service = FlxService(bus: bus, services: services, drainWithin: .seconds(10)) { left.add($0) }
                    await #expect(throws: HandlerRefusal.self) { try await service.run() }
                }
                try await clock.sleepers(reach: 1)
                trigger.triggerGracefulShutdown()
                try await clock.sleepers(reach: 2)
                clock.advance(by: .seconds(4))
                for _ in 0..<100 { await Task.yield() }
                #expect(seen.values.isEmpty && left.values.isEmpty)
                clock.advance(by: .seconds(6))
                try await eventually { !left.values.isEmpty }
                gate.open()
                try await group.waitForAll()
            }
        }
        #expect(seen.values == ["ended"])
        #expect(left.values.first?.map(\.handler) == ["stuck"], "nothing is left of the time")
    }
}
