import FlxEvents
import FlxTesting
import Synchronization

/// Keeps the numbers of the events of type `tick`, in the order in which it was given them.
struct Ticks: Projection {
    static let name = "ticks"
    var numbers: [Int64] = []
    /// The position at which the projection refuses.
    var poison: Position?

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        if recorded.position == poison { throw Refusal() }
        guard recorded.event.type == "tick" else { return false }
        numbers.append(recorded.position.value)
        return true
    }
}

struct Refusal: Error {}

extension EventStore {
    /// Appends events of a type, one second apart from a time on.
    func add(_ count: Int, _ type: EventType = "tick", to stream: StreamName = "s", from second: Int64 = 0) async throws {
        let events = (0..<Int64(count)).map { Event(type: type, time: .second(second + $0)) }
        try await append(events, to: stream)
    }
}

extension Timestamp {
    static func second(_ number: Int64) -> Timestamp { Timestamp(nanoseconds: number * 1_000_000_000) }
}

/// A store that passes everything on and keeps book of the pages it gave.
final class Ledger: EventStore {
    struct Book {
        var limits: [Int] = []
        var events = 0
    }

    let store: any EventStore
    let book = Mutex(Book())
    let onRead: @Sendable (Int) async throws(FlxError) -> Void

    init(_ store: any EventStore, onRead: @escaping @Sendable (Int) async throws(FlxError) -> Void = { _ in }) {
        self.store = store
        self.onRead = onRead
    }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        let number = book.withLock { $0.limits.append(limit); return $0.limits.count }
        try await onRead(number)
        let page = try await store.read(selection, direction, limit: limit)
        book.withLock { $0.events += page.events.count }
        return page
    }

    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        try await store.append(writes, unless: boundary)
    }

    func wait(after position: Position) async throws(FlxError) { try await store.wait(after: position) }
    func lastPosition() async throws(FlxError) -> Position { try await store.lastPosition() }
    func close() async { await store.close() }
}

/// A store in memory whose checkpoints can be told to fail. It remembers all that was saved.
final class Checkpoints: ForwardingStore {
    let inner = MemoryEventStore()
    let saved = Mutex<[Position?]>([])
    let failures = Mutex(0)

    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        for edit in change.edits where edit.space.name == "checkpoints" {
            let fails = failures.withLock { count in
                count -= 1
                return count >= 0
            }
            if fails { throw FlxError(.io, "the disk is tired") }
            saved.withLock { saved in
                if case .put(let record) = edit { saved.append(Position(unchecked: record.number)) } else { saved.append(nil) }
            }
        }
        return try await inner.commit(change)
    }
}
