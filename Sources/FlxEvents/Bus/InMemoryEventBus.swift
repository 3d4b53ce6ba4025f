public import FlxCore
import DequeModule
import Synchronization

/// A bus for tests: it works like ``DomainEventBus``, remembers published events, and waits for expected ones.
public struct InMemoryEventBus: EngineBus {
    let engine: BusEngine
    private let record: Record

    /// Creates a bus with a memory of the last `count` events.
    public init(_ configuration: BusConfiguration = BusConfiguration(), remembering count: Int = 10_000) {
        let record = Record(limit: max(1, count))
        self.record = record
        engine = BusEngine(configuration) { publications throws(FlxError) in
            record.add(publications)
            return publications
        }
    }

    /// The published events, in order; the oldest are forgotten beyond the limit.
    public var published: [Event] { record.publications.map(\.event) }

    /// The published values of one type, in order.
    /// - Throws: The error of an event of that type with broken data.
    public func published<Value: DomainEvent>(_ type: Value.Type = Value.self) throws(FlxError) -> [Value] {
        var values: [Value] = []
        for publication in record.publications where publication.carries(type) { values.append(try publication.decode()) }
        return values
    }

    /// Forgets all published events.
    public func forget() { record.forget() }

    /// Waits for a value of a type that meets a condition; earlier ones count.
    /// - Throws: ``FlxError/Code/deadlineExceeded`` if there was none in time; the message names the actual events.
    public func expect<Value: DomainEvent>(
        _ type: Value.Type = Value.self, within duration: Duration = .seconds(5),
        where condition: @escaping @Sendable (Value) -> Bool = { _ in true }
    ) async throws -> Value {
        let stream = record.stream()
        do {
            return try await withDeadline(duration, clock: configuration.sleep) {
                for await publication in stream where publication.carries(type) {
                    if let value = try? publication.decode(as: type), condition(value) { return value }
                }
                throw FlxError(.cancelled, "expect: the task was cancelled")
            }
        } catch let error as FlxError where error.code == .deadlineExceeded {
            let seen = Set(published.map(\.type.description)).sorted().joined(separator: ", ")
            throw FlxError(
                .deadlineExceeded,
                "no \(Value.self) (\(Value.eventType)) met the condition within \(duration); published so far: [\(seen)]")
        }
    }
}

extension Publication {
    /// Returns true if the event is of a Swift type, in its schema version.
    fileprivate func carries<Value: DomainEvent>(_ type: Value.Type) -> Bool {
        event.type == Value.eventType && event.schemaVersion == Value.schemaVersion
    }
}

/// The published events and their listeners.
private final class Record: Sendable {
    private struct State {
        var publications = Deque<Publication>()
        var listeners: [UInt64: AsyncStream<Publication>.Continuation] = [:]
        var nextKey: UInt64 = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    var publications: [Publication] { state.withLock { Array($0.publications) } }

    func add(_ publications: [Publication]) {
        let listeners = state.withLock { state in
            state.publications.append(contentsOf: publications)
            while state.publications.count > limit { state.publications.removeFirst() }
            return Array(state.listeners.values)
        }
        for listener in listeners { for publication in publications { listener.yield(publication) } }
    }

    func forget() {
        state.withLock { $0.publications.removeAll() }
    }

    /// All remembered events, and then all new ones.
    func stream() -> AsyncStream<Publication> {
        let (stream, continuation) = AsyncStream.makeStream(of: Publication.self, bufferingPolicy: .bufferingNewest(limit))
        let key = state.withLock { state in
            for publication in state.publications { continuation.yield(publication) }
            state.nextKey += 1
            state.listeners[state.nextKey] = continuation
            return state.nextKey
        }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { $0.listeners[key] = nil } }
        return stream
    }
}
