import FlxEvents
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
}
