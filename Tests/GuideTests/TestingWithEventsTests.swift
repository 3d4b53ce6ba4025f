import FlxEvents
import FlxTesting
import Testing

@Suite struct TestingWithEventsTests {
    @Test func timeIsSummedUpByPipeline() throws {
        try ProjectionTest(TimeSpent())
            .given(StepFinished(pipeline: "nightly", step: "fetch", seconds: 40))
            .when(StepFinished(pipeline: "nightly", step: "build", seconds: 2))
            .then("the time of both steps") { $0.seconds == ["nightly": 42] }
            .thenHandled()
    }

    @Test func aSlowStepIsReportedOnce() async throws {
        let alarms = Subscription(once: "alarms", to: .types(StepFinished.eventType)) { recorded in
            guard try recorded.event.decode(as: StepFinished.self).seconds > 60 else { return [] }
            return [StreamWrite([Event(type: "pipeline.alarm")], to: "alarms")]
        }

        let outcome = try await SubscriptionTest(alarms)
            .given(StepFinished(pipeline: "nightly", step: "fetch", seconds: 40))
            .given(StepFinished(pipeline: "nightly", step: "build", seconds: 90))
            .run()

        #expect(outcome.appended.map(\.event.type) == ["pipeline.alarm"])
        #expect(outcome.parked.isEmpty)
    }

    @Test func slowStepsRaiseAnAlarm() async throws {
        let bus = InMemoryEventBus()
        bus.subscribe { (step: StepFinished) in
            guard step.seconds > 60 else { return }
            try await bus.publish("pipeline.alarm", data: ["step": .string(step.step)])
        }

        try await bus.publish(StepFinished(pipeline: "nightly", step: "build", seconds: 90))

        #expect(bus.published.map(\.type) == ["pipeline.step.finished", "pipeline.alarm"])
        #expect(bus.published[1].causationID == bus.published[0].id)
    }

    @Test func aHandlerThatHangsIsReported() async throws {
        let clock = ManualClock()
        let bus = DomainEventBus(BusConfiguration(clock: clock.events, sleep: clock))
        bus.subscribe(options: HandlerOptions(deadline: .seconds(30))) { (_: StepFinished) in
            try await Task.sleep(for: .seconds(86_400))
        }

        async let receipt = bus.publish(StepFinished(pipeline: "nightly", step: "build", seconds: 90))
        try await clock.sleepers(reach: 1)
        clock.advance(by: .seconds(30))

        let failure = try await receipt.failures.first
        #expect((failure?.error as? FlxError)?.code == .deadlineExceeded)
    }

    @Test(arguments: EventStoreRules.all)
    func keepsTheContract(_ rule: ConformanceRule<any EventStore>) async throws {
        await #expect(throws: Never.self) { try await rule.check { MemoryEventStore() } }
    }
}
