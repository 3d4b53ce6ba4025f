import FlxEvents
import Synchronization

/// An event for tests, with nothing but a number.
protocol Numbered: DomainEvent {
    var number: Int { get }
    init(number: Int)
}

private let numberFields = JSONFields("number")

extension Numbered {
    func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("number", number)
        json.endObject()
    }

    init(json: inout JSONReader) throws(FlxError) {
        var number: Int?
        try json.beginObject()
        while try json.nextField(of: numberFields) != nil { number = try json.read() }
        guard let number else { throw json.missing("number") }
        self.init(number: number)
    }
}

/// An event that starts something.
struct Counted: Numbered, Equatable {
    static let eventType: EventType = "test.counted"
    var number: Int
}

/// An event that follows another.
struct Followed: Numbered, Equatable {
    static let eventType: EventType = "test.followed"
    var number: Int
}

/// The second version of ``Counted``.
struct CountedAgain: Numbered, Equatable {
    static let eventType: EventType = "test.counted"
    static let schemaVersion = 2
    var number: Int
}

/// An error that a handler throws.
struct HandlerRefusal: Error, Equatable {
    var reason = "no"
}

/// Collects what handlers saw, in order.
final class Seen<Value: Sendable>: Sendable {
    private let state = Mutex<[Value]>([])

    var values: [Value] { state.withLock { $0 } }
    var count: Int { state.withLock(\.count) }

    func add(_ value: Value) { state.withLock { $0.append(value) } }
}

/// A gate that handlers wait at until a test opens it.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrived = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// Waits until the gate is open.
    func pass() async {
        await withCheckedContinuation { continuation in
            let (isOpen, due) = state.withLock { state in
                state.arrived += 1
                if !state.isOpen { state.waiters.append(continuation) }
                let due = state.watchers.filter { $0.count <= state.arrived }
                state.watchers.removeAll { $0.count <= state.arrived }
                return (state.isOpen, due)
            }
            for watcher in due { watcher.continuation.resume() }
            if isOpen { continuation.resume() }
        }
    }

    /// Waits until so many have come to the gate.
    func arrived(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isDue = state.withLock { state in
                if state.arrived >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isDue { continuation.resume() }
        }
    }

    /// Lets everybody through, now and later.
    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
