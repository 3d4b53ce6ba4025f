import FlxCore
import FlxEvents
import FlxTesting
import Synchronization
import Testing

private struct Opened: DomainEvent, Codable {
    static let eventType: EventType = "valve.opened"
    let valve: Int
}

private struct Closed: DomainEvent, Codable {
    static let eventType: EventType = "valve.closed"
    let valve: Int
}

private struct Valves: DocumentView {
    struct Document: Codable, Sendable { var opened = 0 }
    static let name = "valves"

    func apply(_ recorded: RecordedEvent, to valves: inout ViewDraft<Document>) throws -> Bool {
        guard recorded.event.type == Opened.eventType else { return false }
        valves["\(try recorded.event.decode(as: Opened.self).valve)", default: Document()].opened += 1
        return true
    }
}

private struct IsStuck: Error {}

@Suite struct SubscriptionTestTests {
    private var policy: SubscriptionPolicy {
        var policy = SubscriptionPolicy()
        policy.retry = .fixed(.seconds(60), attempts: 3)
        return policy
    }

    @Test func effectsAndAttemptsAreSeen() async throws {
        let closing = Subscription(once: "closing", to: .types(Opened.eventType), policy: policy) { recorded in
            [StreamWrite([try Event(Closed(valve: recorded.event.decode(as: Opened.self).valve))], to: "closed")]
        }
        let outcome = try await SubscriptionTest(closing).given(Opened(valve: 1), Opened(valve: 2), in: "plant").run()
        #expect(outcome.appended.map(\.event.type) == ["valve.closed", "valve.closed"])
        #expect(outcome.attempts.map(\.event.type) == ["valve.opened", "valve.opened"])
        #expect(outcome.parked.isEmpty && outcome.attempts.allSatisfy { $0.error == nil })
    }

    @Test func aFailingHandlerIsTriedAgainWithoutWaiting() async throws {
        let left = Mutex(2)
        let hammering = Subscription("hammering", policy: policy) { recorded in
            guard try recorded.event.decode(as: Opened.self).valve != 2 else { throw IsStuck() }
            if left.withLock({ $0 -= 1; return $0 >= 0 }) { throw IsStuck() }
        }
        let outcome = try await SubscriptionTest(hammering)
            .given(Opened(valve: 1), in: "one").given(Opened(valve: 2), in: "two").run()
        #expect(outcome.attempts.filter { $0.error == nil }.count == 1)
        #expect(outcome.attempts.filter { $0.error != nil }.count == 2 + 3)
        #expect(outcome.parked.map(\.position) == [2] && outcome.parked.first?.attempts == 3)
    }

    @Test func aSubscriptionThatRestsForEverFailsTheTest() async throws {
        var policy = policy
        policy.isOutage = { _ in true }
        let test = try SubscriptionTest(Subscription("resting", policy: policy) { _ in throw IsStuck() }).given(Opened(valve: 1))
        let failure = await #expect(throws: ScenarioFailure.self) { _ = try await test.run() }
        #expect(failure?.description.contains("IsStuck") == true, "\(failure?.description ?? "")")
    }

    /// No time passes while a handler is at work, unless it waits by the clock.
    @Test func aSlowHandlerKeepsItsDeadline() async throws {
        var policy = policy
        policy.deadline = .seconds(1)
        let slow = Subscription("slow", policy: policy) { _ in for _ in 1...2_000 { await Task.yield() } }
        let outcome = try await SubscriptionTest(slow).given(Opened(valve: 1), Opened(valve: 2)).run()
        #expect(outcome.attempts.map(\.error) == [nil, nil])
    }

    @Test(.timeLimit(.minutes(10))) func aHandlerThatWaitsByTheClockOrForEverEnds() async throws {
        var policy = policy
        policy.deadline = .seconds(90)
        let clock = ManualClock()
        let waiting = Subscription("waiting", policy: policy) { recorded in
            if try recorded.event.decode(as: Opened.self).valve == 1 { return try await clock.sleep(for: .seconds(60)) }
            for await _ in AsyncStream.makeStream(of: Never.self).stream {}
            throw CancellationError()
        }
        let outcome = try await SubscriptionTest(waiting, clock: clock)
            .given(Opened(valve: 1), in: "one").given(Opened(valve: 2), in: "two").run()
        #expect(outcome.attempts.count { $0.error == nil } == 1)
        #expect(outcome.parked.map(\.position) == [2] && outcome.parked.first?.attempts == 3)
    }

    @Test func nothingSelectedIsNothingDone() async throws {
        let outcome = try await SubscriptionTest(Subscription("closed", to: .types(Closed.eventType)) { _ in throw IsStuck() })
            .given(Opened(valve: 1)).run()
        #expect(outcome.attempts.isEmpty && outcome.parked.isEmpty)
    }

    @Test func aViewIsAskedAfterTheRun() async throws {
        let test = try SubscriptionTest(Subscription(view: Valves())).given(Opened(valve: 7), Closed(valve: 7), Opened(valve: 7))
        let outcome = try await test.run()
        #expect(try await outcome.store.document("7", of: Valves.self)?.opened == 2)
    }
}
