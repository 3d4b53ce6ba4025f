public import FlxCore
public import FlxEvents

/// A test of an aggregate in given/when/then form: past events, a command, and its events.
///
/// ```swift
/// try AggregateTest(Order())
///     .given(OrderPlaced(amount: 10))
///     .when(.ship)
///     .then(OrderShipped())
/// ```
///
/// The test needs no store. The events of a command are taken in, so the next command is decided by the state after them. Each step returns
/// a new value, so tests can share a beginning.
public struct AggregateTest<A: Aggregate>: Sendable {
    private var state: A
    private var events: [Event] = []
    /// The result of the last command; nil before the first.
    private var result: Result<[any DomainEvent], any Error>?

    /// Creates a test from the state before the first event.
    public init(_ aggregate: A = A()) {
        state = aggregate
    }

    /// The state after all events so far.
    public var aggregate: A { state }

    /// Takes in events that have happened.
    /// - Throws: ``ScenarioFailure`` for an event that is not among the aggregate's; another error if an event cannot be encoded and
    ///   decoded.
    public func given(_ events: any DomainEvent...) throws -> AggregateTest {
        var test = self
        for event in events { try test.take(event) }
        return test
    }

    /// Carries out the command under test. A refusal is kept, since the test may expect it.
    /// - Throws: ``ScenarioFailure`` if it leads to an event that is not among the aggregate's; another error if one cannot be encoded.
    public func when(_ command: A.Command) throws -> AggregateTest {
        var test = self
        let result = Result { try state.decide(command) }
        if case .success(let decided) = result {
            for event in decided { try test.take(event) }
        }
        test.result = result
        return test
    }

    /// Expects the command to lead to these events, in this order, with the same types and fields; without any, to nothing.
    /// - Throws: ``ScenarioFailure`` with the events if it did not.
    @discardableResult
    public func then(_ expected: any DomainEvent...) throws -> AggregateTest {
        let wanted = try expected.map { try Self.envelope($0) }
        let seen = try decided("it leads to \(Self.listed(wanted))").map { try Self.envelope($0) }
        guard seen.elementsEqual(wanted, by: { $0.type == $1.type && $0.schemaVersion == $1.schemaVersion && $0.payload == $1.payload })
        else { throw failed("the command leads to \(Self.listed(wanted))", Self.listed(seen)) }
        return self
    }

    /// Expects the state after the command to meet a condition.
    /// - Throws: ``ScenarioFailure`` with the events and the state if it does not; the error of the condition.
    @discardableResult
    public func then(_ words: String = "the condition holds", _ holds: (A) throws -> Bool) throws -> AggregateTest {
        _ = try decided(words)
        guard try holds(state) else { throw failed(words, "\(state)") }
        return self
    }

    /// Expects the command to be refused.
    /// - Throws: ``ScenarioFailure`` if it was not, or with another error.
    @discardableResult
    public func thenFails(_ isExpected: (any Error) -> Bool = { _ in true }) throws -> AggregateTest {
        guard case .failure(let error) = result, isExpected(error) else {
            let seen =
                switch result {
                case .failure(let error): "\(error)"
                case .success(let decided): try "it led to " + Self.listed(decided.map { try Self.envelope($0) })
                case nil: "there was no command"
                }
            throw failed("the command is refused", seen)
        }
        return self
    }

    private func decided(_ words: String) throws -> [any DomainEvent] {
        switch result {
        case .success(let decided): return decided
        case .failure(let error): throw failed(words, "the command was refused: \(error)")
        // Without a command it is the state that is asked about.
        case nil: return []
        }
    }

    private mutating func take(_ event: any DomainEvent) throws {
        events.append(try Self.envelope(event))
        guard A.events.contains(where: { $0 == type(of: event) }) else {
            throw failed(
                "the events of the aggregate are in its list of events", "\(type(of: event)) is not there: a repository would not find it")
        }
        state.evolve(try Self.recorded(event))
    }

    /// The event as it is read from a log: encoded and decoded.
    private static func recorded<E: DomainEvent>(_ event: E) throws -> any DomainEvent { try envelope(event).decode(as: E.self) }

    private static func envelope(_ event: any DomainEvent) throws -> Event { try Event(event, stream: "stream") }

    private static func listed(_ events: [Event]) -> String {
        events.isEmpty
            ? "no events"
            : events.map { "\($0.type) \(String(decoding: $0.payload.bytes.prefix(200), as: UTF8.self))" }.joined(separator: ", ")
    }

    private func failed(_ expected: String, _ seen: String) -> ScenarioFailure {
        ScenarioFailure(subject: A.name, events: events, expected: expected, seen: seen)
    }
}
