public import FlxCore
public import FlxEvents

/// A test of a projection in given/when/then form: past events, one more event, and the expected state.
///
/// ```swift
/// try ProjectionTest(OpenOrders())
///     .given(OrderPlaced(amount: 10), OrderPlaced(amount: 5))
///     .when(OrderPaid(amount: 10))
///     .then("one order is open") { $0.total == 5 }
/// ```
///
/// The test needs no store and no bus, and every run is the same: ids are numbers, and the time is from a
/// ``ManualClock``. Each step returns a new value, so tests can share a beginning.
public struct ProjectionTest<P: Projection>: Sendable {
    private let clock: ManualClock
    private var state: P
    private var events: [RecordedEvent] = []
    private var versions: [StreamName: Int64] = [:]
    /// True if the last event of the last step was handled; nil before the first.
    private var wasHandled: Bool?
    private var failure: (any Error)?

    /// Creates a test from an initial state and a clock.
    public init(_ projection: P, clock: ManualClock = ManualClock()) {
        state = projection
        self.clock = clock
    }

    /// The state after all events so far.
    public var projection: P { state }

    /// Applies events in one stream.
    /// - Throws: ``ScenarioFailure`` if the projection fails on an event; another error if an event cannot be encoded.
    public func given(_ events: any DomainEvent..., in stream: StreamName = "stream") throws -> ProjectionTest {
        try given(events.map { try event(of: $0, in: stream) })
    }

    /// Applies envelopes. An envelope without a stream gets the stream `stream`.
    /// - Throws: ``ScenarioFailure`` if the projection fails on an event.
    public func given(_ events: [Event]) throws -> ProjectionTest {
        var test = self
        for event in events {
            test.apply(event)
            if let failure = test.failure { throw test.failed("every given event is applied", "\(failure)") }
        }
        return test
    }

    /// Applies the event under test. A failure of the projection is kept, since the test may expect it.
    /// - Throws: An error if the event cannot be encoded.
    public func when(_ event: any DomainEvent, in stream: StreamName = "stream") throws -> ProjectionTest {
        when(try self.event(of: event, in: stream))
    }

    /// Applies the envelope under test. A failure of the projection is kept, since the test may expect it.
    public func when(_ event: Event) -> ProjectionTest {
        var test = self
        test.apply(event)
        return test
    }

    /// Expects the state to meet a condition.
    /// - Throws: ``ScenarioFailure`` with the events and the state if it does not; the error of the condition.
    @discardableResult
    public func then(_ words: String = "the condition holds", _ holds: (P) throws -> Bool) throws -> ProjectionTest {
        if let failure { throw failed(words, "the projection failed: \(failure)") }
        guard try holds(state) else { throw failed(words, "\(state)") }
        return self
    }

    /// Expects the projection to have handled the last event, or to have ignored it.
    /// - Throws: ``ScenarioFailure`` if this is not the case.
    @discardableResult
    public func thenHandled(_ expected: Bool = true) throws -> ProjectionTest {
        let seen = failure.map { "it failed: \($0)" } ?? (wasHandled ?? false ? "it was handled" : "it was not handled")
        guard failure == nil, wasHandled == expected else {
            throw failed(expected ? "the last event is handled" : "the last event is not handled", seen)
        }
        return self
    }

    /// Expects the projection to have failed on the last event.
    /// - Throws: ``ScenarioFailure`` if it did not fail, or failed with another error.
    @discardableResult
    public func thenFails(_ isExpected: (any Error) -> Bool = { _ in true }) throws -> ProjectionTest {
        guard let failure, isExpected(failure) else {
            throw failed("the projection fails on the last event", failure.map { "\($0)" } ?? "\(state)")
        }
        return self
    }

    private func event(of value: any DomainEvent, in stream: StreamName) throws -> Event {
        try Event(value, id: EventID(uuid: UInt128(events.count + 1)), stream: stream, time: clock.time)
    }

    private mutating func apply(_ event: Event) {
        var event = event
        let stream = event.stream ?? "stream"
        event.stream = stream
        versions[stream, default: 0] += 1
        let recorded = RecordedEvent(
            event: event, version: Version(unchecked: versions[stream, default: 0]), position: Position(unchecked: Int64(events.count) + 1),
            recordedTime: clock.time)
        events.append(recorded)
        failure = nil
        do {
            wasHandled = try state.apply(recorded)
        } catch {
            failure = error
        }
    }

    private func failed(_ expected: String, _ seen: String) -> ScenarioFailure {
        ScenarioFailure(subject: P.name, events: events.map(\.event), expected: expected, seen: seen)
    }
}
